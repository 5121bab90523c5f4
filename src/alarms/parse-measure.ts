import { ELECTRIC } from '../domain/channels.ts'
import { cleanText } from '../domain/sample.ts'
import { didYouMean } from '../util/nearest.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import { parseSpan } from './parse-value.ts'
import { isReserved, type Measure, PLAIN_NAME, type Statistic } from './rule.ts'
import { CLOSE, OPEN, RULE_HINT, type RuleText } from './rule-text.ts'

/** Longest window, s: what a window keeps is kept for each device. */
const MAX_WINDOW_S = 3600

const WHATS: readonly string[] = [
  'v, a, w or the name of another channel',
  'avg(w,1m), min, max, stddev, p95',
  'rate(v)',
  'charge',
  'energy',
  'battery',
  'lost(1m)',
  'out_of_range(1m)',
  'silent',
  'anomaly(a)',
]
const FUNCTIONS: readonly string[] = [
  'avg',
  'min',
  'max',
  'stddev',
  'p5',
  'p50',
  'p95',
  'p99',
  'rate',
  'lost',
  'out_of_range',
  'anomaly',
]
const STATISTIC = /^(?:avg|min|max|stddev|p[1-9]\d?)$/

const COMMA = /,/uy

type ChannelUnit = (id: string) => string | null

/** Names under which people look for what is called v, a, w here. */
const SYNONYMS: readonly { readonly id: string; readonly words: RegExp }[] = [
  { id: ELECTRIC.voltage.id, words: /^(?:v|volts?|voltages?|voltage_v)$/i },
  { id: ELECTRIC.current.id, words: /^(?:a|amps?|amperes?|currents?|current_a)$/i },
  { id: ELECTRIC.power.id, words: /^(?:w|watts?|powers?|power_w)$/i },
]

/**
 * What a condition looks at; `silent` looks at nothing.
 *
 * @param channelUnit unit of an extra channel; null: nobody said
 * @throws InaError usage_invalid, which names the character
 */
export function parseMeasure(text: RuleText, channelUnit: ChannelUnit): Measure | 'silent' {
  const at = text.at
  const quoted = text.takeQuoted()
  if (quoted !== null) return { kind: 'channel', channel: unquoted(text, quoted, at) }
  const word = text.take(PLAIN_NAME)
  if (word === null) {
    throw text.wrong('what to watch is missing', `there are: ${WHATS.join('; ')}`)
  }
  if (text.take(OPEN) !== null) return readCall(text, word, at, channelUnit)
  if (word === 'silent') return word
  if (word === 'charge' || word === 'energy' || word === 'battery') return { kind: word }
  if (isReserved(word)) {
    const hint = `a channel of that name stands in quotes: "${word}"`
    throw text.wrong(`'${word}' stands where a condition is expected`, hint, at)
  }
  if (FUNCTIONS.includes(word)) refuseBare(text, word, at)
  refuseSynonym(text, word, at, channelUnit)
  return { kind: 'channel', channel: word }
}

/** Not `p95 > 3`; but a channel may well be called `min`, in quotes. */
function refuseBare(text: RuleText, word: string, at: number): never {
  const inside = word === 'lost' || word === 'out_of_range' ? '1m' : 'a'
  const example = STATISTIC.test(word) ? `${word}(a,1m)` : `${word}(${inside})`
  throw text.wrong(
    `${word} has parentheses`,
    `write ${example}; a channel of that name stands in quotes`,
    at,
  )
}

/** No device has such a channel, most probably, and the rule would never be true. */
function refuseSynonym(text: RuleText, word: string, at: number, channelUnit: ChannelUnit): void {
  const meant = SYNONYMS.find(({ id, words }) => id !== word && words.test(word))
  if (meant === undefined || channelUnit(word) !== null) return
  const hint = `did you mean '${meant.id}'? A further channel of that name stands in quotes: "${word}"`
  throw text.wrong(`'${word}' is no channel`, hint, at)
}

/** Behind the parenthesis. */
function readCall(text: RuleText, word: string, at: number, channelUnit: ChannelUnit): Measure {
  let measure: Measure
  if (STATISTIC.test(word)) {
    const channel = readChannel(text, channelUnit)
    if (text.take(COMMA) === null) {
      throw text.wrong('the length of the window is missing', `write ${word}(a,1m)`)
    }
    measure = {
      kind: 'window',
      statistic: word as Statistic,
      channel,
      windowS: readWindow(text),
    }
  } else if (word === 'lost' || word === 'out_of_range') {
    measure = { kind: word, windowS: readWindow(text) }
  } else if (word === 'rate' || word === 'anomaly') {
    const channelAt = text.at
    const channel = readChannel(text, channelUnit)
    if (word === 'anomaly' && channel === ELECTRIC.power.id) {
      const why = 'power follows from voltage and current, and is not looked at by itself'
      throw text.wrong(why, 'write anomaly(v) or anomaly(a)', channelAt)
    }
    measure = { kind: word, channel }
  } else {
    const otherwise = `there are: ${FUNCTIONS.join(', ')}`
    const hint = /^p[\d.]/.test(word)
      ? 'percentiles are p1 to p99, in whole numbers'
      : didYouMean(word, FUNCTIONS, otherwise)
    throw text.wrong(`'${word}' is no function`, hint, at)
  }
  if (text.take(CLOSE) === null) throw text.wrong("')' is missing", RULE_HINT)
  return measure
}

/** The name of a channel, maybe in quotes. @throws InaError usage_invalid */
export function readChannel(text: RuleText, channelUnit: ChannelUnit): string {
  const at = text.at
  const quoted = text.takeQuoted()
  if (quoted !== null) return unquoted(text, quoted, at)
  const word = text.take(PLAIN_NAME)
  if (word === null) throw text.wrong('the name of a channel is missing', 'write v, a or w')
  refuseSynonym(text, word, at, channelUnit)
  return word
}

/** The name of a channel as a rule has it: in quotes where it would mean something else. */
export function channelText(id: string): string {
  const isElectric = SYNONYMS.some((each) => each.id === id)
  const isOther =
    isReserved(id) || FUNCTIONS.includes(id) || SYNONYMS.some(({ words }) => words.test(id))
  if (isElectric || (!isOther && isPlain(id))) return id
  return id.includes('"') ? `'${id}'` : `"${id}"`
}

function isPlain(id: string): boolean {
  PLAIN_NAME.lastIndex = 0
  return PLAIN_NAME.exec(id)?.[0] === id
}

function unquoted(text: RuleText, quoted: string, at: number): string {
  const id = cleanText(quoted.slice(1, -1))
  if (id.trim() === '') throw text.wrong('the name is empty', 'write one', at)
  return id
}

/** @returns whole seconds */
function readWindow(text: RuleText): number {
  const at = text.at
  const seconds = parseSpan(text) / US_PER_SECOND
  if (!Number.isInteger(seconds) || seconds > MAX_WINDOW_S) {
    throw text.wrong('a window has whole seconds, 1s to 1h', 'write one such as 1m', at)
  }
  return seconds
}
