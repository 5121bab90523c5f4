import type Database from 'better-sqlite3'
import { ELECTRIC, QUANTITIES } from '../../domain/channels.ts'
import { EVENT_SUBJECTS, type EventKind } from '../../domain/events.ts'
import { lossText } from '../../util/loss-text.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import type { Catalog } from '../file/catalog.ts'
import { Damage } from '../file/log-errors.ts'
import { areStored, isElectric, type SampleRow, type SampleScan } from '../file/sample-scan.ts'
import { fromStored } from '../file/stored-value.ts'
import type { BucketQuery, FullBucket } from './bucket-query.ts'
import type { ChannelCatalog } from './channel-catalog.ts'
import type { ExtrasScan } from './extras-scan.ts'
import type {
  EventWish,
  ExtremeWish,
  LogSpan,
  Moment,
  MomentWish,
  SampleWish,
} from './log-query.ts'
import { inMinutes, type SpanQuery } from './span-query.ts'

/** Losses that begin within so long of the one before are one run, µs: as events that say the same are one line. */
const LOSS_RUN_US = US_PER_MINUTE

export interface MomentQueryParts {
  readonly catalog: Catalog
  readonly channels: ChannelCatalog
  readonly scan: SampleScan
  /** null: the log has no extra channels */
  readonly extras: ExtrasScan | null
  readonly spans: SpanQuery
  readonly buckets: BucketQuery
}

/** Finds single samples and events of a device. */
export class MomentQuery {
  readonly #db: Database.Database
  readonly #parts: MomentQueryParts

  constructor(db: Database.Database, parts: MomentQueryParts) {
    this.#db = db
    this.#parts = parts
  }

  /** See `LogReader`. */
  find(device: string, wish: MomentWish): Moment | null {
    const [id] = this.#parts.catalog.idsOf(device)
    if (id === undefined) return null
    switch (wish.what) {
      case 'sample':
        return this.#nearest(id, wish)
      case 'max':
      case 'min':
        return this.#extreme(id, wish)
      default:
        return this.#event(id, wish)
    }
  }

  #nearest(deviceId: number, { atUs, withinUs }: SampleWish): Moment | null {
    const row = (order: 'ASC' | 'DESC', fromUs: number, toUs: number): SampleRow | undefined =>
      this.#db
        .prepare(
          `SELECT id, epoch_id, seq, v, a, w, status_id FROM sample WHERE id >= ? AND id <= ?
             AND epoch_id IN (SELECT id FROM epoch WHERE device_id = ?) ORDER BY id ${order} LIMIT 1`,
        )
        .raw()
        .get(fromUs, toUs, deviceId) as SampleRow | undefined
    const before = row('DESC', atUs - withinUs, atUs)
    const after = row('ASC', atUs + 1, atUs + withinUs)
    if (before === undefined || after === undefined) {
      const only = before ?? after
      return only === undefined ? null : this.#sample(only)
    }
    return this.#sample(after[0] - atUs < atUs - before[0] ? after : before)
  }

  /** The minute, by the roll-ups; then the sample in it, where it is still there. */
  #extreme(deviceId: number, wish: ExtremeWish): Moment | null {
    const own = this.#parts.spans.byDevice(this.#parts.catalog.nameOf(deviceId)).get(deviceId)
    if (own === undefined) return null
    const range = { fromUs: wish.fromUs, toUs: Math.min(wish.toUs, own.toUs + 1) }
    const scan = inMinutes({ ...range, fromUs: Math.max(wish.fromUs, own.fromUs) }, own)
    let best: { readonly value: number; readonly fromUs: number } | null = null
    for (const bucket of this.#parts.buckets.filled(
      deviceId,
      scan.fromUs,
      scan.toUs,
      US_PER_MINUTE,
    )) {
      const value = this.#extremeOf(bucket, deviceId, wish)
      if (value === null || (best !== null && !isBeyond(value, best.value, wish))) continue
      best = { value, fromUs: bucket.index * US_PER_MINUTE }
    }
    if (best === null) return null
    const fromUs = Math.max(best.fromUs, range.fromUs)
    const toUs = Math.min(best.fromUs + US_PER_MINUTE, range.toUs)
    const found = this.#extremeRow(deviceId, { fromUs, toUs }, wish)
    if (found !== null) return found
    const values = { [wish.channel]: best.value }
    return { timeUs: fromUs, withinUs: toUs - fromUs, kind: 'sample', text: '', values }
  }

  #extremeOf(
    { figures, channels }: FullBucket,
    deviceId: number,
    wish: ExtremeWish,
  ): number | null {
    const quantity = QUANTITIES.find((each) => ELECTRIC[each].id === wish.channel)
    if (quantity !== undefined && figures.measured > 0) return figures[quantity][wish.what]
    const entry = this.#parts.channels.of(deviceId).find(({ name }) => name === wish.channel)
    const channel = entry && channels.get(entry.id)
    return channel === undefined || channel.measured === 0 ? null : channel.spread[wish.what]
  }

  #extremeRow(deviceId: number, { fromUs, toUs }: LogSpan, wish: ExtremeWish): Moment | null {
    const { scan, catalog } = this.#parts
    let best: { readonly value: number; readonly row: SampleRow } | null = null
    for (const rows of scan.pages(fromUs, toUs)) {
      const own = rows.filter((row) => scan.isOf(row, deviceId) && catalog.status(row[6]).measured)
      for (const row of own) {
        const value = extremeIn(row, wish) ?? this.#valuesOf(row)[wish.channel]
        if (value === undefined || (best !== null && !isBeyond(value, best.value, wish))) continue
        best = { value, row }
      }
    }
    if (best === null) return null
    const found = this.#sample(best.row)
    return { ...found, values: { ...found.values, [wish.channel]: best.value } }
  }

  #sample(row: SampleRow): Moment {
    const { text, measured } = this.#parts.catalog.status(row[6])
    const values = measured ? this.#valuesOf(row) : null
    return { timeUs: row[0], withinUs: 0, kind: 'sample', text, values }
  }

  #valuesOf(row: SampleRow): Record<string, number> {
    if (!areStored(row)) throw new Damage()
    const values: Record<string, number> = Object.create(null)
    if (isElectric(row)) {
      values[ELECTRIC.voltage.id] = fromStored(row[3])
      values[ELECTRIC.current.id] = fromStored(row[4])
      values[ELECTRIC.power.id] = fromStored(row[5])
    }
    return Object.assign(values, this.#parts.extras?.of([row]).get(row[0]))
  }

  #event(deviceId: number, wish: EventWish): Moment | null {
    const { what, direction, atUs } = wish
    const isAfter = direction === 'after'
    const [beyond, order] = isAfter ? (['>', 'ASC'] as const) : (['<', 'DESC'] as const)
    const kinds: readonly EventKind[] = EVENT_SUBJECTS[what]
    const event = this.#db
      .prepare(
        `SELECT time_us, kind, detail FROM event WHERE device_id = ? AND time_us ${beyond} ?
           AND kind IN (${kinds.map(() => '?').join(', ')}) ORDER BY time_us ${order} LIMIT 1`,
      )
      .raw()
      .get(deviceId, atUs, ...kinds) as [number, EventKind, string] | undefined
    const loss = kinds.includes('lost') ? this.#loss(deviceId, atUs, beyond, order) : null
    if (event === undefined) return loss
    const [timeUs, kind, text] = event
    if (!Number.isSafeInteger(timeUs) || typeof text !== 'string') throw new Damage()
    const isLossNearer = loss !== null && (isAfter ? loss.timeUs < timeUs : loss.timeUs > timeUs)
    return isLossNearer ? loss : { timeUs, withinUs: 0, kind, text, values: null }
  }

  /**
   * A lost range stands where it begins. Those that follow on each other are found as one, at the first of
   * them: nobody wants to go through a thousand.
   */
  #loss(deviceId: number, atUs: number, beyond: '<' | '>', order: 'ASC' | 'DESC'): Moment | null {
    const row = this.#db
      .prepare(
        `SELECT from_us, first_seq, count, reason FROM lost WHERE from_us ${beyond} ?
           AND epoch_id IN (SELECT id FROM epoch WHERE device_id = ?)
           AND NOT EXISTS (SELECT 1 FROM lost before
             WHERE before.from_us < lost.from_us AND before.from_us >= lost.from_us - ${LOSS_RUN_US}
               AND before.epoch_id IN (SELECT id FROM epoch WHERE device_id = ?))
         ORDER BY from_us ${order} LIMIT 1`,
      )
      .raw()
      .get(atUs, deviceId, deviceId) as [number, number, number, string] | undefined
    if (row === undefined) return null
    const [timeUs, firstSeq, count, reason] = row
    if (!row.slice(0, 3).every(Number.isSafeInteger) || typeof reason !== 'string') {
      throw new Damage()
    }
    const { ranges, samples } = this.#lossRun(deviceId, timeUs)
    const first = lossText(firstSeq, count, reason)
    const text =
      ranges > 1 ? `lost ${samples} in ${ranges} places, one after the other; ${first}` : first
    return { timeUs, withinUs: 0, kind: 'lost', text, values: null }
  }

  /** How much was lost from a range on, up to the first pause. */
  #lossRun(
    deviceId: number,
    fromUs: number,
  ): { readonly ranges: number; readonly samples: number } {
    const rows = this.#db
      .prepare(
        `SELECT from_us, count FROM lost WHERE from_us >= ?
           AND epoch_id IN (SELECT id FROM epoch WHERE device_id = ?) ORDER BY from_us`,
      )
      .raw()
      .iterate(fromUs, deviceId) as IterableIterator<[number, number]>
    let lastUs = fromUs
    let [ranges, samples] = [0, 0]
    for (const [timeUs, count] of rows) {
      if (timeUs - lastUs > LOSS_RUN_US) break
      lastUs = timeUs
      ranges++
      samples += count
    }
    return { ranges, samples }
  }
}

/** What lay between the sample and the one before; undefined: that is not known. */
function extremeIn([, , , , , , , detail]: SampleRow, wish: ExtremeWish): number | undefined {
  const isMax = wish.what === 'max'
  if (wish.channel === ELECTRIC.voltage.id) return isMax ? detail?.voltageMax : detail?.voltageMin
  if (wish.channel === ELECTRIC.current.id) return isMax ? detail?.currentMax : detail?.currentMin
  return undefined
}

function isBeyond(value: number, other: number, { what }: ExtremeWish): boolean {
  return what === 'max' ? value > other : value < other
}
