import type { Channel, ColourRole } from '../domain/channels.ts'
import { labelsOf, magnitudeOf } from './axis.ts'
import type { AxisForm } from './axis-form.ts'
import { type Columns, extent } from './columns.ts'
import { axisWith, endsOf, type Limits, limitLine } from './limits.ts'
import { STYLES } from './raster.ts'
import type { Curve, OwnedLimit } from './strips.ts'

/** So many curves have a colour each. */
export const MOST_COMPARED = 8
const ROLES: readonly ColourRole[] = [
  ...(['voltage', 'current', 'power'] as const),
  ...(['extra0', 'extra1', 'extra2', 'extra3', 'extra4'] as const),
]

/** One of several devices in a chart of one quantity. */
export interface Compared {
  readonly columns: Columns
  /** What stands for the device, one character. */
  readonly letter: string
  /** Among those compared, from 0 on: gives colour and style. */
  readonly place: number
  readonly limits: readonly Limits[]
}

/** The colour of a device among those compared. */
export function comparedRole(place: number): ColourRole {
  return ROLES[place % ROLES.length] ?? 'voltage'
}

/**
 * One quantity of several devices on one axis; a device without a value of it has no curve, and no
 * limits. The axis reaches out to limits that are near.
 *
 * @param formOf of the axis for the largest value shown
 */
export function comparedCurves(
  channel: Channel,
  devices: readonly Compared[],
  rows: number,
  formOf: (magnitude: number) => AxisForm,
): Curve[] {
  const drawn = devices.flatMap((device) => {
    const range = extent(device.columns, channel.id)
    return range === null ? [] : [{ ...device, range, ends: endsOf(device.limits, channel.id) }]
  })
  if (drawn.length === 0) return []
  const min = Math.min(...drawn.map(({ range }) => range.min))
  const max = Math.max(...drawn.map(({ range }) => range.max))
  const form = formOf(Math.max(Math.abs(min), Math.abs(max)))
  const ends = new Set(drawn.flatMap((device) => device.ends))
  const axis = axisWith({ min, max }, [...ends], rows, form.finest)
  const unit = form.unit(magnitudeOf(axis))
  const labels = labelsOf(axis, unit.exponent)
  const strip = { channels: [channel], top: 0, rows }
  return drawn.map(({ columns, letter, place, ends: own }) => {
    const pen = {
      role: comparedRole(place),
      letter,
      style: STYLES[place % STYLES.length] ?? 'solid',
    }
    const limits = own.flatMap((end): OwnedLimit[] => {
      const letters = drawn.filter((each) => each.ends.includes(end)).map((each) => each.letter)
      if (letters[0] !== letter) return []
      const isOfAll = letters.length > 1 && letters.length === drawn.length
      return [{ ...limitLine(axis, end), letters: isOfAll ? [] : letters }]
    })
    return { channel, columns, axis, form, unit, labels, top: 0, strip, pen, limits }
  })
}

/** All that is to be said below the curves of several devices. */
export function withAllSigns(all: readonly Columns[]): Columns | null {
  const [first] = all
  if (first === undefined) return null
  const signs = first.signs.slice()
  for (const each of all)
    for (const [i, said] of each.signs.entries()) signs[i] = (signs[i] ?? 0) | said
  return { ...first, signs }
}
