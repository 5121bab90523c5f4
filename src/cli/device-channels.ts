import { type ChannelSetting, ELECTRIC_CHANNELS } from '../domain/channels.ts'
import { STORE_CHANNELS } from '../domain/energy-store.ts'
import type { PlcPlan } from '../sources/mc/poll-plan.ts'
import { isInaError } from '../util/errors.ts'
import { parseChannel } from './channel-setting.ts'
import type { Given, NamedDevice } from './named-devices.ts'
import { byDevice, readGiven, type Scoped, scopeAt } from './scope.ts'

/**
 * The extra channels that are known of each device before it has sent anything: those of `--channel`, and what comes with
 * its kind.
 *
 * @throws InaError usage_invalid
 */
export function channelsOf(
  given: Given<string>,
  devices: readonly NamedDevice[],
): ReadonlyMap<NamedDevice, readonly ChannelSetting[]> {
  const said = settingsOf(given, devices)
  return new Map(devices.map((device) => [device, withOwn(device, said.get(device) ?? [])]))
}

/** The last one of an id counts, one for the device itself more than one for all. */
function settingsOf(
  given: Given<string>,
  devices: readonly NamedDevice[],
): ReadonlyMap<NamedDevice, readonly ChannelSetting[]> {
  const read = (text: string, isOfProfile: boolean): Scoped<ChannelSetting>[] => {
    const device = isOfProfile ? null : scopeAt(text, 0, devices)
    try {
      return [{ device, value: parseChannel(text, device === null ? 0 : device.length + 1), text }]
    } catch (error) {
      const isOfOther = !given.mustMatch && !isOfProfile && device === null && isInaError(error)
      if (isOfOther && mayBeOfOther(text)) return []
      throw error
    }
  }
  const all = byDevice(
    readGiven(given, (texts, isOfProfile) => texts.flatMap((text) => read(text, isOfProfile))),
    '--channel',
    devices,
  )
  return new Map(
    devices.map((device) => [
      device,
      [...new Map(all.get(device)?.map((each) => [each.id, each])).values()],
    ]),
  )
}

/** Whether a channel may stand behind the label of a device that is not part of this run. */
function mayBeOfOther(text: string): boolean {
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    try {
      const { id, unit } = parseChannel(text, at + 1)
      // Else the rest is rather unit and range of a channel that has a slip in it.
      if (/^[a-z_]/i.test(id) && !/^[-+.\d]/.test(unit)) return true
    } catch {
      // Perhaps behind the next one: a label may have colons.
    }
  }
  return false
}

/** Channels that come with the kind of a device (an energy store, a PLC), unless it is said otherwise. */
function withOwn(
  { source }: NamedDevice,
  said: readonly ChannelSetting[],
): readonly ChannelSetting[] {
  if (source.kind === 'plc') return withTags(source.plan, said)
  if (source.kind !== 'ingest' || source.store === undefined) return said
  return [...STORE_CHANNELS.filter(({ id }) => said.every((each) => each.id !== id)), ...said]
}

/** Each tag that is an extra channel is one of the device, with the unit that its file says. */
function withTags({ groups }: PlcPlan, said: readonly ChannelSetting[]): ChannelSetting[] {
  const electric = new Set(ELECTRIC_CHANNELS.map(({ id }) => id))
  const tags = groups
    .flatMap((group) => group.tags)
    .filter(({ channel, tag }) => tag.type !== 'string' && !electric.has(channel))
  const own = tags.map(({ channel, unit }): ChannelSetting => {
    const setting = said.find(({ id }) => id === channel)
    return { id: channel, unit: setting?.unit || unit, range: setting?.range ?? null }
  })
  return [...own, ...said.filter(({ id }) => own.every((each) => each.id !== id))]
}
