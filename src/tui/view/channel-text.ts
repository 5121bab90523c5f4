import type { Channel } from '../../domain/channels.ts'
import { cellText, cutEnd } from './cell-text.ts'
import type { Look } from './look.ts'

/** The widest name or unit of a channel that is shown whole, in cells. */
const NAME_CELLS = 10
const UNIT_CELLS = 6

/** `V`, `A`, `W`, which everybody knows; an extra channel has its own name. */
export function nameText(channel: Channel, look: Look, width = NAME_CELLS): string {
  return channel.quantity === null
    ? cutEnd(cellText(channel.label, look), width, look)
    : channel.unit
}

export function unitText({ unit }: Channel, look: Look, width = UNIT_CELLS): string {
  return cutEnd(cellText(unit, look), width, look)
}
