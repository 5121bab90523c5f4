import type { Sign } from '../chart/trace.ts'
import type { Burst } from '../domain/burst.ts'
import {
  type Channel,
  type ChannelSetting,
  ELECTRIC,
  ELECTRIC_CHANNELS,
  extraChannel,
} from '../domain/channels.ts'
import { STORE } from '../domain/energy-store.ts'
import type { EventKind, StreamEvent } from '../domain/events.ts'
import type { DeviceRange } from '../domain/limits.ts'
import { isMeasured, type Sample } from '../domain/sample.ts'
import type { SourceState } from '../sources/source.ts'
import {
  type BatteryCapacity,
  BatteryMeter,
  type BatterySetting,
  type BatteryState,
  saidBattery,
} from '../stats/battery.ts'
import { type EarlierTotals, Integrator } from '../stats/totals.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import { DelayMeter } from './delay-meter.ts'
import { EventList } from './event-list.ts'
import { NewestValues, valuesOf } from './newest-values.ts'
import { RateMeter } from './rate-meter.ts'
import type { EventView, TotalsView } from './view.ts'
import { ViewMemory } from './view-memory.ts'

/** Events that have a sign in the chart. */
const SIGN_OF: Readonly<Partial<Record<EventKind, Sign>>> = {
  anomaly: 'outlier',
  restart: 'restart',
  marker: 'marker',
}

interface Newest {
  readonly sample: Sample
  readonly arrivalUs: number
  readonly mode: string | null
}

/** Of a sample, what the log has of one of an earlier run, too. */
export type RecalledSample = Pick<Sample, 'timeUs' | 'extras' | 'status'>

interface DeviceStateOptions {
  /** Contract: `--battery`; null: none */
  readonly battery?: BatterySetting | null
  /** False: what is measured at the moment is of another battery, of which nothing is known. Absent: it is that one. */
  readonly isOfBattery?: () => boolean
  /** What it is taken to measure before its first sample; absent or none: v, a, w. */
  readonly expected?: readonly ChannelSetting[]
  /** Its samples have some of its channels each; absent: all, as far as they were measured. */
  readonly isInParts?: boolean
}

/** What is known of one device while the monitor runs: newest values, totals, events, and what a view asks for. */
export class DeviceState {
  /** null: there is no view that could ask */
  #viewMemory: ViewMemory | null = null
  #totals = new Integrator()
  readonly #rate = new RateMeter()
  readonly #delay = new DelayMeter()
  #totalsSinceUs: number
  #totalsResetUs: number | null = null
  /** False: the next sample is the first of the totals. */
  #hasTotals = false
  #battery: BatteryMeter | null
  readonly #isOfBattery: () => boolean
  #newest: Newest | null = null
  #newestMeasured: Sample | null = null
  #recalled: RecalledSample | null = null
  /** null: those of the newest sample are all */
  readonly #newestValues: NewestValues | null
  #soc: number | null = null
  #isElectric = false
  #extraChannels: readonly Channel[] = []
  readonly #expected: readonly Channel[]
  #source: { readonly state: SourceState; readonly reason: string } = {
    state: 'opening',
    reason: '',
  }
  readonly #events = new EventList()
  #burst: Burst | null = null

  /** @param nowUs Unix µs */
  constructor(
    nowUs: number,
    {
      battery = null,
      isOfBattery = () => true,
      expected = [],
      isInParts = false,
    }: DeviceStateOptions = {},
  ) {
    this.#newestValues = isInParts ? new NewestValues() : null
    this.#totalsSinceUs = nowUs
    this.#battery = battery && new BatteryMeter(battery)
    this.#isOfBattery = isOfBattery
    const channels = expected.map(({ id, unit, range }, i) => extraChannel(id, i, unit, range))
    this.#expected = channels.length > 0 ? channels : ELECTRIC_CHANNELS
  }

  /** What the device measures: v, a, w where it has them, then the extra ones in order of their first value. */
  get channels(): readonly Channel[] {
    if (this.#isElectric) return [...ELECTRIC_CHANNELS, ...this.#extraChannels]
    return this.#extraChannels.length > 0 ? this.#extraChannels : this.#expected
  }

  get newest(): Newest | null {
    return this.#newest
  }

  /** The newest sample, where this run has none yet that of an earlier one; null: neither is known. */
  get newestKnown(): RecalledSample | null {
    return this.#newest?.sample ?? this.#recalled
  }

  /** Before the first sample: the newest one of earlier runs. */
  recall(sample: RecalledSample): void {
    this.#recalled = sample
  }

  /** Of the newest sample that is measured and in range, by channel id; null before the first. */
  get values(): Readonly<Record<string, number>> | null {
    const sample = this.#newestMeasured
    if (sample === null) return null
    return this.#newestValues?.at(sample.timeUs) ?? valuesOf(sample)
  }

  /** Time of that sample, Unix µs. */
  get valuesUs(): number | null {
    return this.#newestMeasured?.timeUs ?? null
  }

  get source(): { readonly state: SourceState; readonly reason: string } {
    return this.#source
  }

  /** The newest one; null: there is none yet. */
  get burst(): Burst | null {
    return this.#burst
  }

  /** Newest first. */
  get events(): readonly EventView[] {
    return this.#events.newest
  }

  get totals(): TotalsView {
    const untilUs = this.#newest?.sample.timeUs ?? this.#totalsSinceUs
    const elapsedS = Math.max(0, untilUs - this.#totalsSinceUs) / US_PER_SECOND
    return { sinceUs: this.#totalsSinceUs, elapsedS, ...this.#totals.read() }
  }

  /** null without `--battery`, and before it is known how full it is */
  get battery(): BatteryState | null {
    if (this.#battery === null || this.#newest === null || !this.#isOfBattery()) return null
    const { totals } = this
    if (!this.#isElectric) {
      // Nothing is counted: what the device says of it is all that is known.
      return this.soc === null ? null : saidBattery(this.#battery.setting, this.soc)
    }
    return this.#battery.read(this.#newest.sample.timeUs, totals, totals.elapsedS, this.soc)
  }

  /** State of charge as the device says it, %; null: it says none. */
  get soc(): number | null {
    return this.#soc
  }

  /** Contract: `--battery`; null: none, or not of this one. */
  get capacity(): BatteryCapacity | null {
    return this.#isOfBattery() ? (this.#battery?.setting ?? null) : null
  }

  /** Samples a second; 0 as soon as they stay away. @param nowUs host time */
  rateAt(nowUs: number): number {
    return this.#source.state === 'live' ? this.#rate.perSecondAt(nowUs) : 0
  }

  /** How much later the newest sample came than the quickest of the last minute, ms. */
  get delayMs(): number {
    return this.#delay.ms
  }

  /** As the newest samples came, however long ago that is: a pause makes no log smaller for long. */
  get usualRate(): number {
    return this.#rate.perSecond()
  }

  /** Begins the totals again at the newest sample, which is the last one that does not count. */
  resetTotals(): void {
    if (this.#newest !== null) {
      this.#totalsSinceUs = this.#newest.sample.timeUs
      this.#totalsResetUs = this.#totalsSinceUs
      this.#totals.reset(this.#totalsSinceUs)
    }
    this.#viewMemory?.statistics.reset(this.#newestUs)
  }

  /**
   * From the next sample on the totals are other ones.
   *
   * @param before what they go on from; null: they begin at 0
   * @param firstUs time of that sample, Unix µs
   * @returns what they were, to go on from later
   */
  resumeTotals(before: EarlierTotals | null, firstUs: number): EarlierTotals {
    const { figures } = this.#totals
    const [resetUs, sinceUs] = [this.#totalsResetUs, this.#totalsSinceUs]
    this.#totals = new Integrator()
    if (before !== null) this.#totals.resume(before)
    this.#totalsResetUs = before?.resetUs ?? null
    // The clock may have been set back since.
    this.#totalsSinceUs = this.#totalsResetUs ?? Math.min(before?.sinceUs ?? firstUs, firstUs)
    this.#hasTotals = true
    return { resetUs, sinceUs, figures, newest: [] }
  }

  /** What a view asks for; kept from the first call on. */
  keepForView(): ViewMemory {
    this.#viewMemory ??= new ViewMemory(this.#newestUs)
    return this.#viewMemory
  }

  sample(sample: Sample, arrivalUs: number, mode: string | null): void {
    const measured = isMeasured(sample.status)
    if (sample.electric) this.#isElectric = true
    if (this.#battery === null) this.#totals.add(sample)
    else this.#discharge(sample, this.#battery)
    if (sample.origin !== 'late') {
      if (!this.#hasTotals) this.#totalsSinceUs = sample.timeUs
      this.#hasTotals = true
      if (this.#goesBack(sample)) {
        this.#totalsSinceUs = Math.min(this.#totalsSinceUs, sample.timeUs)
        if (this.#battery !== null) this.#battery = new BatteryMeter(this.#battery.setting)
        this.#viewMemory?.clockSetBack()
      }
      this.#newest = { sample, arrivalUs, mode }
      this.#rate.add(sample.timeUs, arrivalUs)
      this.#delay.add(sample.timeUs, arrivalUs, sample.epochId)
      if (measured) {
        this.#newestMeasured = sample
        this.#newestValues?.add(sample)
        // Not each sample need have one.
        this.#soc = sample.extras?.[STORE.soc.id] ?? this.#soc
      }
    }
    this.#viewMemory?.add(sample, measured)
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

  /** The clock was set back. */
  #goesBack({ epochId, timeUs }: Sample): boolean {
    const before = this.#newest?.sample
    return before !== undefined && epochId !== before.epochId && timeUs < before.timeUs
  }

  channel(channel: Channel): void {
    this.#extraChannels = [...this.#extraChannels, channel]
  }

  event(event: StreamEvent): void {
    const sign = SIGN_OF[event.kind]
    if (sign !== undefined) this.#viewMemory?.mark(event.timeUs, sign)
    this.#events.add(event)
  }

  burstCame(burst: Burst): void {
    this.#burst = burst
  }

  sourceState(state: SourceState, reason: string): void {
    this.#source = { state, reason }
  }
}

/** Full scale of V, A, W by channel id, from the device's range; none where it has no end. */
export function fullScaleOf({ voltageMax, currentMax }: DeviceRange): Record<string, number> {
  if (!Number.isFinite(voltageMax * currentMax)) return {}
  return {
    [ELECTRIC.voltage.id]: voltageMax,
    [ELECTRIC.current.id]: currentMax,
    [ELECTRIC.power.id]: voltageMax * currentMax,
  }
}
