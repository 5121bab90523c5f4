import type { Sample } from '../../src/domain/sample.ts'

/** A sound sample of 5 V and 0.5 A, but for what is said. */
export function sampleOf(change: Partial<Sample> = {}): Sample {
  return {
    timeUs: 1_790_000_000_000_000,
    electric: true,
    extras: null,
    detail: null,
    voltage: 5,
    current: 0.5,
    power: 2.5,
    seq: null,
    status: 'ok',
    epochId: 1,
    gapBefore: false,
    origin: 'live',
    ...change,
  }
}
