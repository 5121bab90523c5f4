import { labelText, magnitudeOf } from '../../../chart/axis.ts'
import { extent } from '../../../chart/columns.ts'
import { axisWith, endsOf } from '../../../chart/limits.ts'
import type { Trace } from '../../../chart/trace.ts'
import type { Channel } from '../../../domain/channels.ts'
import type { Snapshot } from '../../../monitor/view.ts'
import { LOOK, type PageFigures } from '../model/figures.ts'

/** The axis of a channel, made as that of the terminal is. */
export interface StripAxis {
  readonly min: number
  readonly max: number
  /** Labelled values, from the lowest on. */
  readonly splits: readonly number[]
  readonly labels: readonly string[]
}

/** A label with air around it, in CSS pixels. */
const ROW_PX = 18
/** Of a name, where it stands for the unit. */
const NAME_CHARACTERS = 6

/** @param height of the plot, in CSS pixels */
export function stripAxis(
  trace: Trace,
  channel: Channel,
  { number, limits }: Pick<Snapshot, 'number' | 'limits'>,
  figures: PageFigures,
  height: number,
): StripAxis | null {
  const range = extent(trace, channel.id)
  if (range === null) return null
  const rows = Math.max(2, Math.floor(height / ROW_PX))
  const magnitude = Math.max(Math.abs(range.min), Math.abs(range.max))
  const form = figures.axisForms(number, LOOK)(channel, magnitude)
  const axis = axisWith(range, endsOf(limits, channel.id), rows, form.finest)
  const unit = form.unit(magnitudeOf(axis))
  const splits = axis.ticks.filter((tick) => tick !== undefined).toReversed()
  const labels = splits.map((tick) => labelText(tick, axis.digit, unit.exponent))
  const top = labels.length - 1
  // One without a unit says what it is.
  labels[top] = `${labels[top]} ${unit.text || channel.label.slice(0, NAME_CHARACTERS)}`
  return { min: axis.low, max: axis.low + axis.rows * axis.perRow, splits, labels }
}
