/** One channel of a trace; NaN where a slot has no value of it. */
export interface TraceSeries {
  readonly min: Float64Array
  readonly max: Float64Array
  /** Newest value of the slot, or its average where the samples themselves are not at hand. */
  readonly last: Float64Array
}

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
  /** 1: samples are missing in or right before the slot. */
  readonly missing: Uint8Array
  /** 1: not to be joined to the slot with samples before it. */
  readonly broken: Uint8Array
  /** 1: a value stood out in the slot. */
  readonly marked: Uint8Array
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
    missing: new Uint8Array(length),
    broken: new Uint8Array(length),
    marked: new Uint8Array(length),
    channels: Object.fromEntries(ids.map((id) => [id, emptySeries(length)])),
  }
}

/** A channel without values, to be filled. @param length slots */
export function emptySeries(length: number): TraceSeries {
  const values = (): Float64Array => new Float64Array(length).fill(Number.NaN)
  return { min: values(), max: values(), last: values() }
}
