/**
 * End codes of a response: QnUCPU User's Manual, Communication via Built-in Ethernet Port (SH-080811), 5.1.4, which the
 * Ethernet modules share. The C05x codes that a request of ours, or the mock, has to name:
 */
export const DONE = 0x0000
export const ASCII_FAULT = 0xc050
export const TOO_MANY_BITS = 0xc051
export const TOO_MANY_WORDS = 0xc052
export const TOO_MANY_RANDOM = 0xc054
export const OUT_OF_RANGE = 0xc056
export const UNKNOWN_COMMAND = 0xc059
export const DEVICE_FAULT = 0xc05b
export const DATA_FAULT = 0xc05c
export const NOT_EXECUTABLE = 0xc05f
export const LENGTH_FAULT = 0xc061

/** What a PLC's refusal means, and what to do about it. */
export interface EndCodeWords {
  readonly meaning: string
  /** What to do, one sentence, no full stop. */
  readonly hint: string
}

const POINTS: EndCodeWords = {
  meaning: 'more points than one request may have',
  hint: 'the PLC has lower limits than a Q CPU: read fewer tags in one group',
}
const OURS = 'report it with the address that was read: a request of ina219 should not be so'

const WORDS: ReadonlyMap<number, EndCodeWords> = new Map([
  [
    0x0050,
    { meaning: 'the subheader is none that it knows', hint: 'switch on the 3E frame in the PLC' },
  ],
  [
    0x0055,
    {
      meaning: 'writing while it runs is not allowed',
      hint: 'nothing of ina219 writes: look for another client',
    },
  ],
  [
    ASCII_FAULT,
    {
      meaning: 'it is set to ASCII code and got what is none',
      hint: "set the PLC's communication data code to the one of the URL (?code=ascii or ?code=binary)",
    },
  ],
  [TOO_MANY_BITS, POINTS],
  [TOO_MANY_WORDS, POINTS],
  [0xc053, POINTS],
  [TOO_MANY_RANDOM, POINTS],
  [
    OUT_OF_RANGE,
    {
      meaning: 'an address is beyond the last one of the PLC',
      hint: "compare the tag's address with the device points in the PLC parameters",
    },
  ],
  [0xc058, { meaning: 'the length in the head is not that of the text', hint: OURS }],
  [
    UNKNOWN_COMMAND,
    { meaning: 'the PLC does not know the command', hint: 'the PLC has to serve 0401 and 0403' },
  ],
  [
    DEVICE_FAULT,
    {
      meaning: 'the device can not be read',
      hint: 'name one that this PLC has, such as D, W, M or X',
    },
  ],
  [
    DATA_FAULT,
    { meaning: 'the request is contradictory, such as bits of a word device', hint: OURS },
  ],
  [0xc05d, { meaning: 'no monitor is registered', hint: OURS }],
  [
    NOT_EXECUTABLE,
    {
      meaning: 'the module that is asked can not carry out the request',
      hint: 'check network, pc, io and station in the URL: the way to the PLC',
    },
  ],
  [0xc060, { meaning: 'the data of the request are wrong', hint: OURS }],
  [LENGTH_FAULT, { meaning: 'the length of the request does not fit its data', hint: OURS }],
  [
    0xc06f,
    {
      meaning: 'the request came in the code that is not set',
      hint: "set the PLC's communication data code to the one of the URL (?code=ascii or ?code=binary)",
    },
  ],
  [
    0xc070,
    {
      meaning: 'this device can not be read in another station',
      hint: 'read it from the PLC to which the cable goes',
    },
  ],
  [
    0xc0b5,
    { meaning: 'data that CPU or Ethernet module do not handle', hint: 'check the address' },
  ],
  [
    0xc200,
    { meaning: 'the remote password is wrong', hint: 'take the password off this connection' },
  ],
  [
    0xc201,
    {
      meaning: 'the connection is locked by a remote password',
      hint: 'take the password off this connection in the PLC parameters',
    },
  ],
  [
    0xc204,
    {
      meaning: 'another device has unlocked the remote password',
      hint: 'take the password off this connection in the PLC parameters',
    },
  ],
  [0x4002, { meaning: 'the CPU does not know the command', hint: 'the PLC has to serve 0401' }],
  [
    0x4030,
    { meaning: 'the CPU has no such device', hint: 'name one that this PLC has, such as D or M' },
  ],
  [
    0x4031,
    {
      meaning: 'an address is beyond the last one of the CPU',
      hint: "compare the tag's address with the device points in the PLC parameters",
    },
  ],
  [
    0x4032,
    {
      meaning: 'the device can not be read by a random read',
      hint: 'leave contacts and coils of timers out of the group',
    },
  ],
])

/** @param code of a refusal, 1 to 65535 */
export function endCodeWords(code: number): EndCodeWords {
  const known = WORDS.get(code)
  if (known !== undefined) return known
  if (code >= 0x4000 && code <= 0x4fff) {
    return {
      meaning: 'an error that the CPU found',
      hint: "look the code up in the QCPU User's Manual (Hardware Design, Maintenance and Inspection)",
    }
  }
  return {
    meaning: 'a code that ina219 has no words for',
    hint: 'look it up in the manual of the CPU or of the Ethernet module',
  }
}

/** `C056`, as the manuals write it. */
export function endCodeText(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, '0')
}
