/** One channel of a trace; NaN where a slot has no value of it. */
export interface TraceSeries {
  readonly min: Float64Array
  readonly max: Float64Array
  /** Newest value of the slot, or its average where the samples themselves are not at hand. */
  readonly last: Float64Array
}

/** What can be said of a slot beside its values; each a bit. */
export const SIGN = {
  /** Samples are missing in or right before it. */
  lost: 1,
  /** A sample came, but the sensor could not measure, or out of its range. */
  unmeasured: 2,
  /** The device began anew. */
  restart: 4,
  /** A value stood out. */
  outlier: 8,
  /** Somebody set a mark. */
  marker: 16,
} as const
export type Sign = keyof typeof SIGN

/**
 * Samples folded into equal slots of time, oldest first; what a chart draws.
 * Slot i covers `startUs + i * slotUs`.
 */
export interface Trace {
  readonly slotUs: number
  /** Unix µs */
  readonly startUs: number
  readonly length: number
  /** Measured samples in the slot; 0: nothing is drawn. */
  readonly count: Uint32Array
  /** 1: not to be joined to the slot with samples before it. */
  readonly broken: Uint8Array
  /** What is to be said of the slot: a sum of `SIGN`s. */
  readonly signs: Uint8Array
  /** By channel id. */
  readonly channels: Readonly<Record<string, TraceSeries>>
}

/** Slots without samples, to be filled. @param ids of the channels */
export function emptyTrace(
  { startUs, slotUs, length }: Pick<Trace, 'startUs' | 'slotUs' | 'length'>,
  ids: readonly string[],
): Trace {
  return {
    slotUs,
    startUs,
    length,
    count: new Uint32Array(length),
    broken: new Uint8Array(length),
    signs: new Uint8Array(length),
    channels: Object.fromEntries(ids.map((id) => [id, emptySeries(length)])),
  }
}

/** A channel without values, to be filled. @param length slots */
export function emptySeries(length: number): TraceSeries {
  const values = (): Float64Array => new Float64Array(length).fill(Number.NaN)
  return { min: values(), max: values(), last: values() }
}
