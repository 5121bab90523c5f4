import { STORE } from '../domain/energy-store.ts'
import { type ChannelFlow, joinedFlow, NO_FLOW } from '../stats/channel-flow.ts'
import { energyBalance } from '../stats/energy-balance.ts'
import type { LogHistory } from '../storage/client/log-history.ts'
import type { FlowsById } from '../storage/read/log-query.ts'
import { midnightUs } from '../util/time-text.ts'
import { US_PER_HOUR, US_PER_MINUTE } from '../util/time-units.ts'
import type { Hub, HubDevice } from './hub.ts'
import type { BalanceView } from './view.ts'

/** Balances are read again after so long, ms, and after so many times as long as that took. */
const READ_MS = 10_000
const READ_REST = 20
/** Parts that are read at once, each an hour at most: a chart that is asked for meanwhile does not wait for all. */
const MOST_PARTS = 6
/** What was measured before that is in the log, µs. */
const SETTLED_US = US_PER_MINUTE

/** State of charge and panel between two moments. */
interface Flows {
  readonly soc: ChannelFlow
  readonly solar: ChannelFlow
}

/** What is known of one device. */
class Known {
  readonly label: string
  /** Of whole hours that are over, by their number since 1970. */
  readonly hours = new Map<number, Flows>()
  balances: readonly BalanceView[] | null = null
  dueMs = Number.NEGATIVE_INFINITY
  /** The hour that the newest reading ended in; samples of earlier ones come late. */
  openHour = Number.NEGATIVE_INFINITY
  isReading = false
  /** Hours that got samples since the reading under way began: what it finds may lack them. */
  readonly touched = new Set<number>()

  constructor(label: string) {
    this.label = label
  }

  /** A sample came to an hour that is over: that has to be read again, and the next one, which begins with a pair of it. */
  touch(hour: number): void {
    for (const each of [hour, hour + 1]) {
      this.hours.delete(each)
      this.touched.add(each)
    }
  }
}

/**
 * What energy stores took in and gave away today, and in the last 24 and 48 hours: from the samples of the log,
 * each hour of which is read once. Nobody waits for it: who asks gets what is known, and has it read anew.
 */
export class EnergyProvider {
  readonly #hub: Hub
  readonly #history: LogHistory
  readonly #known = new Map<HubDevice, Known>()

  constructor(hub: Hub, history: LogHistory) {
    this.#hub = hub
    this.#history = history
  }

  /**
   * @param capacityMwh of its battery; null: not known
   * @returns null: not read yet
   */
  balances(device: HubDevice, capacityMwh: number | null): readonly BalanceView[] | null {
    const known = this.#knownOf(device)
    if (!known.isReading && this.#hub.clock.monoMs() >= known.dueMs) {
      void this.#read(device, known, capacityMwh)
    }
    return known.balances
  }

  #knownOf(device: HubDevice): Known {
    if (this.#known.size === 0) {
      this.#hub.bus.subscribe({ sample: (number, { timeUs }) => this.#came(number, timeUs) })
    }
    const before = this.#known.get(device)
    if (before?.label === device.stream.device) return before
    const made = new Known(device.stream.device)
    this.#known.set(device, made)
    return made
  }

  #came(number: number, timeUs: number): void {
    const device = this.#hub.devices[number]
    const known = device && this.#known.get(device)
    const hour = Math.floor(timeUs / US_PER_HOUR)
    if (known === undefined || hour >= known.openHour) return
    // It is in the log only a little later: the next reading waits for that.
    known.touch(hour)
  }

  async #read(device: HubDevice, known: Known, capacityMwh: number | null): Promise<void> {
    const { clock } = this.#hub
    const beganMs = clock.monoMs()
    known.isReading = true
    known.touched.clear()
    try {
      await this.#hub.committed()
      // A device whose clock is ahead is not cut off.
      const newestUs = device.state.newest?.sample.timeUs ?? 0
      const nowUs = Math.max(device.stream.nowUs(), newestUs + 1)
      known.balances = await this.#balances(known, nowUs, capacityMwh)
    } catch {
      // What is wrong with the log is said elsewhere; what was read before is of then, and says so.
    } finally {
      known.isReading = false
      const nowMs = clock.monoMs()
      known.dueMs = nowMs + Math.max(READ_MS, (nowMs - beganMs) * READ_REST)
    }
  }

  async #balances(
    known: Known,
    nowUs: number,
    capacityMwh: number | null,
  ): Promise<readonly BalanceView[]> {
    const spans = [
      { span: 'today', fromUs: midnightUs(nowUs) },
      { span: '24h', fromUs: nowUs - 24 * US_PER_HOUR },
      { span: '48h', fromUs: nowUs - 48 * US_PER_HOUR },
    ] as const
    const parts = await this.#parts(
      known,
      spans.map(({ fromUs }) => fromUs),
      nowUs,
    )
    return spans.map(({ span, fromUs }) => {
      const own = parts.filter((part) => part.fromUs >= fromUs)
      const joined = (of: keyof Flows): ChannelFlow =>
        own.map(({ flows }) => flows[of]).reduce(joinedFlow, NO_FLOW)
      const flows = { soc: joined('soc'), solar: joined('solar') }
      return { span, ...energyBalance({ fromUs, toUs: nowUs }, flows, capacityMwh) }
    })
  }

  /** What lies between the beginnings of the spans and the hours, up to now, in order of time. */
  async #parts(known: Known, begins: readonly number[], nowUs: number): Promise<readonly Part[]> {
    const firstUs = Math.min(...begins)
    const firstHour = Math.ceil(firstUs / US_PER_HOUR)
    const lastHour = Math.floor(nowUs / US_PER_HOUR)
    known.openHour = lastHour
    for (const hour of known.hours.keys()) if (hour < firstHour) known.hours.delete(hour)
    const hours = Array.from({ length: lastHour - firstHour + 1 }, (_, i) => firstHour + i)
    const cuts = [...begins, ...hours.map((hour) => hour * US_PER_HOUR), nowUs]
    const times = [...new Set(cuts)].sort((one, other) => one - other)
    const parts: Part[] = []
    /** Those that are not known, up to the next one that is: they are read at once. */
    let unread: number[] = []
    const readUnread = async (): Promise<void> => {
      if (unread.length > 1) parts.push(...(await this.#asked(known, unread, nowUs)))
      unread = []
    }
    for (const [i, fromUs] of times.entries()) {
      const toUs = times[i + 1]
      if (toUs === undefined) break
      const flows = isHour(fromUs, toUs) ? known.hours.get(fromUs / US_PER_HOUR) : undefined
      if (flows === undefined) unread = unread.length === 0 ? [fromUs, toUs] : [...unread, toUs]
      else {
        await readUnread()
        parts.push({ fromUs, flows })
      }
      if (unread.length > MOST_PARTS) await readUnread()
    }
    await readUnread()
    return parts
  }

  async #asked(known: Known, cuts: readonly number[], nowUs: number): Promise<Part[]> {
    const isWritten = this.#hub.isLogWritten
    const read = await this.#history.flows(known.label, cuts)
    return read.map((each, i) => {
      const [fromUs, toUs] = [cuts[i] as number, cuts[i + 1] as number]
      const flows = flowsOf(each)
      const hour = fromUs / US_PER_HOUR
      const isSettled = toUs < nowUs - SETTLED_US && isWritten && !known.touched.has(hour)
      if (isHour(fromUs, toUs) && isSettled) known.hours.set(hour, flows)
      return { fromUs, flows }
    })
  }
}

interface Part {
  readonly fromUs: number
  readonly flows: Flows
}

function isHour(fromUs: number, toUs: number): boolean {
  return fromUs % US_PER_HOUR === 0 && toUs === fromUs + US_PER_HOUR
}

function flowsOf(flows: FlowsById): Flows {
  return { soc: flows[STORE.soc.id] ?? NO_FLOW, solar: flows[STORE.solar.id] ?? NO_FLOW }
}
