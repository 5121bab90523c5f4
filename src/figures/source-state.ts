import type { SourceView } from '../monitor/view.ts'
import type { Style } from '../theme/themes.ts'

export const SOURCE_STYLE: Readonly<Record<SourceView['state'], Style>> = {
  opening: 'warn',
  waiting: 'warn',
  live: 'good',
  silent: 'bad',
  ended: 'warn',
}

/** Where a device is reached; everybody knows that ports are in /dev. */
export function sourcePlace({ label }: Pick<SourceView, 'label'>): string {
  return label.replace(/^\/dev\//, '')
}
