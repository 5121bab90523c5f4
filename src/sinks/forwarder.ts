import type { LiveDevice } from '../domain/live-device.ts'
import type { SinkStatus } from '../domain/sink-status.ts'
import type { Clock } from '../util/clock.ts'
import { openSink } from './open-sink.ts'
import { noOrders, type Orders } from './orders.ts'
import { SinkClaim } from './sink-claim.ts'
import { SinkCursor } from './sink-cursor.ts'
import { SinkLog } from './sink-log.ts'
import type { SinkPlan } from './sink-plan.ts'
import { SinkRunner } from './sink-runner.ts'

export interface ForwarderOptions {
  /** As `logFilePath` gives it. */
  readonly file: string
  readonly owner: 'this process' | 'other'
  readonly plans: readonly SinkPlan[]
  /** End as soon as all is sent. */
  readonly isOnce: boolean
  /** Random name of the run. */
  readonly run: string
}

interface Served {
  readonly claim: SinkClaim
  readonly runner: SinkRunner
}

/** All sinks of a process, each at its own pace. Belongs in a thread of its own. */
export class Forwarder {
  readonly #log: SinkLog
  readonly #served: readonly Served[]

  private constructor(log: SinkLog, served: readonly Served[]) {
    this.#log = log
    this.#served = served
  }

  /** @param orders where sinks ask for something @throws InaError log_*: the log can't be used, or another process serves one of the sinks */
  static async open(
    options: ForwarderOptions,
    clock: Clock,
    orders: Orders = noOrders,
  ): Promise<Forwarder> {
    const { file, owner, plans, isOnce, run } = options
    const log = new SinkLog(file, owner)
    const served: Served[] = []
    const taken: Served[] = []
    try {
      for (const plan of plans) {
        const cursor = new SinkCursor(log, plan.name, plan.keepBytes)
        const claim = new SinkClaim({ log, cursor, name: plan.name, run, clock })
        const sink = await openSink(plan, orders)
        const runner = new SinkRunner({ plan, sink, cursor, claim, file, isOnce, clock })
        served.push({ claim, runner })
      }
      for (const each of served) {
        await each.claim.take(each.runner.status)
        taken.push(each)
      }
    } catch (error) {
      // Else nobody else could serve them for a while.
      for (const { claim, runner } of taken) await claim.end(runner.status)
      log.close()
      throw error
    }
    return new Forwarder(log, served)
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
    for (const { runner } of this.#served) await runner.keepClaim()
  }

  stop(graceMs: number): void {
    for (const { runner } of this.#served) runner.stop(graceMs)
  }

  /** When `run` has ended. */
  async close(): Promise<void> {
    for (const { claim, runner } of this.#served) await claim.end(runner.status)
    this.#log.close()
  }
}
