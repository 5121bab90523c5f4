import type { LiveDevice } from '../../domain/live-device.ts'
import type { Component } from './components.ts'
import {
  type Announcement,
  announceDevice,
  announceLogger,
  type DeviceConfig,
  type DiscoveryOptions,
} from './discovery.ts'

/**
 * An entity that is not there any more goes only after this: outputs, alarms and channels of a device that has just
 * been connected come one by one, and Home Assistant forgets what people have set for an entity that went, ms.
 */
const KEPT_MS = 120_000
/** After its start, Home Assistant is told everything again at a random moment within this time, so that not all loggers do at once, ms. */
const AGAIN_MS = 5000

export interface AnnouncerParts extends DiscoveryOptions {
  /** Retained. */
  readonly publish: (topic: string, payload: string) => void
  readonly monoMs: () => number
  readonly random: () => number
}

interface Known {
  /** As the broker has it from earlier, until it is clear what is still there. */
  earlier: Readonly<Record<string, Component>>
  readonly sinceMs: number
  published: string | null
}

/** Tells Home Assistant what there is: when it has changed, and again when that has started. */
export class Announcer {
  readonly #parts: AnnouncerParts
  readonly #known = new Map<string, Known>()
  #againAtMs: number | null = null

  constructor(parts: AnnouncerParts) {
    this.#parts = parts
  }

  /** Where Home Assistant says that it has started. */
  get statusTopic(): string {
    return `${this.#parts.discovery}/status`
  }

  /** A new connection: the broker may be another one, or have lost what it had. @returns what to subscribe to */
  connected(): string[] {
    for (const known of this.#known.values()) known.published = null
    return [this.statusTopic, `${this.#parts.discovery}/device/+/config`]
  }

  /** About once a second. */
  update(devices: readonly LiveDevice[]): void {
    const nowMs = this.#parts.monoMs()
    const isAgain = this.#againAtMs !== null && nowMs >= this.#againAtMs
    if (isAgain) this.#againAtMs = null
    // What a device measures is known from its first sample on.
    const measured = devices.filter(({ sampleUs }) => sampleUs !== null)
    if (measured.length === 0) return
    const all = [
      announceLogger(this.#parts),
      ...measured.map((each) => announceDevice(each, this.#parts)),
    ]
    for (const each of all) this.#announce(each, nowMs, isAgain)
  }

  /** @param isRetained the broker had it from before */
  received(topic: string, payload: string, isRetained: boolean): void {
    if (topic === this.statusTopic) {
      if (payload !== 'online' || isRetained) return
      this.#againAtMs = this.#parts.monoMs() + this.#parts.random() * AGAIN_MS
      return
    }
    if (!isRetained || payload === '') return
    const earlier = componentsIn(payload)
    if (Object.keys(earlier).length > 0) this.#knownAt(topic).earlier = earlier
  }

  #announce({ topic, config }: Announcement, nowMs: number, isAgain: boolean): void {
    const known = this.#knownAt(topic)
    const text = JSON.stringify(this.#withEarlier(config, known, nowMs))
    if (text === known.published && !isAgain) return
    known.published = text
    this.#parts.publish(topic, text)
  }

  /** What was there earlier stays for a while, and then is named as gone. */
  #withEarlier(config: DeviceConfig, { earlier, sinceMs }: Known, nowMs: number): DeviceConfig {
    const isKept = nowMs - sinceMs < KEPT_MS
    const missing = Object.entries(earlier).filter(([key]) => !(key in config.components))
    if (missing.length === 0) return config
    const left = missing.map(([key, component]): [string, Component] => [
      key,
      isKept ? component : { platform: component.platform },
    ])
    return { ...config, components: { ...config.components, ...Object.fromEntries(left) } }
  }

  #knownAt(topic: string): Known {
    let known = this.#known.get(topic)
    if (known === undefined) {
      known = { earlier: {}, sinceMs: this.#parts.monoMs(), published: null }
      this.#known.set(topic, known)
    }
    return known
  }
}

/** Those of a message of ours; of any other, none. A name alone says that an entity is gone already. */
function componentsIn(payload: string): Record<string, Component> {
  try {
    const config = JSON.parse(payload) as DeviceConfig
    if (config.origin['name'] !== 'ina219') return {}
    const found = Object.entries(config.components)
    return Object.fromEntries(found.filter(([, component]) => Object.keys(component).length > 1))
  } catch {
    return {}
  }
}
