import { ELECTRIC_CHANNELS } from '../../../domain/channels.ts'
import { averageOf } from '../../../export/printed-figures.ts'
import { UsualInterval } from '../../../stats/usual-interval.ts'
import type { Bucket, BucketRow, ChannelSummary } from '../../../storage/read/log-query.ts'

/** A channel of a series, a value a row; null where it has none. */
export interface ChannelColumns {
  readonly min: (number | null)[]
  readonly avg: (number | null)[]
  readonly max: (number | null)[]
  /** Measured values. */
  readonly n: number[]
  /** 1: between the row before and this one something is missing, so that no line connects them. */
  readonly gap: (0 | 1)[]
}

/** Rows of a series, gathered as columns. */
export class SeriesColumns {
  /** Unix seconds. */
  readonly start: number[] = []
  /** Samples that are known to be missing since the row before, by the places that they would have had. */
  readonly lost: number[] = []
  readonly channels: ReadonlyMap<string, ChannelColumns>
  readonly #gaps: ReadonlyMap<string, GapRule>
  /** Channels of which something may have been lost since their newest value. */
  readonly #behindLoss = new Set<string>()

  /** @param everyUs length of a row @param fromUs begin of the series @param beginUs of the log */
  constructor(ids: readonly string[], everyUs: number, fromUs: number, beginUs: number) {
    const isElectric = (id: string): boolean => ELECTRIC_CHANNELS.some((each) => each.id === id)
    this.channels = new Map(
      ids.map((id) => [id, { min: [], avg: [], max: [], n: [], gap: [] }] as const),
    )
    this.#gaps = new Map(
      ids.map((id) => {
        const rule = isElectric(id) ? new Covered(everyUs, fromUs, beginUs) : new Spaced(everyUs)
        return [id, rule] as const
      }),
    )
  }

  get rows(): number {
    return this.start.length
  }

  add(bucket: BucketRow): void {
    this.start.push(bucket.fromUs / 1e6)
    this.lost.push(bucket.lost)
    for (const [id, columns] of this.channels) {
      const own = summaryOf(bucket, id)
      columns.min.push(own?.min ?? null)
      columns.avg.push(own && averageOf(own))
      columns.max.push(own?.max ?? null)
      columns.n.push(own?.n ?? 0)
      columns.gap.push(this.#isBehindGap(id, bucket, own !== null) ? 1 : 0)
    }
  }

  #isBehindGap(id: string, bucket: BucketRow, hasValues: boolean): boolean {
    if (bucket.isBehindLoss) this.#behindLoss.add(id)
    if (hasValues) {
      const isBehind = this.#gaps.get(id)?.isBehindGap(bucket) ?? false
      return this.#behindLoss.delete(id) || isBehind
    }
    // The channel's next value comes behind these.
    if (bucket.lost > 0) this.#behindLoss.add(id)
    return false
  }
}

function summaryOf(bucket: Bucket, id: string): ChannelSummary | null {
  const electric = ELECTRIC_CHANNELS.find((each) => each.id === id)
  if (electric === undefined) return bucket.channels.get(id) ?? null
  const of = electric.quantity && bucket[electric.quantity]
  return of && { ...of, n: bucket.measured }
}

interface GapRule {
  /** Asked of each bucket that has values of the channel, in order of time. */
  isBehindGap(bucket: Bucket): boolean
}

/**
 * Of voltage, current and power. Time counts where its later sample lies: more of it than lies
 * empty before says that nothing is missing there, the device is just that slow.
 */
class Covered implements GapRule {
  readonly #everyUs: number
  readonly #beginUs: number
  #endUs: number

  constructor(everyUs: number, fromUs: number, beginUs: number) {
    this.#everyUs = everyUs
    this.#beginUs = beginUs
    this.#endUs = fromUs
  }

  isBehindGap({ fromUs, coveredUs, bridgedUs }: Bucket): boolean {
    // The first one of the log has nothing before it.
    const isBehind = fromUs <= this.#beginUs || coveredUs - bridgedUs <= fromUs - this.#endUs
    this.#endUs = fromUs + this.#everyUs
    return isBehind
  }
}

/** Of an extra channel, which covers no time: behind a pause that is longer than usual. */
class Spaced implements GapRule {
  readonly #everyUs: number
  readonly #usual = new UsualInterval()
  #beforeUs = Number.NaN

  constructor(everyUs: number) {
    this.#everyUs = everyUs
  }

  isBehindGap({ fromUs }: Bucket): boolean {
    const spacingUs = fromUs - this.#beforeUs
    this.#beforeUs = fromUs
    // The first one has nothing before it.
    if (Number.isNaN(spacingUs)) return true
    const isBehind = spacingUs > this.#usual.longestUs + this.#everyUs
    this.#usual.add(spacingUs)
    return isBehind
  }
}
