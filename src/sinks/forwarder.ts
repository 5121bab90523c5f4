import type { LiveDevice } from '../domain/live-device.ts'
import type { SinkStatus } from '../domain/sink-status.ts'
import type { Clock } from '../util/clock.ts'
import { InaError, isInaError } from '../util/errors.ts'
import { openSink } from './open-sink.ts'
import { noOrders, type Orders } from './orders.ts'
import { SinkLog, SinkPlace } from './sink-log.ts'
import type { SinkPlan } from './sink-plan.ts'
import { isServedElsewhere, readReport, reportText } from './sink-report.ts'
import { SinkRunner } from './sink-runner.ts'

/** How often others can read in the log how it is going, ms. */
const REPORT_MS = 5000

export interface ForwarderOptions {
  /** As `logFilePath` gives it. */
  readonly file: string
  readonly owner: 'this process' | 'other'
  readonly plans: readonly SinkPlan[]
  /** End as soon as all is sent. */
  readonly isOnce: boolean
}

interface Served {
  readonly place: SinkPlace
  readonly runner: SinkRunner
}

/** All sinks of a process, each at its own pace. Belongs in a thread of its own. */
export class Forwarder {
  readonly #log: SinkLog
  readonly #served: readonly Served[]
  readonly #clock: Clock
  #reportedMs = Number.NEGATIVE_INFINITY

  private constructor(log: SinkLog, served: readonly Served[], clock: Clock) {
    this.#log = log
    this.#served = served
    this.#clock = clock
  }

  /** @param orders where sinks ask for something @throws InaError log_*: the log can't be used, or another process serves one of the sinks */
  static async open(
    options: ForwarderOptions,
    clock: Clock,
    orders: Orders = noOrders,
  ): Promise<Forwarder> {
    const { file, owner, plans, isOnce } = options
    const log = new SinkLog(file, owner)
    const served: Served[] = []
    for (const plan of plans) {
      const place = new SinkPlace(log, plan.name, plan.keepBytes)
      const sink = await openSink(plan, orders)
      const runner = new SinkRunner({ plan, sink, place, file, isOnce, clock })
      served.push({ place, runner })
    }
    try {
      for (const each of served) await claim(each, file, clock.wallMs())
    } catch (error) {
      log.close()
      throw error
    }
    return new Forwarder(log, served, clock)
  }

  get statuses(): SinkStatus[] {
    return this.#served.map(({ runner }) => runner.status)
  }

  /** The devices of this process as they are now, about once a second. */
  live(devices: readonly LiveDevice[]): void {
    for (const { runner } of this.#served) runner.live(devices)
  }

  /** Until it is stopped, or all is sent where that is the end. */
  async run(): Promise<void> {
    await Promise.all(this.#served.map(({ runner }) => runner.run()))
  }

  /** To be called about once a second. */
  async tick(): Promise<void> {
    const nowMs = this.#clock.monoMs()
    if (nowMs - this.#reportedMs < REPORT_MS) return
    this.#reportedMs = nowMs
    await this.#report()
  }

  stop(graceMs: number): void {
    for (const { runner } of this.#served) runner.stop(graceMs)
  }

  /** When `run` has ended. */
  async close(): Promise<void> {
    await this.#report()
    this.#log.close()
  }

  async #report(): Promise<void> {
    for (const { place, runner } of this.#served) {
      try {
        await place.report(reportText(runner.status))
      } catch (error) {
        // The log is busy or away, which is reported elsewhere.
        if (!isInaError(error)) throw error
      }
    }
  }
}

/**
 * From here on the retention waits for it. Two that send the same would send all of it twice.
 *
 * @throws InaError log_in_use
 */
async function claim({ place, runner }: Served, file: string, nowMs: number): Promise<void> {
  await place.begin()
  const { status } = runner
  const holder = await place.claim(reportText(status), (text) => {
    const known = readReport(text)
    return known === null || !isServedElsewhere(known, nowMs)
  })
  const known = readReport(holder)
  if (known === null) return
  throw new InaError(
    'log_in_use',
    `process ${known.pid} on ${known.host} sends the log ${file} to ${status.name} already`,
    'end that one first, or give this sink a name of its own: &name=...',
  )
}
