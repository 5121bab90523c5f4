import { cutCapturePrefix, cutLeadingTime } from '../text/capture-prefix.ts'
import {
  isRemark,
  isRule,
  type LineReader,
  type NamedValue,
  type ReadingSink,
  saysOverflow,
  type Verdict,
} from './reading.ts'

const NUMBER = String.raw`[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?`
const HOLE = String.raw`[+-]?(?:nan|inf(?:inity)?|ovf|overflow|null|none|-{2,}|\?+|[X*#]+(?:\.[X*#]+)?)`
const UNIT = String.raw`(?:[mµμu]?[VAW](?:olts?|atts?|mps?)?|milli(?:volts|amps|watts)|[mk]?[AW]h|[mµμu]?s|%|[*°º]?[CF]|[kM]?Hz|Ohm)(?![\w])`
/** A number ends where its cell does, so `5.0x2` is none. */
const VALUE = String.raw`((?:${NUMBER}|${HOLE})(?:\s*${UNIT})?)(?=[\s,;|\]]|$)`
const NAME = String.raw`([\p{L}_](?:[^:=,;|\t"{}]{0,60}?[^:=,;|\s"{}])??)\s*[:=]\s*`
const PAIR = new RegExp(String.raw`[\s,;|>]*${NAME}${VALUE}`, 'iuy')
/** `0.123A, 5.012V`: values whose units are their names. */
const BARE = new RegExp(String.raw`[\s,;|]*(${NUMBER}\s*[mµμu]?[VAW](?![\w]))`, 'iuy')
const REST = /[\s,;|\]]*$/uy
/** What stands before the values of one channel: `Channel 1:`, `CH2 -`. */
const HEADING =
  /^\s*[-=*#[(]*\s*(?:ch|chan|channel|kanal)\s*[#_-]?\s*(\d)(?!\d)[\])]?\s*[:.,)-]*(?:\s+|$)/i
/** What stands before those of a further one in the same line: `Ch2 V`. */
const FURTHER_HEADING = /^(?:ch|chan|channel|kanal)\s*[#_-]?\s*(\d)(?!\d)/i
/** `>name:value`, `>name:time:value§unit|flags` (Teleplot). */
const TELEPLOT = /^\s*>([^:|§>]+):(?:(\d+(?:\.\d+)?):)?([^:;|§]+)(?:§([^|]*))?(?:\|([\w,]*))?\s*$/u

/** Different names in a row, each with an empty line behind it: such lines part nothing. */
const MOST_LONELY = 3

/** Readings of one block stay bounded, whatever comes. */
const LONGEST_BLOCK = 64
const MOST_KNOWN = 256

/**
 * Values with their names: blocks with one a line as Adafruit's getcurrent prints them,
 * `name:value` plotter lines, Teleplot. A block ends with an empty line or a rule, where
 * a name comes again, with the heading of another channel, or at a pause.
 */
export class LabelledLines implements LineReader {
  readonly #sink: ReadingSink
  readonly #isComplete: (values: readonly NamedValue[]) => boolean
  #values: NamedValue[] = []
  readonly #names = new Set<string>()
  #captureTime: string | null = null
  #ts: number | null = null
  #part: number | null = null
  #overflow = false
  #atMs = 0
  readonly #known = new Set<string>()
  /** Names of values that stood alone between empty lines, one after the other. */
  #lonely: string[] = []

  /** @param isComplete whether values make a sample, so that a pause may end their block */
  constructor(sink: ReadingSink, isComplete: (values: readonly NamedValue[]) => boolean) {
    this.#sink = sink
    this.#isComplete = isComplete
  }

  get isWaiting(): boolean {
    return this.#values.length > 0
  }

  take(line: string, nowMs: number): Verdict {
    const cut = cutCapturePrefix(line)
    const rest = cut?.rest ?? line
    if (rest.trim() === '' || isRule(rest)) {
      this.#blank()
      this.#sink.text()
      return 'text'
    }
    const teleplot = this.#teleplot(rest, cut?.time ?? null, nowMs)
    if (teleplot !== null) return teleplot
    const heading = HEADING.exec(rest)
    const body = heading === null ? rest : rest.slice(heading[0].length)
    const part = heading === null ? null : Number(heading[1])
    let pairs = pairsOf(body) ?? (heading === null ? null : bareOf(body))
    if (heading !== null && pairs === null && (body.trim() === '' || isRemark(body))) {
      this.#end()
      this.#part = part
      this.#sink.text()
      return 'value'
    }
    let time = cut?.time ?? null
    if (pairs === null && cut === null) {
      const timed = cutLeadingTime(body)
      pairs = timed === null ? null : pairsOf(timed.rest)
      if (pairs !== null) time = timed?.time ?? null
    }
    if (pairs === null) return this.#other(rest)
    for (const { name } of pairs) this.#know(name)
    const own = part === null ? null : ofSeveral(pairs, part)
    if (own !== null) this.#record(own, time, null, nowMs)
    else if (pairs.length > 1 || heading !== null) this.#record(pairs, time, part, nowMs)
    else this.#add(pairs[0] as NamedValue, time, nowMs)
    return 'value'
  }

  pause(): void {
    if (this.#values.length > 0 && this.#isComplete(this.#values)) this.#end()
  }

  end(): void {
    this.#end()
  }

  /** One value of a block. */
  #add(value: NamedValue, time: string | null, nowMs: number): void {
    if (this.#names.has(value.name) || this.#values.length >= LONGEST_BLOCK) {
      const part = this.#part
      this.#end()
      // What comes again under the heading of a channel is that channel's.
      this.#part = part
    }
    if (this.#values.length > 0) this.#sink.text()
    else this.#captureTime = time
    this.#values.push(value)
    this.#names.add(value.name)
    this.#atMs = nowMs
  }

  /** A line that holds all of a reading. */
  #record(
    values: readonly NamedValue[],
    time: string | null,
    part: number | null,
    nowMs: number,
  ): void {
    const heading = this.#part
    this.#end()
    this.#values = [...values]
    this.#captureTime = time
    this.#part = part ?? heading
    this.#atMs = nowMs
    this.#end()
  }

  /** Ends a block, unless an empty line comes behind each value. */
  #blank(): void {
    if (this.#values.length === 0 && this.#part === null) return
    const [only, further] = this.#values
    const isAlone = only !== undefined && further === undefined && this.#part === null
    if (!isAlone) this.#lonely = []
    else if (!this.#lonely.includes(only.name)) this.#lonely.push(only.name)
    if (this.#lonely.length < MOST_LONELY) this.#end()
  }

  #teleplot(line: string, time: string | null, nowMs: number): Verdict | null {
    const [, name, stamp, text = '', unit = '', flags = ''] = TELEPLOT.exec(line) ?? []
    if (name === undefined) return null
    if (/(?:^|,)(?:t|xy)(?:,|$)/.test(flags)) {
      this.#sink.text()
      return 'value'
    }
    const ts = stamp === undefined ? null : Number(stamp)
    // Values of one moment have one time.
    if (
      this.#values.length > 0 &&
      this.#ts !== ts &&
      ts !== null &&
      this.#isComplete(this.#values)
    ) {
      this.#end()
    }
    this.#add(
      {
        name: name.trim(),
        text: `${text.trim()}${unit === '' ? '' : ` ${unit.trim()}`}`,
        unit: null,
      },
      time,
      nowMs,
    )
    this.#ts ??= ts
    return 'value'
  }

  /** Names that lines had, up to a bound. */
  #know(name: string): void {
    if (this.#known.size < MOST_KNOWN) this.#known.add(name)
  }

  #other(line: string): Verdict {
    // `Current: 24x mA`: the name of a value, and none behind it.
    const name = /^[\s,;|>]*([^:=]+?)\s*[:=]/.exec(line)?.[1]
    if (name !== undefined && this.#known.has(name)) {
      this.#sink.unread()
      return 'value'
    }
    if (!isRemark(line)) return 'unknown'
    if (saysOverflow(line)) this.#overflow = true
    this.#sink.remark(line)
    return 'text'
  }

  #end(): void {
    if (this.#values.length > 0) {
      this.#sink.reading({
        values: this.#values,
        captureTime: this.#captureTime,
        ts: this.#ts,
        part: this.#part,
        overflow: this.#overflow,
        atMs: this.#atMs,
      })
    }
    this.#values = []
    this.#names.clear()
    this.#captureTime = null
    this.#ts = null
    this.#part = null
    this.#overflow = false
  }
}

/** Whether a line is one of named values, behind whatever stands in front of them. */
export function holdsNamedValues(line: string): boolean {
  const heading = HEADING.exec(line)
  const body = heading === null ? line : line.slice(heading[0].length)
  if (pairsOf(body) !== null || (heading !== null && bareOf(body) !== null)) return true
  const timed = cutLeadingTime(body)
  return (timed !== null && pairsOf(timed.rest) !== null) || TELEPLOT.test(line)
}

/** @returns null where the line holds anything but named values */
export function pairsOf(line: string): NamedValue[] | null {
  const values: NamedValue[] = []
  PAIR.lastIndex = 0
  let end = 0
  for (let match = PAIR.exec(line); match !== null; match = PAIR.exec(line)) {
    values.push({
      name: (match[1] as string).trim(),
      text: (match[2] as string).trim(),
      unit: null,
    })
    end = PAIR.lastIndex
  }
  REST.lastIndex = end
  return values.length > 0 && REST.test(line) ? values : null
}

/**
 * Values of more than one channel in a line, each with the number in its name:
 * `Ch1 V: 5.02 A: 0.245 Ch2 V: 3.3 A: 0.1`.
 *
 * @param first number before the first value
 * @returns null where all are of that one
 */
function ofSeveral(pairs: readonly NamedValue[], first: number): NamedValue[] | null {
  if (!pairs.some(({ name }) => FURTHER_HEADING.test(name))) return null
  let part = first
  return pairs.map((pair) => {
    const found = FURTHER_HEADING.exec(pair.name)
    if (found !== null) part = Number(found[1])
    return { ...pair, name: `${pair.name.slice(found?.[0].length ?? 0).trim()} ${part}` }
  })
}

function bareOf(line: string): NamedValue[] | null {
  const values: NamedValue[] = []
  BARE.lastIndex = 0
  let end = 0
  for (let match = BARE.exec(line); match !== null; match = BARE.exec(line)) {
    values.push({ name: '', text: (match[1] as string).trim(), unit: null })
    end = BARE.lastIndex
  }
  REST.lastIndex = end
  return values.length > 0 && REST.test(line) ? values : null
}
