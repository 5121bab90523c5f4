/** One channel of a trace; NaN where a slot has no value of it. */
export interface TraceSeries {
  readonly min: Float64Array
  readonly max: Float64Array
  /**
   * Newest value of the slot; in one of a second or more, that of any of its samples, or their mean
   * where they themselves are not at hand (`AVERAGED`).
   */
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
  /** Nothing is there, and what comes next does not follow on what was before: nothing was recorded. */
  absent: 64,
} as const
export type Sign = keyof typeof SIGN

/**
 * Stands among the signs of a slot, and is nothing to be shown: `last` is a mean, which no sample need have
 * had. Of voltage, current and power where the slot has them, else of its channels.
 */
export const AVERAGED = 32

/**
 * Which moment of a slot stands for it where one has to: at other parts of each, so that a load that
 * repeats with the slots is not met at the same place each time, evenly over many.
 *
 * @returns 0 to 1, of the width of the slot
 */
export function placeWithin(slot: number): number {
  const turns = slot * GOLDEN
  return turns - Math.floor(turns)
}
const GOLDEN = (Math.sqrt(5) - 1) / 2

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
  /** What is to be said of the slot: a sum of `SIGN`s, and `AVERAGED`. */
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
