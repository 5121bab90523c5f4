import { type Channel, ELECTRIC, ELECTRIC_CHANNELS } from '../domain/channels.ts'
import type { StreamEvent } from '../domain/events.ts'
import type { DeviceRange } from '../domain/limits.ts'
import { isMeasured, type Sample } from '../domain/sample.ts'
import type { SourceState } from '../sources/source.ts'
import { BatteryMeter, type BatterySetting, type BatteryState } from '../stats/battery.ts'
import { CycleFinder, type Cycles } from '../stats/cycles.ts'
import { LiveStatistics } from '../stats/live-statistics.ts'
import { Integrator } from '../stats/totals.ts'
import { SlidingWindows, type WindowStats } from '../stats/windows.ts'
import type { LoggedTotals } from '../storage/read/log-query.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import { RateMeter } from './rate-meter.ts'
import { TraceStore } from './trace-store.ts'
import type { TotalsView } from './view.ts'

const WINDOWS_S: readonly number[] = [60, 300, 900]
/** Seconds of the longest window. */
export const LONGEST_WINDOW_S = Math.max(...WINDOWS_S)
const EVENTS_KEPT = 50

interface Newest {
  readonly sample: Sample
  readonly arrivalUs: number
  readonly mode: string | null
}

interface DeviceStateOptions {
  /** Contract: `--battery`; null: none */
  readonly battery?: BatterySetting | null
  /** Looks for a load that repeats. */
  readonly withCycles?: boolean
}

/** What is known of one device while the monitor runs: newest values, windows, trace, totals, events. */
export class DeviceState {
  #trace = new TraceStore()
  #windows = new SlidingWindows(WINDOWS_S)
  /** null: nobody has asked yet, and they cost memory */
  #statistics: LiveStatistics | null = null
  readonly #totals = new Integrator()
  readonly #rate = new RateMeter()
  #totalsSinceUs: number
  /** Goes up with each reset of the totals. */
  #totalsRun = 0
  #battery: BatteryMeter | null
  readonly #cycles: CycleFinder | null
  /** The newest electric sample was measured, and nothing has been missing since. */
  #isLinked = false
  #newest: Newest | null = null
  #newestMeasured: Sample | null = null
  #isElectric = false
  #extraChannels: readonly Channel[] = []
  #source: { readonly state: SourceState; readonly reason: string } = {
    state: 'opening',
    reason: '',
  }
  #events: readonly StreamEvent[] = []

  /** @param nowUs Unix µs */
  constructor(nowUs: number, { battery = null, withCycles = false }: DeviceStateOptions = {}) {
    this.#totalsSinceUs = nowUs
    this.#battery = battery && new BatteryMeter(battery)
    this.#cycles = withCycles ? new CycleFinder() : null
  }

  /** What the device measures: v, a, w where it has them, then the extra ones in order of their first value. */
  get channels(): readonly Channel[] {
    // Before the first sample nobody knows better.
    const hasElectric = this.#isElectric || this.#extraChannels.length === 0
    return hasElectric ? [...ELECTRIC_CHANNELS, ...this.#extraChannels] : this.#extraChannels
  }

  get trace(): TraceStore {
    return this.#trace
  }

  get newest(): Newest | null {
    return this.#newest
  }

  /** Of the newest sample that is measured and in range, by channel id; null before the first. */
  get values(): Readonly<Record<string, number>> | null {
    return this.#newestMeasured && valuesOf(this.#newestMeasured)
  }

  /** Time of that sample, Unix µs. */
  get valuesUs(): number | null {
    return this.#newestMeasured?.timeUs ?? null
  }

  get source(): { readonly state: SourceState; readonly reason: string } {
    return this.#source
  }

  /** Newest first. */
  get events(): readonly StreamEvent[] {
    return this.#events
  }

  get totals(): TotalsView {
    const untilUs = this.#newest?.sample.timeUs ?? this.#totalsSinceUs
    const elapsedS = Math.max(0, untilUs - this.#totalsSinceUs) / US_PER_SECOND
    return { sinceUs: this.#totalsSinceUs, elapsedS, ...this.#totals.read() }
  }

  /** null without `--battery`, and before the first sample */
  get battery(): BatteryState | null {
    if (this.#battery === null || this.#newest === null) return null
    const { totals } = this
    return this.#battery.read(this.#newest.sample.timeUs, totals, totals.elapsedS)
  }

  /** A load that repeats; null: none is seen, or nobody looks for one. */
  get cycles(): Cycles | null {
    return this.#newest && (this.#cycles?.read(this.#newest.sample.timeUs) ?? null)
  }

  /** Samples a second; 0 as soon as they stay away. @param nowUs host time */
  rateAt(nowUs: number): number {
    return this.#source.state === 'live' ? this.#rate.perSecondAt(nowUs) : 0
  }

  /** As the newest samples came, however long ago that is: a pause makes no log smaller for long. */
  get usualRate(): number {
    return this.#rate.perSecond()
  }

  /** @param nowUs end of the windows where there is no sample yet */
  windows(nowUs: number): WindowStats[] {
    return this.#windows.read(this.#newest?.sample.timeUs ?? nowUs)
  }

  /** Begins the totals again at the newest sample, which is the last one that does not count. */
  resetTotals(): void {
    this.#beginTotals()
    this.#statistics?.reset(this.#newestUs)
  }

  #beginTotals(): void {
    if (this.#newest === null) return
    this.#totalsRun++
    this.#totalsSinceUs = this.#newest.sample.timeUs
    this.#totals.reset(this.#totalsSinceUs)
  }

  /**
   * The totals go on from those of earlier runs: begins them at the newest sample.
   *
   * @returns adds what there was up to that sample; without effect once they were reset
   */
  resumeTotals(): (before: LoggedTotals) => void {
    this.#beginTotals()
    const run = this.#totalsRun
    return ({ sinceUs, figures }) => {
      if (run !== this.#totalsRun) return
      this.#totals.include(figures)
      this.#totalsSinceUs = sinceUs
    }
  }

  /** Statistics beside min, avg and max; kept from the first call on. */
  keepStatistics(): LiveStatistics {
    this.#statistics ??= new LiveStatistics(LONGEST_WINDOW_S, this.#newestUs)
    return this.#statistics
  }

  sample(sample: Sample, arrivalUs: number, mode: string | null): void {
    const measured = isMeasured(sample.status)
    if (sample.electric) this.#isElectric = true
    if (this.#battery === null) this.#totals.add(sample)
    else this.#discharge(sample, this.#battery)
    if (sample.origin !== 'late') {
      if (this.#newest === null) this.#totalsSinceUs = sample.timeUs
      if (this.#goesBack(sample)) {
        this.#totalsSinceUs = Math.min(this.#totalsSinceUs, sample.timeUs)
        this.#trace = new TraceStore()
        this.#windows = new SlidingWindows(WINDOWS_S)
        if (this.#battery !== null) this.#battery = new BatteryMeter(this.#battery.setting)
        this.#statistics?.forgetWindows()
      }
      this.#newest = { sample, arrivalUs, mode }
      if (this.#cycles !== null) this.#look(sample, measured, this.#cycles)
      this.#rate.add(sample.timeUs, arrivalUs)
      if (measured) this.#newestMeasured = sample
      else this.#trace.advanceTo(sample.timeUs)
    }
    this.#statistics?.add(sample)
    // One that comes late belongs between samples that were counted already.
    if (!measured) return
    this.#windows.add(sample)
    this.#trace.add(sample)
  }

  #look(
    { timeUs, current, electric, gapBefore }: Sample,
    measured: boolean,
    cycles: CycleFinder,
  ): void {
    if (gapBefore) this.#isLinked = false
    if (!electric) return
    if (measured) cycles.add(timeUs, current, this.#isLinked)
    this.#isLinked = measured
  }

  #discharge(sample: Sample, battery: BatteryMeter): void {
    const { figures } = this.#totals
    const [before, coveredUs] = [battery.amountOf(figures), figures.coveredUs]
    this.#totals.add(sample)
    battery.add(sample.timeUs, battery.amountOf(figures) - before, figures.coveredUs - coveredUs)
  }

  get #newestUs(): number {
    return this.#newest?.sample.timeUs ?? Number.NEGATIVE_INFINITY
  }

  /** The clock was set back: what was measured until then lies ahead, and is in the log alone. */
  #goesBack({ epochId, timeUs }: Sample): boolean {
    const before = this.#newest?.sample
    return before !== undefined && epochId !== before.epochId && timeUs < before.timeUs
  }

  channel(channel: Channel): void {
    this.#extraChannels = [...this.#extraChannels, channel]
  }

  event(event: StreamEvent): void {
    if (event.kind === 'anomaly') this.#trace.mark(event.timeUs)
    this.#events = [event, ...this.#events.slice(0, EVENTS_KEPT - 1)]
  }

  sourceState(state: SourceState, reason: string): void {
    this.#source = { state, reason }
  }
}

/** Full scale of V, A, W by channel id, from the device's range. */
export function fullScaleOf({ voltageMax, currentMax }: DeviceRange): Record<string, number> {
  return {
    [ELECTRIC.voltage.id]: voltageMax,
    [ELECTRIC.current.id]: currentMax,
    [ELECTRIC.power.id]: voltageMax * currentMax,
  }
}

function valuesOf(sample: Sample): Record<string, number> {
  const values: Record<string, number> = {}
  if (sample.electric) {
    for (const { id, quantity } of ELECTRIC_CHANNELS) {
      if (quantity !== null) values[id] = sample[quantity]
    }
  }
  return Object.assign(values, sample.extras)
}
