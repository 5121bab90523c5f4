/** What events of alarms say, stable for programs: docs/alarms.md. */

import { formatDuration, parseDuration } from '../util/duration.ts'
import type { AlarmEvent } from './alarm.ts'

/** `overload: value 1.35 A, peak 1.71 A, for 12s [a > 1.2A for 5s latch]` */
export function eventText({ rule, value, peak, unit, durationUs }: AlarmEvent): string {
  const written = (each: number | null): string => valueText(each, unit)
  const lasted = formatDuration(durationUs / 1000)
  return `${rule.name}: value ${written(value)}, peak ${written(peak)}, for ${lasted} [${rule.text}]`
}

/** All digits but the noise of a double; `-` where there is none. */
export function valueText(value: number | null, unit: string): string {
  if (value === null) return '-'
  const number = String(roundedValue(value))
  if (unit === '') return number
  return `${number} ${unit}`
}

/** 12 significant digits: what a device prints is whole, the noise of a mean goes. */
export function roundedValue(value: number): number {
  return Number(value.toPrecision(12))
}

/** What the text of an event says. */
export interface AlarmRecord {
  readonly name: string
  readonly rule: string
  /** null: no value is known */
  readonly value: number | null
  readonly peak: number | null
  readonly unit: string
  readonly durationMs: number
}

const TEXT = /^(.*): value (-|\S+)( \S+)?, peak (-|\S+)(?: \S+)?, for (\S+) \[(.*)\]$/s

/** @returns null: that is no text of `eventText` */
export function readEventText(text: string): AlarmRecord | null {
  const [, name, value, unit = '', peak, lasted, rule] = TEXT.exec(text) ?? []
  if (name === undefined || lasted === undefined || rule === undefined) return null
  const read = (word = ''): number | null => (word === '-' ? null : Number(word))
  const durationMs = lasted === '0s' ? 0 : parseDuration(lasted)
  return { name, rule, value: read(value), peak: read(peak), unit: unit.trim(), durationMs }
}
