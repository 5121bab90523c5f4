import {
  type Channel,
  type ChannelSetting,
  type Extras,
  extraChannel,
  MAX_CHANNEL_ID,
  MAX_EXTRA_CHANNELS,
} from '../domain/channels.ts'
import type { DeviceLog } from '../storage/client/log.ts'
import type { EventReport } from './event-report.ts'
import type { StreamListener } from './stream-listener.ts'

export interface ChannelListOptions {
  readonly settings: readonly ChannelSetting[]
  readonly listener: StreamListener
  /** null with `--no-log` */
  readonly log: DeviceLog | null
  readonly events: EventReport
  readonly device: () => string
}

/** The extra channels of one device, in order of their first value. */
export class ChannelList {
  readonly #options: ChannelListOptions
  readonly #channels = new Map<string, Channel>()
  /** Units that the device's own lines say, by channel. */
  readonly #units = new Map<string, string>()
  /** Label under which the log knows the units. */
  #namedUnder = ''

  constructor(options: ChannelListOptions) {
    this.#options = options
  }

  /** Takes note of the channels of a sample. @returns its values, without those of too many channels */
  accept(extras: Extras): Extras | null {
    let areKnown = true
    for (const id in extras) areKnown = (this.#channels.has(id) || this.#add(id)) && areKnown
    this.#nameInLog()
    return areKnown ? extras : this.#onlyKnown(extras)
  }

  /** What the device's lines say of a channel, before its first value; the user's word goes before it. */
  useUnit(id: string, unit: string): void {
    if (this.#units.size < MAX_EXTRA_CHANNELS) this.#units.set(id, unit)
  }

  /** @param name of a member that can't be that of a channel */
  leaveOut(name: string): void {
    const text = `'${name}' can't be the name of a channel (1 to ${MAX_CHANNEL_ID} characters): it is left out`
    this.#options.events.once('channels', 'odd name', text)
  }

  /** Whether all values are plausible. */
  areInRange(extras: Extras): boolean {
    for (const id in extras) {
      const range = this.#channels.get(id)?.range
      const value = extras[id] as number
      if (range && (value < range.min || value > range.max)) return false
    }
    return true
  }

  #onlyKnown(extras: Extras): Extras | null {
    const known = Object.entries(extras).filter(([id]) => this.#channels.has(id))
    return known.length === 0 ? null : Object.fromEntries(known)
  }

  #add(id: string): boolean {
    const { settings, listener, events } = this.#options
    const place = this.#channels.size
    // Those that the user names are wanted, however many they are.
    const most = Math.max(MAX_EXTRA_CHANNELS, settings.length)
    if (place >= most) {
      const text = `the device sends more than ${most} channels: '${id}' and others are left out`
      events.once('channels', 'too many channels', text)
      return false
    }
    const setting = settings.find((each) => each.id === id)
    const channel = extraChannel(id, place, this.#unitOf(id), setting?.range)
    this.#channels.set(id, channel)
    this.#namedUnder = ''
    listener.channel(channel)
    return true
  }

  /** The log keeps units by device, whose label may change. */
  #nameInLog(): void {
    const { settings, log, device } = this.#options
    if (log === null || settings.length + this.#units.size === 0) return
    const label = device()
    if (label === this.#namedUnder) return
    this.#namedUnder = label
    for (const id of new Set([...settings.map((each) => each.id), ...this.#units.keys()])) {
      if (this.#channels.has(id)) log.channel({ device: label, id, unit: this.#unitOf(id) })
    }
  }

  #unitOf(id: string): string {
    const said = this.#options.settings.find((each) => each.id === id)?.unit
    return said || (this.#units.get(id) ?? '')
  }
}
