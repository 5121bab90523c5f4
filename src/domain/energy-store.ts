import type { ChannelSetting } from './channels.ts'

/** What the board of an energy store measures (contract, section 8), in the order in which it is shown. */
export const STORE = {
  /** State of charge. */
  soc: { id: 'soc', unit: '%', range: { min: 0, max: 100 } },
  /** Power of the panel. */
  solar: { id: 'solar_w', unit: 'W', range: { min: 0, max: Number.POSITIVE_INFINITY } },
  light: { id: 'lux', unit: 'lx', range: { min: 0, max: Number.POSITIVE_INFINITY } },
} as const satisfies Record<string, ChannelSetting>

export const STORE_CHANNELS: readonly ChannelSetting[] = Object.values(STORE)

/** For people, where there is room beside the channel's own name. */
export const STORE_WORDS: Readonly<Record<string, string>> = {
  [STORE.soc.id]: 'Battery',
  [STORE.solar.id]: 'Sun',
  [STORE.light.id]: 'Light',
}

/** Whether a device with these channels has a battery that says how full it is, and a panel that charges it. */
export function hasBatteryAndPanel(channels: readonly { readonly id: string }[]): boolean {
  return [STORE.soc, STORE.solar].every(({ id }) => channels.some((each) => each.id === id))
}
