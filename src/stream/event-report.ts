import type { EventKind } from '../domain/events.ts'
import type { DeviceLog } from '../storage/client/log.ts'
import { rangeText } from '../util/loss-text.ts'
import type { StreamListener } from './stream-listener.ts'

export interface EventReportOptions {
  readonly listener: StreamListener
  /** null with `--no-log` */
  readonly log: DeviceLog | null
  /** Label of the device as it is now. */
  readonly device: () => string
  /** When an event of now stands in the stream, Unix µs. */
  readonly nowUs: () => number
}

/** Reports events of one device to listener and log. */
export class EventReport {
  readonly #options: EventReportOptions
  readonly #reported = new Set<string>()
  /** First and newest number of the samples healed one after the other, and how many. */
  #healed: { readonly first: number; last: number; count: number } | null = null

  constructor(options: EventReportOptions) {
    this.#options = options
  }

  /**
   * @param timeUs when it happened, Unix µs; absent: now
   * @param about see `StreamEvent`
   */
  report(
    kind: EventKind,
    text: string,
    timeUs: number = this.#options.nowUs(),
    about?: string,
  ): void {
    const { listener, log, device } = this.#options
    const part = about === undefined ? {} : { about }
    listener.event({ timeUs, kind, text, ...part })
    log?.event({ timeUs, device: device(), kind, detail: text, ...part })
  }

  /** @param what of which an event is reported once a run */
  once(kind: EventKind, what: string, text: string): void {
    if (this.#reported.has(what)) return
    this.#reported.add(what)
    this.report(kind, text)
  }

  /** A sample came after having been asked for again. */
  healed(seq: number): void {
    if (this.#healed === null) this.#healed = { first: seq, last: seq, count: 1 }
    else {
      this.#healed.last = seq
      this.#healed.count++
    }
  }

  /** The run of healed samples is over: one event for all of it. */
  endHealed(): void {
    if (this.#healed === null) return
    const { first, last, count } = this.#healed
    this.#healed = null
    this.report('recovery', `healed ${count} (${rangeText(first, last)})`)
  }
}
