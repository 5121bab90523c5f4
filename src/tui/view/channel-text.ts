import { type Channel, ELECTRIC_CHANNELS } from '../../domain/channels.ts'
import type { Snapshot } from '../../monitor/view.ts'
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

/** The channels in the order in which they are shown, and which of them are what. */
interface ShownChannels {
  readonly all: readonly Channel[]
  /** Voltage, current and power, or none of them. */
  readonly electric: readonly Channel[]
  readonly extra: readonly Channel[]
}

/** While the channels of a device are unknown, the places of V, A and W are kept free. */
export function channelsOf({ channels }: Pick<Snapshot, 'channels'>): ShownChannels {
  const all = channels.length > 0 ? channels : ELECTRIC_CHANNELS
  return {
    all,
    electric: all.filter(({ quantity }) => quantity !== null),
    extra: all.filter(({ quantity }) => quantity === null),
  }
}

/** Those with a gauge, a place in the table at any size, and one in a line of values. */
export function mainChannels(shown: ShownChannels): readonly Channel[] {
  return shown.electric.length > 0 ? shown.electric : shown.extra.slice(0, 3)
}
