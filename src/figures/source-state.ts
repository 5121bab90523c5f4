import type { SourceView } from '../monitor/view.ts'
import type { Style } from '../theme/themes.ts'

export const SOURCE_STYLE: Readonly<Record<SourceView['state'], Style>> = {
  opening: 'warn',
  waiting: 'warn',
  live: 'good',
  silent: 'bad',
  ended: 'warn',
}

/** It waits for its trigger, and measures nothing else: its newest values are none of now. */
export function isArmed({ state, armed }: Pick<SourceView, 'state' | 'armed'>): boolean {
  return state === 'live' && armed !== undefined
}

/** Where a device is reached; everybody knows that ports are in /dev. */
export function sourcePlace({ label }: Pick<SourceView, 'label'>): string {
  return label.replace(/^\/dev\//, '')
}
