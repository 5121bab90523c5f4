import {
  ANY_ANOMALY,
  type Condition,
  type Expression,
  isReserved,
  type Measure,
  PLAIN_NAME,
  unitOf,
} from '../../src/alarms/rule.ts'
import { formatDuration } from '../../src/util/duration.ts'

/** A text that reads as the same expression. */
export function expressionText(when: Expression): string {
  if (when.kind === 'silent') return `silent${forText(when.afterUs)}`
  if (when.kind === 'condition') return conditionText(when) + forText(when.forUs)
  const parts = when.parts.map((part) => {
    const text = expressionText(part)
    const hasFor = part.kind !== 'silent' && part.forUs !== null
    return hasFor || (part.kind === 'or' && when.kind === 'and') ? `(${text})` : text
  })
  const text = parts.join(` ${when.kind} `)
  return when.forUs === null ? text : `(${text})${forText(when.forUs)}`
}

function forText(forUs: number | null): string {
  return forUs === null ? '' : ` for ${durationText(forUs)}`
}

function durationText(us: number): string {
  return formatDuration(us / 1000)
}

function conditionText({ measure, comparison, hysteresis }: Condition): string {
  const what = measureText(measure)
  if (measure.kind === 'anomaly' && comparison === ANY_ANOMALY) return what
  const unit = unitOf(measure, () => null)
  const written = (value: number): string => `${value}${unit === '/s' ? '' : unit}`
  const is =
    comparison.op === 'outside'
      ? `outside ${written(comparison.low)}..${written(comparison.high)}`
      : `${comparison.op} ${written(comparison.limit)}`
  const back = hysteresis === 0 ? '' : ` hysteresis ${written(hysteresis)}`
  return `${what} ${is}${back}`
}

function measureText(measure: Measure): string {
  switch (measure.kind) {
    case 'channel':
      return channelText(measure.channel)
    case 'rate':
    case 'anomaly':
      return `${measure.kind}(${channelText(measure.channel)})`
    case 'window':
      return `${measure.statistic}(${channelText(measure.channel)},${durationText(measure.windowS * 1e6)})`
    case 'lost':
    case 'out_of_range':
      return `${measure.kind}(${durationText(measure.windowS * 1e6)})`
    default:
      return measure.kind
  }
}

function channelText(id: string): string {
  PLAIN_NAME.lastIndex = 0
  if (PLAIN_NAME.exec(id)?.[0] === id && !isReserved(id)) return id
  return id.includes('"') ? `'${id}'` : `"${id}"`
}
