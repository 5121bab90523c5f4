import { advance } from './serial-number.ts'

/** `lost 3 (#120-122, gone)` */
export function lossText(first: number, count: number, reason: string): string {
  const range = rangeText(first, advance(first, count - 1))
  return `lost ${count} (${range}, ${reason.replace('_', ' ')})`
}

/** `#120-122`; one sample: `#120` */
export function rangeText(first: number, last: number): string {
  return first === last ? `#${first}` : `#${first}-${last}`
}
