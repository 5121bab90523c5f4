import { REGIONS, type Region } from './view/layout.ts'

/**
 * How often each part shows something new, ms: as often as an eye follows it. Figures that are read
 * off stand still long enough; every change of a picture is paid for in bytes.
 */
const PERIOD_MS: Readonly<Record<Region, number>> = {
  tiny: 200,
  header: 1000,
  devices: 500,
  values: 200,
  gauges: 200,
  chart: 500,
  histogram: 1000,
  overview: 1000,
  // Its newest values are those of the gauges; its windows are held longer, see `FigureMemory`.
  table: 200,
  totals: 1000,
  link: 1000,
  alarms: 500,
  events: 500,
  keys: 1000,
}

/** The parts that show the newest sample as soon as there is one. */
const OF_NEWEST: readonly Region[] = REGIONS.filter((region) => PERIOD_MS[region] === 200)

/** What a picture could be drawn of. */
export interface Moment {
  /** Host's time, Unix µs. */
  readonly nowUs: number
  /** Differs whenever anything on the screen could look different. */
  readonly mark: string
  /** Where the parts are: all of them are drawn where that changes. */
  readonly layout: string
  /** Differs where that has to be seen at once, whatever part it is in. */
  readonly alert: string
}

/** Alerts that follow on each other sooner are drawn together, µs: an alarm that comes and goes is no reason to draw all. */
const ALERT_US = 500_000

interface Drawn {
  readonly period: number
  readonly mark: string
}

/**
 * Which parts of the screen are drawn anew. Each one's periods lie on the host's clock, so that
 * seconds change as they do; a part is drawn of one moment, so that its figures agree.
 */
export class Cadence {
  readonly #drawn = new Map<Region, Drawn>()
  #layout: string | null = null
  #alert: string | null = null
  #alertUs = Number.NEGATIVE_INFINITY

  /** All of it is due, whatever the time. */
  hurry(): void {
    this.#layout = null
  }

  /** There is a sample that no picture shows: it does not wait for the next period. */
  hurryNewest(): void {
    for (const region of OF_NEWEST) this.#drawn.delete(region)
  }

  /** Of that part alone. */
  hurryPart(region: Region): void {
    this.#drawn.delete(region)
  }

  isDue(region: Region, moment: Moment): boolean {
    if (moment.layout !== this.#layout || this.#isAlert(moment)) return true
    const { nowUs, mark } = moment
    const drawn = this.#drawn.get(region)
    return drawn === undefined || (drawn.period !== periodOf(region, nowUs) && drawn.mark !== mark)
  }

  /** The parts that are due; they count as drawn then. */
  take(moment: Moment): ReadonlySet<Region> {
    const due = new Set(REGIONS.filter((region) => this.isDue(region, moment)))
    for (const region of due) {
      const period = periodOf(region, moment.nowUs)
      this.#drawn.set(region, { period, mark: moment.mark })
    }
    if (moment.layout !== this.#layout || this.#isAlert(moment)) {
      if (this.#alert !== null && moment.alert !== this.#alert) this.#alertUs = moment.nowUs
      this.#layout = moment.layout
      this.#alert = moment.alert
    }
    return due
  }

  #isAlert({ nowUs, alert }: Moment): boolean {
    return alert !== this.#alert && Math.abs(nowUs - this.#alertUs) >= ALERT_US
  }
}

function periodOf(region: Region, nowUs: number): number {
  return Math.floor(nowUs / (PERIOD_MS[region] * 1000))
}
