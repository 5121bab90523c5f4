import type { AlarmView, FaultLatch } from '../monitor/view.ts'
import type { Style } from '../theme/themes.ts'
import type { ScaledUnit } from '../util/scaled-unit.ts'
import type { FigureForm } from './form-memory.ts'

export type AlarmState = AlarmView['state']

/** The most pressing first. A word stands for each, so that none hangs on its colour. */
export const ALARM_STATES: readonly AlarmState[] = [
  'on',
  'latched',
  'acknowledged',
  'pending',
  'off',
]

export const ALARM_WORD: Readonly<Record<AlarmState, string>> = {
  on: 'ALARM !',
  latched: 'LATCHED',
  acknowledged: 'ack',
  pending: 'wait',
  off: 'ok',
}

export const ALARM_STYLE: Readonly<Record<AlarmState, Style>> = {
  on: 'bad',
  latched: 'warn',
  acknowledged: 'warn',
  pending: 'plain',
  off: 'dim',
}

/** A fault of the sensor that goes on. */
export const FAULT_WORD = 'FAULT !'

/** `NOSENSOR`, `OUT OF RANGE` */
export function faultName({ word }: Pick<FaultLatch, 'word'>): string {
  return word.toUpperCase().replaceAll('_', ' ')
}

const DECIMALS: Readonly<Record<string, number>> = { A: 4, '': 0, s: 1, '%': 1 }
const OTHER_DECIMALS = 3

/** How the value and the peak of an alarm are written. @param scaled the unit that they are shown in */
export function alarmForm({ unit }: Pick<AlarmView, 'unit'>, scaled: ScaledUnit): FigureForm {
  const decimals = DECIMALS[unit] ?? OTHER_DECIMALS
  const finer = Math.max(1, decimals + scaled.exponent)
  return { unit: scaled, decimals: scaled.exponent === 0 ? decimals : finer }
}

/** The rule at the end of an alarm's text, which is on record, and stands with the alarm. */
const RULE = /(, for \S+) \[.*\]$/s

/** What an event says, without what stands with the alarm. */
export function saidText({ kind, text }: { readonly kind: string; readonly text: string }): string {
  return kind.startsWith('alarm_') ? text.replace(RULE, '$1') : text
}
