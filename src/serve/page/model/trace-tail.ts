import { emptyTrace, type Trace } from '../../../chart/trace.ts'

/** Slots of the known trace that are read again with its tail: the newest one was open, others may have been healed. */
const AGAIN = 8

/**
 * How many slots of a running chart are to be read so that, joined to what is known, it is up to date;
 * null: all of them.
 */
export function tailSlots(known: Trace, newestUs: number): number | null {
  const endUs = known.startUs + known.length * known.slotUs
  const slots = Math.ceil((newestUs - endUs) / known.slotUs) + AGAIN
  return newestUs >= endUs - known.slotUs && slots < known.length / 2 ? slots : null
}

/**
 * A trace of the same length that ends with its tail; null: the two do not fit together.
 *
 * @param tail as `tailSlots` has asked for it, in slots of the same length
 */
export function withTail(known: Trace, tail: Trace): Trace | null {
  const { slotUs, length } = known
  const startUs = tail.startUs + (tail.length - length) * slotUs
  const shift = (startUs - known.startUs) / slotUs
  const from = length - tail.length
  if (tail.slotUs !== slotUs || !Number.isInteger(shift) || shift < 0 || from < 0) return null
  const ids = new Set([...Object.keys(known.channels), ...Object.keys(tail.channels)])
  const joined = emptyTrace({ startUs, slotUs, length }, [...ids])
  for (const name of ['count', 'broken', 'signs'] as const) {
    joined[name].set(known[name].subarray(shift, shift + from))
    joined[name].set(tail[name], from)
  }
  for (const id of ids) {
    const into = joined.channels[id]
    for (const name of ['min', 'max', 'last'] as const) {
      const before = known.channels[id]?.[name].subarray(shift, shift + from)
      if (before) into?.[name].set(before)
      const after = tail.channels[id]?.[name]
      if (after) into?.[name].set(after, from)
    }
  }
  return joined
}
