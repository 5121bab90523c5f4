import type { AlarmWatch } from '../monitor/alarm-watch.ts'
import type { Hub } from '../monitor/hub.ts'

/** From one tick to the next while something is waited for, ms. */
const SOON_MS = 50
/** Else: to wake the processor costs more than what a tick does. */
const IDLE_MS = 200

/** Ticks hub and alarms, sooner with samples; whoever asked for it ends it. @param alarms null: there are none */
export function startTicker(hub: Hub, alarms: Pick<AlarmWatch, 'tick'> | null): Ticker {
  const ticker = new Ticker(() => {
    hub.tick()
    alarms?.tick()
    return hub.isWaiting
  })
  hub.bus.subscribe({ sample: (_device, _sample, arrivalUs) => ticker.heard(arrivalUs) })
  return ticker
}

/** Ticks until it is ended: by a timer, and sooner along with what has woken the process up anyway. */
export class Ticker {
  readonly #tick: () => boolean
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #heardUs = 0

  /** @param tick returns whether something is waited for */
  constructor(tick: () => boolean) {
    this.#tick = tick
    this.#schedule(SOON_MS)
  }

  /** A sample has come. @param atUs host time, Unix µs; one that is older than another counts for nothing */
  heard(atUs: number): void {
    if (this.#timer === undefined || atUs - this.#heardUs < SOON_MS * 1000) return
    this.#heardUs = atUs
    this.#immediate ??= setImmediate(this.#run)
  }

  end(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#timer = undefined
    this.#immediate = undefined
  }

  readonly #run = (): void => {
    clearTimeout(this.#timer)
    this.#immediate = undefined
    const isWaiting = this.#tick()
    // Not ended by that.
    if (this.#timer !== undefined) this.#schedule(isWaiting ? SOON_MS : IDLE_MS)
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(this.#run, ms)
  }
}
