import type { Hub } from '../../monitor/hub.ts'
import { InaError } from '../../util/errors.ts'
import type { ServeParts } from '../parts.ts'
import { BusTail } from './bus-tail.ts'
import { LiveFeed } from './feed.ts'
import { CLOSE, GOODBYE, type Subscription } from './live-messages.ts'
import { eventText, lossText, snapshotText, thinnedText } from './live-texts.ts'
import { LogTail } from './log-tail.ts'
import { Viewer, type ViewerPort } from './viewer.ts'
import type { ViewerTail } from './viewer-tail.ts'

/** Viewers at once, however they watch. */
const MOST_VIEWERS = 2000
/** How often viewers are looked after, ms. */
const TICK_MS = 1000

/** A viewer and what it may be told beside its samples. */
export interface LivePort extends ViewerPort {
  /** What no cursor is about: an event, a loss, the newest values. Left out where much is queued already. */
  tell(text: string): void
}

/** What many watch at once, over WebSockets and as events of a server. */
export class Live {
  readonly hub: Hub
  readonly version: string
  readonly #tail: ViewerTail
  readonly #feed: LiveFeed | null
  readonly #viewers = new Map<LivePort, Viewer>()
  readonly #unsubscribe: () => void
  readonly #ticker: NodeJS.Timeout

  constructor({ hub, log, clock, version, report }: ServeParts) {
    this.hub = hub
    this.version = version
    this.#feed = log === null ? null : new LiveFeed(log.file)
    this.#tail =
      log === null || this.#feed === null
        ? new BusTail(hub)
        : new LogTail({ feed: this.#feed, log, monoMs: () => clock.monoMs(), report })
    this.#unsubscribe = hub.bus.subscribe({
      event: (number, event) => this.#tell(number, (device) => eventText(device, event)),
      lost: (number, count, fromUs, toUs) =>
        this.#tell(number, (device) => lossText(device, count, fromUs, toUs)),
    })
    this.#ticker = setInterval(() => this.#tick(), TICK_MS)
  }

  get viewers(): number {
    return this.#viewers.size
  }

  get isFull(): boolean {
    return this.#viewers.size >= MOST_VIEWERS
  }

  /** The cursor behind all that is committed; empty: there is no log. @throws InaError log_* */
  head(): Promise<string> {
    return this.#tail.head()
  }

  /**
   * Has a viewer watch; an earlier subscription of its ends.
   *
   * @throws InaError input_invalid: not a cursor of this log, or there is none; log_*
   */
  async subscribe(port: LivePort, { since, maxHz, channels }: Subscription): Promise<Viewer> {
    const cursor = await this.#placeOf(since ?? null)
    this.leave(port)
    const form = { maxHz: maxHz ?? null, channels: channels ?? null }
    const viewer = new Viewer(port, form, cursor, this.hub.clock.monoMs())
    port.send(snapshotText(this.hub, cursor))
    this.#viewers.set(port, viewer)
    this.#tail.add(viewer)
    return viewer
  }

  /** @returns false: it has not got a message with that cursor */
  acknowledge(viewer: Viewer, cursor: string): boolean {
    const isKnown = viewer.acknowledge(cursor, this.hub.clock.monoMs())
    this.#tail.acknowledged(viewer)
    return isKnown
  }

  delivered(viewer: Viewer, mark: number): void {
    viewer.delivered(mark, this.hub.clock.monoMs())
    this.#tail.acknowledged(viewer)
  }

  leave(port: LivePort): void {
    const viewer = this.#viewers.get(port)
    if (viewer === undefined) return
    this.#viewers.delete(port)
    this.#tail.remove(viewer)
  }

  /** Whoever still watches is let go. */
  async close(): Promise<void> {
    clearInterval(this.#ticker)
    this.#unsubscribe()
    for (const port of [...this.#viewers.keys()]) {
      port.close(CLOSE.goingAway, GOODBYE)
    }
    await this.#feed?.close()
  }

  async #placeOf(since: 0 | string | null): Promise<string> {
    if (this.#feed === null) {
      if (since === null) return ''
      const hint = 'leave since out, or start serve with a log'
      throw new InaError('input_invalid', 'without a log there is nothing to resume from', hint)
    }
    if (since === null) return this.#feed.head()
    const cursor = String(since)
    // Whether it is one, before anything is promised.
    await this.#feed.since(cursor, [])
    return cursor
  }

  #tell(number: number, textOf: (device: string) => string): void {
    if (this.#viewers.size === 0) return
    const device = this.hub.devices[number]?.stream.device
    if (device === undefined) return
    const text = textOf(device)
    for (const port of this.#viewers.keys()) port.tell(text)
  }

  #tick(): void {
    this.#tail.tick()
    let text: string | null = null
    for (const { port } of this.#tail.behind()) {
      text ??= thinnedText(this.hub)
      ;(port as LivePort).tell(text)
    }
  }
}
