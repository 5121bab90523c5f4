import { ELECTRIC, ELECTRIC_CHANNELS } from '../domain/channels.ts'
import { isMeasured, type Sample } from '../domain/sample.ts'
import { RollingStatistics } from '../stats/rolling-statistics.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import { isMoreExtreme } from './condition.ts'
import { CountWindow, longestWindowS } from './count-window.ts'
import type { Comparison, Measure } from './rule.ts'

/** What rules may ask of a device beside its samples. */
export interface DeviceFigures {
  /** Since the totals were reset, mAh, signed. */
  readonly chargeMah: () => number
  /** mWh, signed */
  readonly energyMwh: () => number
  /** State of charge in %; null: not known. */
  readonly batteryPercent: () => number | null
}

interface Before {
  readonly timeUs: number
  readonly value: number
}

type WindowMeasure = Extract<Measure, { kind: 'window' }>

/** All that the rules of one device look at, sample by sample; nothing that none of them asks for. */
export class Sensors {
  readonly #figures: DeviceFigures
  readonly #windowed: readonly WindowMeasure[]
  #windows = new Map<string, RollingStatistics>()
  readonly #lost: CountWindow
  readonly #outOfRange: CountWindow
  /** Channels whose rate is asked for: the value before, unless something is missing behind it. */
  readonly #before = new Map<string, Before | null>()
  #sample: Sample | null = null
  #isMeasured = false
  readonly #rates = new Map<string, number | null | undefined>()
  /** Score of the anomalies found with this sample, by channel. */
  #anomalies: ReadonlyMap<string, number> = new Map()

  constructor(measures: readonly Measure[], figures: DeviceFigures) {
    this.#figures = figures
    this.#windowed = measures.filter((each) => each.kind === 'window')
    this.#lost = new CountWindow(longestWindowS(measures, 'lost'))
    this.#outOfRange = new CountWindow(longestWindowS(measures, 'out_of_range'))
    for (const each of measures) if (each.kind === 'rate') this.#before.set(each.channel, null)
    this.#openWindows()
  }

  /** Samples that will never come, evenly between two that did; see docs/log.md, "lost". */
  lost(count: number, fromUs: number, toUs: number): void {
    this.#lost.addEvenly(count, fromUs, toUs)
  }

  /**
   * The next sample, in the order of device time.
   *
   * @param anomalies scores of those found with it, by channel
   */
  take(sample: Sample, anomalies: ReadonlyMap<string, number>): void {
    const { timeUs } = sample
    this.#sample = sample
    this.#anomalies = anomalies
    this.#isMeasured = isMeasured(sample.status)
    if (!this.#isMeasured) this.#outOfRange.add(timeUs, 1)
    for (const channel of this.#before.keys()) this.#takeRate(channel, sample)
    if (!this.#isMeasured) return
    for (const [channel, window] of this.#windows) {
      const value = readingOf(sample, channel)
      if (value === undefined) continue
      window.add(timeUs, value)
      const extremes = extremesOf(sample, channel)
      if (extremes !== null) window.reach(timeUs, extremes.min, extremes.max)
    }
  }

  /** Time goes back: what was measured until now lies ahead. */
  restart(): void {
    this.#openWindows()
    this.#lost.clear()
    this.#outOfRange.clear()
  }

  /** See `ReadMeasure`. @returns null: there is no value that can be known; undefined: nothing new */
  read(measure: Measure, comparison: Comparison | null): number | null | undefined {
    const sample = this.#sample
    if (sample === null) return null
    switch (measure.kind) {
      case 'channel': {
        const value = readingOf(sample, measure.channel)
        if (value === undefined || !this.#isMeasured) return value === undefined ? value : null
        const extremes = comparison === null ? null : extremesOf(sample, measure.channel)
        return extremes === null ? value : mostExtreme(comparison as Comparison, extremes)
      }
      case 'rate':
        return this.#rates.get(measure.channel)
      case 'window':
        return this.#readWindow(measure, sample.timeUs)
      case 'charge':
        return this.#figures.chargeMah()
      case 'energy':
        return this.#figures.energyMwh()
      case 'battery':
        return this.#figures.batteryPercent()
      case 'lost':
        return this.#lost.count(measure.windowS, sample.timeUs)
      case 'out_of_range':
        return this.#outOfRange.count(measure.windowS, sample.timeUs)
      case 'anomaly':
        return this.#anomalies.get(measure.channel) ?? 0
    }
  }

  #takeRate(channel: string, sample: Sample): void {
    const { timeUs, gapBefore } = sample
    const before = gapBefore ? null : (this.#before.get(channel) ?? null)
    const value = readingOf(sample, channel)
    if (value === undefined) {
      if (gapBefore) this.#before.set(channel, null)
      this.#rates.set(channel, gapBefore ? null : undefined)
    } else if (!this.#isMeasured) {
      this.#before.set(channel, null)
      this.#rates.set(channel, null)
    } else {
      const spanUs = before === null ? 0 : timeUs - before.timeUs
      const rate = before === null ? null : ((value - before.value) / spanUs) * US_PER_SECOND
      this.#before.set(channel, { timeUs, value })
      this.#rates.set(channel, rate === null || spanUs > 0 ? rate : undefined)
    }
  }

  #readWindow({ statistic, channel, windowS }: WindowMeasure, nowUs: number): number | null {
    const window = this.#windows.get(channel)
    if (window === undefined) return null
    if (statistic.startsWith('p')) {
      return window.percentile(Number(statistic.slice(1)), windowS, nowUs)
    }
    const moments = window.moments(windowS, nowUs)
    if (moments.count === 0) return null
    switch (statistic) {
      case 'avg':
        return moments.mean
      case 'min':
        return moments.min
      case 'max':
        return moments.max
      default:
        return moments.stddev
    }
  }

  #openWindows(): void {
    this.#windows = new Map(
      [...new Set(this.#windowed.map(({ channel }) => channel))].map((channel) => {
        const own = this.#windowed.filter((each) => each.channel === channel)
        const longestS = Math.max(...own.map(({ windowS }) => windowS))
        const withPercentiles = own.some(({ statistic }) => statistic.startsWith('p'))
        return [channel, new RollingStatistics({ longestS, withPercentiles })]
      }),
    )
  }
}

interface Extremes {
  readonly min: number
  readonly max: number
}

/** Of what lay between the sample and the one before; null: that is not known. */
function extremesOf({ detail, electric }: Sample, channel: string): Extremes | null {
  if (detail === null || !electric) return null
  if (channel === ELECTRIC.voltage.id) return { min: detail.voltageMin, max: detail.voltageMax }
  if (channel === ELECTRIC.current.id) return { min: detail.currentMin, max: detail.currentMax }
  return null
}

function mostExtreme(comparison: Comparison, { min, max }: Extremes): number {
  return isMoreExtreme(comparison, max, min) ? max : min
}

const QUANTITY_OF = new Map(ELECTRIC_CHANNELS.map(({ id, quantity }) => [id, quantity]))

/** Measured or not; undefined: the sample has no value of that channel. */
function readingOf(sample: Sample, channel: string): number | undefined {
  const quantity = QUANTITY_OF.get(channel) ?? null
  if (quantity === null) return sample.extras?.[channel]
  return sample.electric ? sample[quantity] : undefined
}
