import type Database from 'better-sqlite3'
import { Figures, type Spread } from '../../stats/figures.ts'
import { Folder } from '../../stats/folder.ts'
import type { SampleRow, SampleScan } from '../file/sample-scan.ts'
import { fromStored, type StoredValue } from '../file/stored-value.ts'
import { ForwardParts } from './forward-parts.ts'
import { RollUpParts, type RollUpRow } from './roll-up-parts.ts'

/** A bucket that has samples; those between have none. */
export interface FilledBucket {
  /** Number of the bucket: its begin is this times its length, Unix time. */
  readonly index: number
  readonly figures: Figures
  /** The newest measured sample; null where it was read from a roll-up. */
  readonly newest: SampleRow | null
}

/**
 * Gathers the samples of one device in buckets of equal length, from the roll-ups
 * where they serve and are up to date, else from the raw rows.
 */
export class BucketScan {
  readonly #scan: SampleScan
  readonly #parts: RollUpParts
  readonly #forward: ForwardParts

  constructor(db: Database.Database, scan: SampleScan) {
    this.#scan = scan
    this.#parts = new RollUpParts(db)
    this.#forward = new ForwardParts(db)
  }

  /**
   * Buckets with samples in order of time.
   *
   * @param everyUs length; from a second on, the roll-ups serve
   */
  *buckets(
    deviceId: number,
    fromUs: number,
    toUs: number,
    everyUs: number,
  ): Generator<FilledBucket> {
    let open = newBucket(Number.NaN)
    for (const part of this.#parts.parts(deviceId, fromUs, toUs, everyUs)) {
      if (part.kind !== 'raw') {
        const index = Math.floor(part.fromUs / everyUs)
        if (index !== open.index) {
          if (open.figures.samples > 0) yield open
          open = newBucket(index)
        }
        const isMinute = part.kind === 'minute'
        addRow(open.figures, part.row, isMinute)
        const [charge, energy] = this.#forward.of(deviceId, part.row, isMinute)
        open.figures.chargeForwardPc += charge
        open.figures.energyForwardPj += energy
        open.newest = null
        continue
      }
      // Of this call alone: others may be under way, whose samples these do not follow on.
      const folder = new Folder()
      for (const rows of this.#scan.pages(part.fromUs, part.toUs)) {
        for (const row of rows) {
          if (!this.#scan.isOf(row, deviceId)) continue
          const index = Math.floor(row[0] / everyUs)
          if (index !== open.index) {
            if (open.figures.samples > 0) yield open
            open = newBucket(index)
          }
          const { measured } = open.figures
          this.#scan.fold(folder, open.figures, row)
          if (open.figures.measured > measured) open.newest = row
        }
      }
    }
    if (open.figures.samples > 0) yield open
  }
}

function newBucket(index: number): { -readonly [Key in keyof FilledBucket]: FilledBucket[Key] } {
  return { index, figures: new Figures(), newest: null }
}

/** @param isPlain the least and the largest value stand as they are, not as `stored-value.ts` keeps them */
function addRow(figures: Figures, row: RollUpRow, isPlain: boolean): void {
  figures.samples += row[1]
  figures.measured += row[2]
  figures.coveredUs += row[3]
  if (row[2] > 0) {
    addSpread(figures.voltage, row, 4, isPlain)
    addSpread(figures.current, row, 7, isPlain)
    addSpread(figures.power, row, 10, isPlain)
  }
  figures.chargePc += row[13] as number
  figures.energyPj += row[14] as number
  figures.unmeasured += (row[17] as number | null) ?? Number.NaN
  figures.countedUs += (row[18] as number | null) ?? 0
  figures.bridgedUs += (row[19] as number | null) ?? 0
}

function addSpread(spread: Spread, row: RollUpRow, at: number, isPlain: boolean): void {
  const min = row[at] as StoredValue
  const max = row[at + 2] as StoredValue
  const sum = row[at + 1] as number
  if (isPlain) spread.merge(min as number, sum, max as number)
  else spread.merge(fromStored(min), sum, fromStored(max))
}
