import type { LogClient, LogState } from '../storage/client/log.ts'
import type { LogHistory } from '../storage/client/log-history.ts'
import type { LoggedTotals } from '../storage/read/log-query.ts'
import { asInaError } from '../util/errors.ts'
import type { Hub, HubDevice } from './hub.ts'
import type { DeviceNumber } from './view.ts'

export interface KeptTotalsOptions {
  readonly hub: Hub
  readonly log: LogClient
  /** Reads the same log. */
  readonly history: LogHistory
}

/** A device whose totals of earlier runs are still to be read. */
interface Pending {
  readonly label: string
  /** Its first sample under that label, Unix µs. */
  readonly untilUs: number
  /** Samples of the device that are durable once that one is. */
  readonly logged: number
  readonly add: (before: LoggedTotals) => void
}

/**
 * Contract: `--keep-totals`. The totals of a device go on from what the log says of its label: they
 * begin at its first sample, and what the log has up to that one, since the newest reset, is added
 * as soon as it is committed. The pair that ends there counts in the log alone, where a device that goes
 * on with its numbers follows on an earlier run; nothing is counted twice, and none of it is made up.
 */
export class KeptTotals {
  readonly #options: KeptTotalsOptions
  readonly #labels = new Map<DeviceNumber, string>()
  readonly #pending = new Map<DeviceNumber, Pending>()
  #isClosed = false

  constructor(options: KeptTotalsOptions) {
    this.#options = options
    const { hub, log } = options
    hub.bus.subscribe({ sample: (number) => this.#sample(hub.devices[number] as HubDevice) })
    log.onState((state) => this.#committed(state))
  }

  /** Nothing is read any more. */
  close(): void {
    this.#isClosed = true
    this.#pending.clear()
  }

  /** Also where the device says another name: then the totals are those of that name. */
  #sample({ number, stream, state }: HubDevice): void {
    const label = stream.device
    if (this.#labels.get(number) === label || state.newest === null) return
    this.#labels.set(number, label)
    const { samples, out_of_range } = stream.ledger
    const untilUs = state.newest.sample.timeUs
    const add = state.resumeTotals()
    this.#pending.set(number, { label, untilUs, logged: samples + out_of_range, add })
  }

  #committed({ kind }: LogState): void {
    if (kind !== 'recording') return
    for (const [number, pending] of this.#pending) {
      const { stream } = this.#options.hub.devices[number] as HubDevice
      if (stream.ledger.logged < pending.logged) continue
      this.#pending.delete(number)
      void this.#read(stream, pending)
    }
  }

  async #read(stream: HubDevice['stream'], { label, untilUs, add }: Pending): Promise<void> {
    try {
      const totals = await this.#options.history.totalsSince(label, untilUs)
      if (totals !== null) add(totals)
    } catch (error) {
      if (this.#isClosed) return
      const { message } = asInaError(error)
      stream.report(
        'log',
        `the totals of earlier runs can't be read, so they begin now: ${message}`,
      )
    }
  }
}
