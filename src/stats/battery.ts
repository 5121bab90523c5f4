import { US_PER_SECOND } from '../util/time-units.ts'
import { type Figures, PICO_PER_MILLI_HOUR } from './figures.ts'
import { SecondSums } from './second-sums.ts'
import type { Totals } from './totals.ts'

export interface BatteryCapacity {
  /** The charge is followed, or the energy. */
  readonly unit: 'mAh' | 'mWh'
  readonly capacity: number
}

/** Contract: `--battery`, `--battery-start`. */
export interface BatterySetting extends BatteryCapacity {
  /** State of charge when the totals begin, %. */
  readonly startPercent: number
}

/** What a time left is reckoned from: the last minute, the last 15, all since the totals' reset. */
const BATTERY_BASES = ['1m', '15m', 'reset'] as const
type BatteryBasis = (typeof BATTERY_BASES)[number]

/** Length of the windows, s. */
const BASIS_SECONDS = { '1m': 60, '15m': 900 } as const

/** Part of a span that must be covered for its mean to stand for all of it. */
const LEAST_COVERED = 0.5
/** A device that is so slow that its pairs reach far back before the window: nothing is said of that. */
const MOST_COVERED = 1.5
/** The mean since a reset that is just over means nothing, s. */
const LEAST_SINCE_RESET_S = 10

/** What flowed in a span. */
interface Flow {
  /** mAh or mWh, signed: positive is drawn from the battery. */
  readonly amount: number
  /** Time that this is known of, s. */
  readonly coveredS: number
}

interface TimeLeft {
  readonly basis: BatteryBasis
  /** Mean draw, mA or mW, negative while it is charged; null: not known of enough of the span. */
  readonly draw: number | null
  /** Until it is empty at that draw, s; null: not known, or nothing is drawn. */
  readonly seconds: number | null
}

export interface BatteryState {
  readonly setting: BatterySetting
  /** State of charge, %; also above 100 or below 0, which says that capacity or start are not as given. */
  readonly percent: number
  /** mAh or mWh */
  readonly remaining: number
  /** In the order of `BATTERY_BASES`. */
  readonly left: readonly TimeLeft[]
}

/**
 * State of charge and time left. What was drawn while nothing was measured is not known, and not in it.
 *
 * @param said see `BatteryMeter.read`
 * @param elapsedS since the totals' reset
 * @param windows what flowed in the last minute and the last 15
 */
function batteryState(
  setting: BatterySetting,
  said: number | null,
  totals: Pick<Totals, 'chargeMah' | 'energyMwh' | 'coveredS'>,
  elapsedS: number,
  windows: Readonly<Record<keyof typeof BASIS_SECONDS, Flow>>,
): BatteryState {
  const { unit, capacity, startPercent } = setting
  const amount = unit === 'mAh' ? totals.chargeMah : totals.energyMwh
  const percent = said ?? startPercent - (amount / capacity) * 100
  const remaining = (percent / 100) * capacity
  const flows: Readonly<Record<BatteryBasis, [Flow, spanS: number]>> = {
    '1m': [windows['1m'], BASIS_SECONDS['1m']],
    '15m': [windows['15m'], BASIS_SECONDS['15m']],
    reset: [{ amount, coveredS: totals.coveredS }, Math.max(elapsedS, LEAST_SINCE_RESET_S)],
  }
  const left = BATTERY_BASES.map((basis): TimeLeft => {
    const draw = meanDraw(...flows[basis])
    const seconds = draw !== null && draw > 0 ? Math.max(0, (remaining / draw) * 3600) : null
    return { basis, draw, seconds }
  })
  return { setting, percent, remaining, left }
}

function meanDraw({ amount, coveredS }: Flow, spanS: number): number | null {
  const covered = coveredS / spanS
  if (covered < LEAST_COVERED || covered > MOST_COVERED) return null
  return (amount / coveredS) * 3600
}

/** Of a battery that says by itself how full it is: nothing is counted, and nothing known of what is drawn. @param percent as it says */
export function saidBattery(setting: BatterySetting, percent: number): BatteryState {
  return { setting, percent, remaining: (percent / 100) * setting.capacity, left: [] }
}

/** As members of JSON: the names carry the unit of the capacity. */
export function batteryMembers(battery: BatteryState): Readonly<Record<string, unknown>> {
  const { setting, percent, remaining, left } = battery
  const [amount, draw] = setting.unit === 'mAh' ? ['mah', 'ma'] : ['mwh', 'mw']
  return {
    [`capacity_${amount}`]: setting.capacity,
    start_percent: setting.startPercent,
    percent,
    [`remaining_${amount}`]: remaining,
    left: left.map((each) => ({
      basis: each.basis,
      [`draw_${draw}`]: each.draw,
      seconds: each.seconds,
    })),
  }
}

/**
 * What flowed in the last minutes; a pair of samples counts in the second of its later one, so that the
 * log has the same figures for the same span. Constant work and memory.
 */
export class BatteryMeter {
  readonly setting: BatterySetting
  /** pC or pJ */
  readonly #amounts = new SecondSums(BASIS_SECONDS['15m'])
  /** µs */
  readonly #covered = new SecondSums(BASIS_SECONDS['15m'])

  constructor(setting: BatterySetting) {
    this.setting = setting
  }

  /** What the totals are made of, pC or pJ. */
  amountOf(figures: Figures): number {
    return this.setting.unit === 'mAh' ? figures.chargePc : figures.energyPj
  }

  /** @param timeUs of a sample @param amount pC or pJ that it has added @param coveredUs the time of that */
  add(timeUs: number, amount: number, coveredUs: number): void {
    this.#amounts.add(timeUs, amount)
    this.#covered.add(timeUs, coveredUs)
  }

  /**
   * @param nowUs time of the newest sample
   * @param totals since the reset
   * @param elapsedS since then
   * @param said state of charge as the device says it, %: it knows better than who counts; null: it says none
   */
  read(nowUs: number, totals: Totals, elapsedS: number, said: number | null): BatteryState {
    const windows = {
      '1m': this.#flow(nowUs, BASIS_SECONDS['1m']),
      '15m': this.#flow(nowUs, BASIS_SECONDS['15m']),
    }
    return batteryState(this.setting, said, totals, elapsedS, windows)
  }

  #flow(nowUs: number, seconds: number): Flow {
    return {
      amount: this.#amounts.sum(seconds, nowUs) / PICO_PER_MILLI_HOUR,
      coveredS: this.#covered.sum(seconds, nowUs) / US_PER_SECOND,
    }
  }
}
