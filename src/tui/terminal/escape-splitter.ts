const ESC = 0x1b
const BEL = 0x07
/** A control sequence longer than this is noise (ECMA-48 sets no limit; real ones stay below 40). */
const SEQUENCE_MAX = 64
/** Answers of a terminal (colours, clipboard) may be longer. */
const STRING_MAX = 4096

/** Length of the sequence at `at`; 0: more bytes are needed; negative: drop that many. */
type Verdict = number

/**
 * Cuts a terminal's input into whole units: each escape sequence by itself,
 * runs of other bytes together. A sequence that arrives in two reads would
 * otherwise look like Esc and some letters, and blessed drops the keys that
 * share a read with a mouse report.
 */
export class EscapeSplitter {
  #rest: Buffer = Buffer.alloc(0)

  /** True: a sequence has begun and not ended. */
  get pending(): boolean {
    return this.#rest.length > 0
  }

  push(bytes: Buffer): Buffer[] {
    const data = Buffer.concat([this.#rest, bytes])
    const units: Buffer[] = []
    let at = 0
    while (at < data.length) {
      const plain = data.indexOf(ESC, at)
      if (plain !== at) {
        const end = plain < 0 ? data.length : plain
        units.push(data.subarray(at, end))
        at = end
        continue
      }
      const length = sequenceAt(data, at)
      if (length === 0) break
      if (length > 0) units.push(data.subarray(at, at + length))
      at += Math.abs(length)
    }
    this.#rest = data.subarray(at)
    return units
  }

  /** No more came in time: Esc by itself was the key; the begin of anything longer is dropped. */
  flush(): Buffer[] {
    const rest = this.#rest
    this.#rest = Buffer.alloc(0)
    return rest.length === 1 ? [rest] : []
  }
}

function sequenceAt(data: Buffer, at: number): Verdict {
  const kind = data[at + 1]
  if (kind === undefined) return 0
  switch (String.fromCharCode(kind)) {
    case '[':
      return controlSequence(data, at)
    case 'O':
    case 'N':
      return data.length > at + 2 ? 3 : 0
    case ']':
    case 'P':
    case '_':
    case '^':
      return controlString(data, at)
    case '\x1b':
      return 1
    default:
      return 2
  }
}

function controlSequence(data: Buffer, at: number): Verdict {
  const first = data[at + 2]
  if (first === undefined) return 0
  // X10 mouse report: three bytes follow; Linux function key: one does.
  if (first === 0x4d) return data.length >= at + 6 ? 6 : 0
  if (first === 0x5b) return data.length >= at + 4 ? 4 : 0
  for (let i = at + 2; i < data.length; i++) {
    const byte = data[i] ?? 0
    if (byte >= 0x40 && byte <= 0x7e) return i + 1 - at
    if (byte < 0x20 || byte > 0x7e || i - at > SEQUENCE_MAX) return -(i - at)
  }
  return 0
}

/** OSC, DCS, APC, PM: never a key, dropped up to its terminator. */
function controlString(data: Buffer, at: number): Verdict {
  for (let i = at + 2; i < data.length; i++) {
    if (data[i] === BEL) return -(i + 1 - at)
    if (data[i] === ESC && data[i + 1] === 0x5c) return -(i + 2 - at)
    if (i - at > STRING_MAX) return -(i - at)
  }
  return 0
}
