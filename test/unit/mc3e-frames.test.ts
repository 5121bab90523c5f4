import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/protocol/mc3e/address.ts'
import type { McCode, Point } from '../../src/protocol/mc3e/fields.ts'
import { OWN_STATION, type Route } from '../../src/protocol/mc3e/frame.ts'
import { decodeRequest, encodeRequest, type McRequest } from '../../src/protocol/mc3e/request.ts'
import { AnswerReader, encodeAnswer, encodeRefusal } from '../../src/protocol/mc3e/response.ts'

const at = (text: string): Point => {
  const { device, number } = parseAddress(text)
  return { device, number }
}

/** Bytes as the manual prints them, blanks between its fields. */
const bytesOf = (code: McCode, text: string): Buffer =>
  code === 'ascii'
    ? Buffer.from(text.replaceAll(/\s/g, ''), 'latin1')
    : Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

/** How a whole request is written: the head is that of SH-080008, 3.1.3 (a) 1) and 5.2, with 4 s of monitoring timer. */
const HEAD = {
  ascii: (length: string) => `5000 00 FF 03FF 00 ${length} 0010`,
  binary: (length: string) => `50 00 00 FF FF 03 00 ${length} 10 00`,
}
const RESPONSE_HEAD = {
  ascii: (length: string) => `D000 00 FF 03FF 00 ${length} 0000`,
  binary: (length: string) => `D0 00 00 FF FF 03 00 ${length} 00 00`,
}

interface Example {
  readonly section: string
  readonly request: McRequest
  readonly cells: readonly number[]
  /** Length, text of the request; length, data of the response. */
  readonly ascii: readonly [string, string, string, string]
  readonly binary: readonly [string, string, string, string]
}

/** MELSEC Communication Protocol Reference Manual (SH-080008), communication examples "for MELSEC-Q/L series". */
const EXAMPLES: readonly Example[] = [
  {
    section: '8.2, batch read in word units, reading bit device: M100 to M131',
    request: { kind: 'words', from: at('M100'), points: 2 },
    cells: [0x1234, 0x0002],
    ascii: ['0018', '0401 0000 M* 000100 0002', '000C', '1234 0002'],
    binary: ['0C 00', '01 04 00 00 64 00 00 90 02 00', '06 00', '34 12 02 00'],
  },
  {
    section: '8.1, word units, when indicating the stored data of D350 and D351',
    request: { kind: 'words', from: at('D350'), points: 2 },
    cells: [0x56ab, 0x170f],
    ascii: ['0018', '0401 0000 D* 000350 0002', '000C', '56AB 170F'],
    binary: ['0C 00', '01 04 00 00 5E 01 00 A8 02 00', '06 00', 'AB 56 0F 17'],
  },
  {
    section: '8.1, bit units, when indicating ON/OFF status of five points from M10',
    request: { kind: 'bits', from: at('M10'), points: 5 },
    cells: [1, 0, 1, 0, 1],
    ascii: ['0018', '0401 0001 M* 000010 0005', '0009', '10101'],
    binary: ['0C 00', '01 04 01 00 0A 00 00 90 05 00', '05 00', '10 10 10'],
  },
  {
    section: '8.1, device number: input X1234 is counted in hexadecimal digits',
    request: { kind: 'bits', from: at('X1234'), points: 1 },
    cells: [1],
    ascii: ['0018', '0401 0001 X* 001234 0001', '0005', '1'],
    binary: ['0C 00', '01 04 01 00 34 12 00 9C 01 00', '03 00', '10'],
  },
  {
    section: '8.1, device number: internal relay M1234 in decimal ones',
    request: { kind: 'bits', from: at('M1234'), points: 1 },
    cells: [0],
    ascii: ['0018', '0401 0001 M* 001234 0001', '0005', '0'],
    binary: ['0C 00', '01 04 01 00 D2 04 00 90 01 00', '03 00', '00'],
  },
  {
    section: '8.1, device code list: ZR is counted in hexadecimal digits, though not in the tools',
    request: { kind: 'words', from: at('ZR1000'), points: 1 },
    cells: [7],
    ascii: ['0018', '0401 0000 ZR 0003E8 0001', '0008', '0007'],
    binary: ['0C 00', '01 04 00 00 E8 03 00 B0 01 00', '04 00', '07 00'],
  },
  {
    section: '8.3, random read in word units',
    request: {
      kind: 'random',
      words: [at('D0'), at('TN0'), at('M100'), at('X20')],
      doubles: [at('D1500'), at('Y160'), at('M1111')],
    },
    cells: [0x1995, 0x1202, 0x2030, 0x4849, 0x4f4e, 0x4c54, 0xb9af, 0xc3de, 0xbcb7, 0xbadd],
    ascii: [
      '0048',
      `0403 0000 04 03 D* 000000 TN 000000 M* 000100 X* 000020
       D* 001500 Y* 000160 M* 001111`,
      '002C',
      '1995 1202 2030 4849 4C544F4E C3DEB9AF BADDBCB7',
    ],
    binary: [
      '24 00',
      `03 04 00 00 04 03 00 00 00 A8 00 00 00 C2 64 00 00 90 20 00 00 9C
       DC 05 00 A8 60 01 00 9D 57 04 00 90`,
      '16 00',
      '95 19 02 12 30 20 49 48 4E 4F 54 4C AF B9 DE C3 B7 BC DD BA',
    ],
  },
]

const CASES = EXAMPLES.flatMap((example) =>
  (['ascii', 'binary'] as const).map((code) => ({ ...example, code })),
)

describe("the manual's examples", () => {
  it.each(CASES)('a request, $code: $section', ({ code, request, ...example }) => {
    const [length, text] = example[code]
    const bytes = bytesOf(code, HEAD[code](length) + text)
    expect(Buffer.from(encodeRequest(code, OWN_STATION, 16, request))).toEqual(bytes)
    const size = code === 'ascii' ? 18 : 9
    expect(decodeRequest(code, bytes.subarray(size))).toMatchObject({
      kind: 'request',
      timer: 16,
      request,
    })
  })

  it.each(CASES)('its response, $code: $section', ({ code, request, cells, ...example }) => {
    const [, , length, data] = example[code]
    const bytes = bytesOf(code, RESPONSE_HEAD[code](length) + data)
    expect(Buffer.from(encodeAnswer(code, OWN_STATION, request, cells))).toEqual(bytes)
    expect(new AnswerReader(code, OWN_STATION, request).push(bytes)).toEqual({
      kind: 'cells',
      cells,
    })
  })

  it.each([
    // The ASCII one is printed in SH-080008, 3.1.3 (a) 1), abnormal completion: length 0016, error C051.
    ['ascii', 'D000 00 FF 03FF 00 0016 C051 00 FF 03FF 00 0401 0000'],
    ['binary', 'D0 00 00 FF FF 03 00 0B 00 51 C0 00 FF FF 03 00 01 04 00 00'],
  ] as const)('a refusal, %s', (code, text) => {
    const request: McRequest = { kind: 'words', from: at('M100'), points: 2 }
    const bytes = bytesOf(code, text)
    const command = { command: 0x0401, subcommand: 0 }
    expect(Buffer.from(encodeRefusal(code, OWN_STATION, 0xc051, command))).toEqual(bytes)
    const answer = new AnswerReader(code, OWN_STATION, request).push(bytes)
    expect(answer).toEqual({ kind: 'refused', endCode: 0xc051, by: OWN_STATION })
  })
})

describe('a request as the other end reads it', () => {
  const refusal = (code: McCode, text: string): number | null => {
    const decoded = decodeRequest(code, bytesOf(code, text))
    return decoded.kind === 'refused' ? decoded.endCode : null
  }

  it.each([
    ['points beyond 960 words', '0010 0401 0000 D* 000000 03C1', 0xc052],
    ['no points', '0010 0401 0000 D* 000000 0000', 0xc052],
    ['bits beyond 3584', '0010 0401 0001 M* 000000 0E01', 0xc051],
    ['more than 192 random points', '0010 0403 0000 C0 01', 0xc054],
    ['a command that is not served', '0010 1401 0000 D* 000000 0001 0000', 0xc059],
    ['a subcommand that is not served', '0010 0401 0002 D* 000000 0001', 0xc059],
    ['a device that is none', '0010 0401 0000 Q* 000000 0001', 0xc05b],
    ['words of a contact', '0010 0401 0000 TS 000000 0001', 0xc05b],
    ['bits of a word device', '0010 0401 0001 D* 000000 0001', 0xc05c],
    ['text that is no number', '0010 0401 0000 D* 00G000 0001', 0xc050],
    ['a decimal device with a hexadecimal number', '0010 0401 0000 D* 00001F 0001', 0xc050],
    ['a text that ends too early', '0010 0401 0000 D* 0000', 0xc061],
    ['a text that goes on', '0010 0401 0000 D* 000000 0001 00', 0xc061],
  ] as const)('refuses %s', (_what, text, endCode) => {
    expect(refusal('ascii', text)).toBe(endCode)
  })

  it('takes 960 words, and blanks for leading zeros', () => {
    expect(refusal('ascii', '0010 0401 0000 D* 000000 03C0')).toBeNull()
    const text = Buffer.from('001004010000D*   1000001')
    expect(decodeRequest('ascii', text)).toMatchObject({ request: { from: { number: 100 } } })
  })

  it('takes 7168 bits in binary code, not one more', () => {
    expect(refusal('binary', '10 00 01 04 01 00 00 00 00 90 00 1C')).toBeNull()
    expect(refusal('binary', '10 00 01 04 01 00 00 00 00 90 01 1C')).toBe(0xc051)
  })
})

describe('a response that does not fit', () => {
  const words: McRequest = { kind: 'words', from: at('D0'), points: 2 }
  const read = (text: string, request: McRequest = words, route: Route = OWN_STATION): unknown =>
    new AnswerReader('ascii', route, request).push(Buffer.from(text.replaceAll(' ', '')))
  const garbled = (reason: RegExp): unknown => ({
    kind: 'garbled',
    reason: expect.stringMatching(reason),
  })

  it('that of fewer points', () => {
    expect(read('D000 00FF03FF00 0008 0000 1234')).toEqual(garbled(/8 bytes .* 12/))
  })

  it('that of more points, before its data have come', () => {
    expect(read('D000 00FF03FF00 0010')).toEqual(garbled(/16 bytes/))
  })

  it('that of another station', () => {
    expect(read('D000 01FF03FF00 000C 0000 1234 5678')).toEqual(garbled(/another station/))
    expect(read('D000 00FF03FF01 000C 0000')).toEqual(garbled(/another station/))
  })

  it('anything before it or behind it', () => {
    expect(read('~D000 00FF03FF00 000C 0000 1234 5678')).toEqual(garbled(/begins/))
    expect(read('D000 00FF03FF00 000C 0000 1234 5678 D')).toEqual(garbled(/more than one/))
  })

  it('data that are no numbers', () => {
    expect(read('D000 00FF03FF00 000C 0000 12G4 5678')).toEqual(garbled(/numbers/))
    expect(read('D000 00FF03FF00 00XC 0000 1234 5678')).toEqual(garbled(/length/))
    const bits: McRequest = { kind: 'bits', from: at('M0'), points: 2 }
    expect(read('D000 00FF03FF00 0006 0000 12', bits)).toEqual(garbled(/numbers/))
  })

  it('a refusal of something else, and one without its information', () => {
    expect(read('D000 00FF03FF00 0016 C051 00FF03FF00 1401 0000')).toEqual(garbled(/C051/))
    expect(read('D000 00FF03FF00 0004 C059')).toEqual({
      kind: 'refused',
      endCode: 0xc059,
      by: null,
    })
    expect(read('D000 00FF03FF00 0004 0000')).toEqual(garbled(/no data/))
  })

  it('the other code, with what to write', () => {
    const binary = Buffer.from('D00000FFFF03000600', 'hex')
    expect(new AnswerReader('ascii', OWN_STATION, words).push(binary)).toEqual(
      garbled(/code=binary/),
    )
    const text = Buffer.from('D00000FF03FF00')
    expect(new AnswerReader('binary', OWN_STATION, words).push(text)).toEqual(garbled(/code=ascii/))
  })

  it('takes small hexadecimal digits', () => {
    expect(read('d000 00ff03ff00 000c 0000 abcd 00ff')).toEqual({
      kind: 'cells',
      cells: [0xabcd, 0xff],
    })
  })
})
