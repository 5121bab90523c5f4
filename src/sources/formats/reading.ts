/** One value with its name, as printed. */
export interface NamedValue {
  /** Empty: none, so that its unit says what it is. */
  readonly name: string
  readonly text: string
  /** Unit that a line above its column says; null: none. */
  readonly unit: string | null
}

/** What a sketch printed of one measurement, before anybody knows what it means. */
export interface Reading {
  readonly values: readonly NamedValue[]
  /** What stands in front of its first line, put there by a serial monitor; null: nothing. */
  readonly captureTime: string | null
  /** Time stamp of its own, as `ts` of the wire; null: none */
  readonly ts: number | null
  /** Number of the channel under whose heading it stands; null: none */
  readonly part: number | null
  /** The sensor's arithmetic has overflown, by a remark. */
  readonly overflow: boolean
  /** Host's monotonic time of its last line, ms. */
  readonly atMs: number
}

/**
 * Where a reader of lines puts what it reads. Each line is reported exactly once, some
 * of them late: the one that completes a reading with it, all others as `text` or `unread`.
 */
export interface ReadingSink {
  reading(reading: Reading): void
  /** A line that is not a reading of its own: part of one, a header, a banner. */
  text(): void
  /** A line of words for people. */
  remark(text: string): void
  /** A line that should have been read and can't. */
  unread(): void
  /** Readings from here on have other names, or their names other units. */
  renamed(): void
}

/**
 * What a reader says of a line: `value` (it holds values, or names of them), `text` (words,
 * rules, an empty line), `unknown` (not of its form; then it is not reported to the sink).
 */
export type Verdict = 'value' | 'text' | 'unknown'

/** Reads lines of one form. */
export interface LineReader {
  /** @param line without its line end @param nowMs monotonic */
  take(line: string, nowMs: number): Verdict
  /** Nothing has come for a while: what can be a reading by itself, is one. */
  pause(): void
  /** No more lines will come. */
  end(): void
  /** Something waits for a line to come, or for a pause. */
  readonly isWaiting: boolean
}

/** Rules and decoration between readings. */
const RULE = /^[\s\-=*_~+.#|]{3,}$/
const WORDS = /^[^\d{}[\]<>\\]*$/
/** Words with figures in them: `INA219 not connected!`, a file name, a greeting. */
const SENTENCE = /^[\p{L}\s"'(/\\][\p{L}\p{N}\s"'.,;:!?()/\\_%°+=-]*$/u
const PRINTABLE = /^[\t\x20-\x7e\u00a0-\uffff]*$/

export function isRule(line: string): boolean {
  return RULE.test(line)
}

/** Whether a line without values is meant for people. */
export function isRemark(line: string): boolean {
  if (!PRINTABLE.test(line)) return false
  const letters = line.replace(/[^\p{L}]/gu, '').length
  if (letters < 2) return false
  if (WORDS.test(line)) return letters * 2 >= line.trim().length
  return SENTENCE.test(line) && letters >= 6 && letters * 2 >= line.trim().length
}

/** The sensor's arithmetic has overflown: `Overflow! Choose higher PGAIN`; not `Values OK - no overflow`. */
export function saysOverflow(line: string): boolean {
  return /\boverflow|\bovf\b/i.test(line) && !/\b(?:no|ok|not|without)\b/i.test(line)
}
