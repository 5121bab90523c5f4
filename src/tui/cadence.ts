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
  table: 500,
  totals: 1000,
  link: 1000,
  alarms: 500,
  events: 500,
  keys: 1000,
}

/** What a picture could be drawn of. */
export interface Moment {
  /** Host's time, Unix µs. */
  readonly nowUs: number
  /** Differs whenever anything on the screen could look different. */
  readonly mark: string
  /** Differs where that has to be seen at once. */
  readonly alert: string
}

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
  #alert: string | null = null

  /** All of it is due, whatever the time. */
  hurry(): void {
    this.#alert = null
  }

  /** Of that part alone. */
  hurryPart(region: Region): void {
    this.#drawn.delete(region)
  }

  isDue(region: Region, { nowUs, mark, alert }: Moment): boolean {
    if (alert !== this.#alert) return true
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
    this.#alert = moment.alert
    return due
  }
}

function periodOf(region: Region, nowUs: number): number {
  return Math.floor(nowUs / (PERIOD_MS[region] * 1000))
}
