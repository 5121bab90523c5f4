import { type Channel, isElectric } from './channels.ts'
import { hasBatteryAndPanel, STORE_CHANNELS } from './energy-store.ts'

/**
 * Those shown where not all can be: voltage, current and power; of a battery with a panel its charge, the sun and the
 * light; of any other device the first three.
 */
export function mainChannels(channels: readonly Channel[]): readonly Channel[] {
  if (hasBatteryAndPanel(channels)) {
    return STORE_CHANNELS.flatMap(({ id }) => channels.find((each) => each.id === id) ?? [])
  }
  const electric = channels.filter(isElectric)
  return electric.length > 0 ? electric : channels.slice(0, 3)
}

/** The main ones, then the others in their order. */
export function mainFirst(channels: readonly Channel[]): readonly Channel[] {
  return [...new Set([...mainChannels(channels), ...channels])]
}

/** The one shown where a single one can be: of the main ones the current, else the first. */
export function leadChannel(channels: readonly Channel[]): Channel | null {
  const main = mainChannels(channels)
  return main.find(({ quantity }) => quantity === 'current') ?? main[0] ?? null
}
