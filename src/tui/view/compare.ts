import { MOST_COMPARED } from '../../chart/compared.ts'
import type { Trace } from '../../chart/trace.ts'
import type { Channel } from '../../domain/channels.ts'
import { mainChannels } from '../../domain/main-channels.ts'
import type { DeviceBrief, DeviceNumber, Moment, Snapshot } from '../../monitor/view.ts'

/** The widest name of a device beside its curve or its row, in cells. */
export const COMPARED_NAME_CELLS = 16

/** One quantity of several devices: what a view has answered about one moment. */
export interface ComparedTraces {
  /** Right edge of them all, Unix µs. */
  readonly endUs: number
  readonly traces: ReadonlyMap<DeviceNumber, Trace>
  /** The samples next to the cursor; null: there is none, without a member: not there yet. */
  readonly moments: ReadonlyMap<DeviceNumber, Moment | null>
}

/** What can be compared, in the order of the key: the main channels of the device; nothing where it is alone. */
export function comparable({ channels, devices }: Snapshot): readonly string[] {
  return devices.length < 2 ? [] : mainChannels(channels).map(({ id }) => id)
}

/** The channel that is compared, as the first device that has it calls it; null: none is. */
export function comparedChannel(
  { channels, devices }: Snapshot,
  id: string | null,
): Channel | null {
  if (id === null || devices.length < 2) return null
  const all = [...channels, ...devices.flatMap((each) => each.channels)]
  return all.find((channel) => channel.id === id) ?? null
}

/** The devices that have it, as many as have a colour of their own; the selected one is always among them. */
export function comparedDevices(
  { devices, number }: Snapshot,
  { id }: Channel,
): readonly DeviceBrief[] {
  const all = devices.filter(({ channels }) => channels.some((channel) => channel.id === id))
  const first = all.slice(0, MOST_COMPARED)
  const selected = all.find((each) => each.number === number)
  if (selected === undefined || first.includes(selected)) return first
  return [...first.slice(0, -1), selected]
}

/** What stands for a device at its curve: its number as the list has it, from the tenth on a letter. */
export function deviceMark(number: DeviceNumber): string {
  return (number + 1).toString(36)
}
