import type { Trace } from './trace.ts'

/**
 * Of which cells of a plot nothing can be said while the trace of another moment or span stands in for the
 * one that is being read: where it has no slots, and everywhere where its slots are wider than a cell. What is
 * not known must not look like a gap.
 *
 * @param columns the trace, folded to the dot columns of the plot
 * @param cells characters of the plot
 */
export function unreadCells(trace: Trace, columns: Trace, cells: number): readonly boolean[] {
  const { startUs, slotUs, length } = columns
  const cellUs = (slotUs * length) / cells
  const endUs = trace.startUs + trace.slotUs * trace.length
  const isCoarse = trace.slotUs > cellUs
  return Array.from({ length: cells }, (_, cell) => {
    const beginUs = startUs + cell * cellUs
    return isCoarse || beginUs < trace.startUs || beginUs >= endUs
  })
}
