import { advance } from './serial-number.ts'

/** `lost 3 (#120-122, gone)` */
export function lossText(first: number, count: number, reason: string): string {
  const range = count === 1 ? `#${first}` : `#${first}-${advance(first, count - 1)}`
  return `lost ${count} (${range}, ${reason.replace('_', ' ')})`
}
