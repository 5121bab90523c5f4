const ESC = 0x1b
/** What stands behind Esc in nearly all sequences, and is no key of the screen. */
const BRACKET = 0x5b
const BEL = 0x07
/** A control sequence longer than this is noise (ECMA-48 sets no limit; real ones stay below 40). */
const SEQUENCE_MAX = 64
/** Answers of a terminal (colours, clipboard) may be longer. */
const STRING_MAX = 4096
/** Bracketed paste. */
const PASTE_BEGIN = Buffer.from('\x1b[200~')
const PASTE_END = Buffer.from('\x1b[201~')
/** Answer to the question for the background. */
const BACKGROUND = Buffer.from('\x1b]11;')
/** So much of a paste is kept; the rest is read and dropped. */
const PASTE_MAX = 65_536

/** Length of the sequence at `at`; 0: more bytes are needed; negative: drop that many. */
type Verdict = number

/** A piece of a terminal's input. */
export interface InputUnit {
  /** `paste`: text that was pasted, `answer`: the terminal's background (OSC 11); neither ever acts as keys. */
  readonly kind: 'keys' | 'paste' | 'answer'
  readonly bytes: Buffer
}

/**
 * Cuts a terminal's input into whole units: each escape sequence by itself,
 * runs of other bytes together. A sequence that arrives in two reads would
 * otherwise look like Esc and some letters, and blessed drops the keys that
 * share a read with a mouse report.
 */
export class EscapeSplitter {
  #rest: Buffer = Buffer.alloc(0)
  /** What came last was taken for the key Esc. */
  #isEscGiven = false
  /** What has come of a paste; null: none is under way. */
  #paste: Buffer | null = null

  /** `escape`: it may be the key; `sequence`: one has begun and not ended; null: nothing is under way. */
  get pending(): 'escape' | 'sequence' | null {
    if (this.#rest.length === 0) return null
    return this.#rest.length === 1 ? 'escape' : 'sequence'
  }

  /** True: the end of a paste is still to come. */
  get isPasting(): boolean {
    return this.#paste !== null
  }

  push(bytes: Buffer): InputUnit[] {
    // The link stopped behind Esc for longer than a key needs: an answer, a paste, an arrow all the same.
    const isLate = this.#isEscGiven && bytes[0] === BRACKET
    const data = Buffer.concat([isLate ? Buffer.of(ESC) : this.#rest, bytes])
    this.#isEscGiven = false
    this.#rest = Buffer.alloc(0)
    const units: InputUnit[] = []
    const keys = (unit: Buffer): unknown => units.push({ kind: 'keys', bytes: unit })
    let at = 0
    while (at < data.length) {
      if (this.#paste !== null) {
        at = this.#pasted(data, at, units)
        if (this.#paste !== null) return units
        continue
      }
      const plain = data.indexOf(ESC, at)
      if (plain !== at) {
        const end = plain < 0 ? data.length : plain
        keys(data.subarray(at, end))
        at = end
        continue
      }
      const length = sequenceAt(data, at)
      if (length === 0) break
      const unit = data.subarray(at, at + Math.abs(length))
      at += Math.abs(length)
      if (unit.equals(PASTE_BEGIN)) this.#paste = Buffer.alloc(0)
      else if (length > 0) keys(unit)
      else if (isBackground(unit)) units.push({ kind: 'answer', bytes: unit })
    }
    this.#rest = data.subarray(at)
    return units
  }

  /**
   * No more came in time: Esc by itself was the key; the begin of anything longer, and a paste whose
   * end is missing, is dropped.
   */
  flush(): InputUnit[] {
    const rest = this.#rest
    const isKey = rest.length === 1 && this.#paste === null
    this.#rest = Buffer.alloc(0)
    this.#paste = null
    this.#isEscGiven = isKey
    return isKey ? [{ kind: 'keys', bytes: rest }] : []
  }

  /** Takes in what is pasted, up to its end. @returns where that is */
  #pasted(data: Buffer, from: number, units: InputUnit[]): number {
    const so = this.#paste ?? Buffer.alloc(0)
    const end = data.indexOf(PASTE_END, from)
    // The end may be cut in two.
    const last = end >= 0 ? end : Math.max(from, data.length - PASTE_END.length + 1)
    this.#paste = Buffer.concat([so, data.subarray(from, last)]).subarray(0, PASTE_MAX)
    if (end < 0) {
      this.#rest = Buffer.from(data.subarray(last))
      return data.length
    }
    units.push({ kind: 'paste', bytes: this.#paste })
    this.#paste = null
    return end + PASTE_END.length
  }
}

function isBackground(unit: Buffer): boolean {
  return unit.subarray(0, BACKGROUND.length).equals(BACKGROUND)
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
