import { channelText, readChannel } from './parse-measure.ts'
import type { RuleContext } from './parse-rule.ts'
import { parseValue, type Value, valueKindOf } from './parse-value.ts'
import type { Comparison, Measure, Rule } from './rule.ts'
import { RuleText } from './rule-text.ts'

const COLON = /:/uy
const DOTS = /\.\./uy
const HINT = 'write <channel>:<lowest>..<highest>, such as v:4.75..5.25 or a:..1.5'

/** What is written at one end of the range, and what it comes to. */
interface End {
  readonly value: Value
  readonly written: string
}

/**
 * Reads a limit, `v:4.75..5.25`, `a:..1.5A` or `soc:20..`: the rule `v outside 4.75..5.25 latch`,
 * `a > 1.5A latch`, `soc < 20 latch` under the name `limit v`, `limit a`, `limit soc`.
 *
 * @param text all of the option's text, as errors quote it
 * @param at where the limit begins in it, behind the label of a device
 * @throws InaError usage_invalid, which names the character
 */
export function parseLimit(text: string, at: number, { channelUnit, option }: RuleContext): Rule {
  const reader = new RuleText(text, at, option)
  if (reader.isAtEnd) throw reader.wrong('the limit is empty', HINT)
  const channel = readChannel(reader, channelUnit)
  if (reader.take(COLON) === null) {
    throw reader.wrong("':' is missing between the channel and its range", HINT)
  }
  const measure: Measure = { kind: 'channel', channel }
  const kind = valueKindOf(measure, channelUnit)
  const rangeAt = reader.at
  const readEnd = (): End => {
    const from = reader.at
    const value = parseValue(reader, kind)
    return { value, written: reader.since(from) }
  }
  const low = reader.peek(DOTS) === null ? readEnd() : null
  if (reader.take(DOTS) === null) throw reader.wrong("a range has '..' between its ends", HINT)
  const high = reader.isAtEnd ? null : readEnd()
  if (!reader.isAtEnd) {
    throw reader.wrong('nothing may follow the range', 'give --limit again for each further one')
  }
  const { comparison, written } = comparisonOf(low, high, () => {
    if (low === null || high === null) return reader.wrong('a limit has an end', HINT, rangeAt)
    const isOne = low.value.inUnitOf(high.value).value === high.value.inUnitOf(low.value).value
    return isOne
      ? reader.wrong('both ends of the range are the same', 'leave some room between them', rangeAt)
      : reader.wrong('the ends of the range are the wrong way round', 'lowest first', rangeAt)
  })
  return {
    name: `limit ${channel}`,
    text: `${channelText(channel)} ${written} latch`,
    when: { kind: 'condition', measure, comparison, hysteresis: 0, forUs: null },
    latch: true,
  }
}

/** @param refused why there is none */
function comparisonOf(
  low: End | null,
  high: End | null,
  refused: () => Error,
): { readonly comparison: Comparison; readonly written: string } {
  if (low === null) {
    if (high === null) throw refused()
    const comparison = { op: '>', limit: high.value.value } as const
    return { comparison, written: `> ${high.written}` }
  }
  if (high === null) {
    return { comparison: { op: '<', limit: low.value.value }, written: `< ${low.written}` }
  }
  const lowest = low.value.inUnitOf(high.value).value
  const highest = high.value.inUnitOf(low.value).value
  if (!(lowest < highest)) throw refused()
  return {
    comparison: { op: 'outside', low: lowest, high: highest },
    written: `outside ${low.written}..${high.written}`,
  }
}
