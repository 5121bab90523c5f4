/** An alarm rule as data. */

import { ELECTRIC_CHANNELS } from '../domain/channels.ts'

/** What a window of values comes to; `p95` is a percentile by nearest rank. */
export type Statistic = 'avg' | 'min' | 'max' | 'stddev' | `p${number}`

/** What a condition looks at. */
export type Measure =
  | { readonly kind: 'channel' | 'rate' | 'anomaly'; readonly channel: string }
  | {
      readonly kind: 'window'
      readonly statistic: Statistic
      readonly channel: string
      /** Whole seconds. */
      readonly windowS: number
    }
  | { readonly kind: 'charge' | 'energy' | 'battery' }
  | { readonly kind: 'lost' | 'out_of_range'; readonly windowS: number }

/** In the unit of the measure, see `unitOf`. */
export type Comparison =
  | { readonly op: '>' | '>=' | '<' | '<='; readonly limit: number }
  | { readonly op: 'outside'; readonly low: number; readonly high: number }

export interface Condition {
  readonly kind: 'condition'
  readonly measure: Measure
  readonly comparison: Comparison
  /** How far the value has to come back, in the unit of the measure; 0: no further than the limit. */
  readonly hysteresis: number
  /** How long it has to be true before it counts, µs; null: at once. */
  readonly forUs: number | null
}

/** No sample for a while. */
export interface Silence {
  readonly kind: 'silent'
  /** µs; null: a pause, see `UsualInterval` */
  readonly afterUs: number | null
}

export interface Group {
  readonly kind: 'and' | 'or'
  /** Two or more; a group of the same kind among them has a `for` of its own. */
  readonly parts: readonly Expression[]
  readonly forUs: number | null
}

export type Expression = Condition | Silence | Group

export interface Rule {
  /** Of `as`, else the text of the rule as it was written. */
  readonly name: string
  /** As it was written, without the device before it, and without `as`. */
  readonly text: string
  readonly when: Expression
  /** It stays until somebody acknowledges it. */
  readonly latch: boolean
}

/** What `anomaly(a)` stands for. */
export const ANY_ANOMALY: Comparison = { op: '>', limit: 0 }

/** Unit of values of a measure; empty: a count, or a channel of which nobody said. */
export function unitOf(measure: Measure, channelUnit: (id: string) => string | null): string {
  switch (measure.kind) {
    case 'channel':
    case 'window':
      return unitOfChannel(measure.channel, channelUnit) ?? ''
    case 'rate':
      return `${unitOfChannel(measure.channel, channelUnit) ?? ''}/s`
    case 'charge':
      return 'mAh'
    case 'energy':
      return 'mWh'
    case 'battery':
      return '%'
    default:
      return ''
  }
}

function unitOfChannel(id: string, channelUnit: (id: string) => string | null): string | null {
  return ELECTRIC_CHANNELS.find((each) => each.id === id)?.unit ?? channelUnit(id)
}

/** All conditions and silences of an expression, in the order of the text. */
export function leavesOf(when: Expression): (Condition | Silence)[] {
  return 'parts' in when ? when.parts.flatMap(leavesOf) : [when]
}

export function looksAt(when: Expression, kind: Measure['kind']): boolean {
  return leavesOf(when).some((each) => each.kind === 'condition' && each.measure.kind === kind)
}

/** Words that mean something else than a channel of that name. */
const RESERVED: ReadonlySet<string> = new Set(
  'and or for hysteresis latch as outside silent charge energy battery'.split(' '),
)

export function isReserved(word: string): boolean {
  return RESERVED.has(word)
}

/** A name that needs no quotes. */
export const PLAIN_NAME = /[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*/uy

/** Ids of the channels that an expression looks at, each once. */
export function channelsIn(when: Expression): string[] {
  const ids = leavesOf(when).flatMap((leaf) =>
    leaf.kind === 'condition' && 'channel' in leaf.measure ? [leaf.measure.channel] : [],
  )
  return [...new Set(ids)]
}
