import type Database from 'better-sqlite3'
import { Figures } from '../../stats/figures.ts'
import { Folder } from '../../stats/folder.ts'
import { US_PER_MINUTE } from '../file/schema.ts'
import type { SampleScan } from './sample-scan.ts'

type MinuteRow = [
  minute: number,
  samples: number,
  measured: number,
  coveredUs: number,
  ...spreads: (number | null)[],
]

/** Roll-ups, and the minutes among them that are to be computed from raw rows. */
type MinutePage = [rows: MinuteRow[], dirty: number[]]

const PAGE = 1000

/** A bucket that has samples; those between have none. */
export interface FilledBucket {
  /** Number of the bucket: its begin is this times its length, Unix time. */
  readonly index: number
  readonly figures: Figures
}

/**
 * Gathers the samples of one device in buckets of equal length. Whole minutes
 * come from the roll-ups where the bucket is made of whole minutes and the
 * roll-up is up to date; all else is computed from the raw rows.
 */
export class BucketScan {
  readonly #scan: SampleScan
  readonly #folder = new Folder()
  readonly #minutes: Database.Statement
  readonly #dirty: Database.Statement
  readonly #readPage: (deviceId: number, from: number, to: number) => MinutePage

  constructor(db: Database.Database, scan: SampleScan) {
    this.#scan = scan
    this.#minutes = db
      .prepare(
        `SELECT minute, samples, measured, covered_us, v_min, v_sum, v_max, a_min, a_sum, a_max,
           w_min, w_sum, w_max, charge_pc, energy_pj
         FROM minute WHERE device_id = ? AND minute >= ? AND minute < ? ORDER BY minute LIMIT ${PAGE}`,
      )
      .raw()
    this.#dirty = db
      .prepare(
        'SELECT minute FROM dirty WHERE device_id = ? AND minute >= ? AND minute < ? ORDER BY minute',
      )
      .pluck()
    // Together in one read transaction: a minute must be seen as rolled up or as dirty, not as neither.
    this.#readPage = db.transaction((deviceId: number, from: number, to: number): MinutePage => {
      const rows = this.#minutes.all(deviceId, from, to) as MinuteRow[]
      const end = rows.length < PAGE ? to : (rows.at(-1) as MinuteRow)[0] + 1
      return [rows, this.#dirty.all(deviceId, from, end) as number[]]
    })
  }

  /**
   * Buckets with samples in order of time.
   *
   * @param everyUs length; a whole number of minutes lets the roll-ups serve
   */
  *buckets(
    deviceId: number,
    fromUs: number,
    toUs: number,
    everyUs: number,
  ): Generator<FilledBucket> {
    let index = Number.NaN
    let figures = new Figures()
    for (const part of this.#parts(deviceId, fromUs, toUs, everyUs % US_PER_MINUTE === 0)) {
      if (part.kind === 'minute') {
        const at = Math.floor((part.row[0] * US_PER_MINUTE) / everyUs)
        if (at !== index) {
          if (figures.samples > 0) yield { index, figures }
          index = at
          figures = new Figures()
        }
        addMinute(figures, part.row)
        continue
      }
      this.#folder.reset()
      for (const rows of this.#scan.pages(part.fromUs, part.toUs)) {
        for (const row of rows) {
          if (!this.#scan.isOf(row, deviceId)) continue
          const at = Math.floor(row[0] / everyUs)
          if (at !== index) {
            if (figures.samples > 0) yield { index, figures }
            index = at
            figures = new Figures()
          }
          this.#scan.fold(this.#folder, figures, row)
        }
      }
    }
    if (figures.samples > 0) yield { index, figures }
  }

  *#parts(deviceId: number, fromUs: number, toUs: number, useMinutes: boolean): Generator<Part> {
    const first = Math.ceil(fromUs / US_PER_MINUTE)
    const end = Math.floor(toUs / US_PER_MINUTE)
    if (!useMinutes || first >= end) {
      yield { kind: 'raw', fromUs, toUs }
      return
    }
    if (fromUs < first * US_PER_MINUTE) yield { kind: 'raw', fromUs, toUs: first * US_PER_MINUTE }
    yield* this.#minuteParts(deviceId, first, end)
    if (end * US_PER_MINUTE < toUs) yield { kind: 'raw', fromUs: end * US_PER_MINUTE, toUs }
  }

  *#minuteParts(deviceId: number, first: number, end: number): Generator<Part> {
    for (let from = first; from < end; ) {
      const [rows, dirty] = this.#readPage(deviceId, from, end)
      let next = 0
      for (const row of rows) {
        for (; next < dirty.length && (dirty[next] as number) < row[0]; next++) {
          yield rawMinute(dirty[next] as number)
        }
        if (dirty[next] === row[0]) yield rawMinute(dirty[next++] as number)
        else yield { kind: 'minute', row }
      }
      for (; next < dirty.length; next++) yield rawMinute(dirty[next] as number)
      from = rows.length < PAGE ? end : (rows.at(-1) as MinuteRow)[0] + 1
    }
  }
}

type Part =
  | { readonly kind: 'raw'; readonly fromUs: number; readonly toUs: number }
  | { readonly kind: 'minute'; readonly row: MinuteRow }

function rawMinute(minute: number): Part {
  return { kind: 'raw', fromUs: minute * US_PER_MINUTE, toUs: (minute + 1) * US_PER_MINUTE }
}

function addMinute(figures: Figures, row: MinuteRow): void {
  const [, samples, measured, coveredUs, vMin, vSum, vMax, aMin, aSum, aMax, wMin, wSum, wMax] = row
  figures.samples += samples
  figures.measured += measured
  figures.coveredUs += coveredUs
  if (measured > 0) {
    figures.voltage.merge(vMin as number, vSum as number, vMax as number)
    figures.current.merge(aMin as number, aSum as number, aMax as number)
    figures.power.merge(wMin as number, wSum as number, wMax as number)
  }
  figures.chargePc += row[13] as number
  figures.energyPj += row[14] as number
}
