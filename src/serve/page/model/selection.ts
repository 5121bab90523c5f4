/** A part of time, in whole milliseconds, so that `--from` and `--to` can name it; Unix µs, the end exclusive. */
export interface Span {
  readonly fromUs: number
  readonly toUs: number
}

/** Between two moments in any order; at least a millisecond. */
export function spanOf(oneUs: number, otherUs: number): Span {
  const fromUs = Math.floor(Math.min(oneUs, otherUs) / 1000) * 1000
  const toUs = Math.ceil(Math.max(oneUs, otherUs) / 1000) * 1000
  return { fromUs, toUs: Math.max(toUs, fromUs + 1000) }
}
