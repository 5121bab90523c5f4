import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Epoch, Sample } from '../../src/domain/sample.ts'
import { CursorText } from '../../src/storage/file/commit-cursor.ts'
import { CommitReader } from '../../src/storage/read/commit-reader.ts'
import type { LogBatch } from '../../src/storage/write/log-batch.ts'
import { ReaderTable } from '../../src/storage/write/reader-table.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  type OpenLog,
  openWriter,
  query,
  START_US,
  sampleAt,
} from '../support/log-fixture.ts'

/** What is done to the log, one after another. */
type Step =
  /** A sample of a device: in order, at the time of the one before, or before it. */
  | { readonly kind: 'sample'; readonly device: 0 | 1; readonly stepUs: number }
  /** A late sample of any epoch so far. */
  | { readonly kind: 'late'; readonly of: number; readonly backUs: number }
  /** The device restarts; the times of the new epoch may begin before those of the old one. */
  | { readonly kind: 'epoch'; readonly device: 0 | 1; readonly backUs: number }
  /** Repeated: in one transaction with what comes next, whose batch names all epochs again. */
  | { readonly kind: 'commit'; readonly isRepeated: boolean }
  /** As after SIGKILL, or in order. */
  | { readonly kind: 'restart'; readonly isClean: boolean }
  | { readonly kind: 'maintain' }
  | { readonly kind: 'read'; readonly limit: number; readonly isReopened: boolean }

const device = fc.constantFrom(0 as const, 1 as const)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('sample' as const),
      device,
      stepUs: fc.oneof(
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 100_000, max: 5_000_000 }),
        fc.integer({ min: 20_000_000, max: 100_000_000 }),
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('late' as const),
      of: fc.nat(30),
      backUs: fc.oneof(fc.nat(5), fc.nat(10_000_000), fc.nat(400_000_000)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('epoch' as const),
      device,
      backUs: fc.oneof(fc.constant(0), fc.nat(60_000_000)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), isRepeated: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('restart' as const), isClean: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'maintain' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      limit: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(10_000)),
      isReopened: fc.boolean(),
    }),
  },
)

const RETAIN_MS = 120_000
const DEVICES = ['left', 'right'] as const

/** A log that samples come to, and a reader that follows it. */
class Following {
  readonly received: number[] = []
  committed = 0
  readonly #file: string
  readonly #keepBytes: number | null
  #log: OpenLog
  #reader: CommitReader
  #cursor = '0'
  readonly #epochs: { epoch: Epoch; timeUs: number }[] = []
  #waiting: Sample[] = []
  #batches: LogBatch[] = []
  #seq = 0

  constructor(file: string, keepBytes: number | null) {
    this.#file = file
    this.#keepBytes = keepBytes
    this.#log = openWriter(file, RETAIN_MS)
    this.#reader = CommitReader.open(file)
    if (keepBytes !== null) new ReaderTable(this.#log.db).register('sink', keepBytes)
    for (const at of [0, 1] as const) this.#begin(at, START_US)
  }

  do(step: Step): void {
    if (step.kind === 'commit') {
      if (step.isRepeated) this.#handOver()
      else this.#commit()
    } else if (step.kind === 'read') this.#read(step.limit, step.isReopened)
    else if (step.kind === 'maintain') this.#log.writer.maintain()
    else if (step.kind === 'restart') this.#restart(step.isClean)
    else if (step.kind === 'late') this.#late(step.of, step.backUs)
    else {
      const newest = this.#epochs.findLast(({ epoch }) => epoch.device === DEVICES[step.device])
      if (newest === undefined) return
      if (step.kind === 'epoch') this.#begin(step.device, newest.timeUs - step.backUs)
      else {
        newest.timeUs += step.stepUs
        this.#add(newest.epoch, newest.timeUs)
      }
    }
  }

  end(): void {
    this.#commit()
    while (!this.#read(50, false));
    this.#reader.close()
    this.#log.end()
  }

  get missed(): number {
    const [row] = query(this.#file, 'SELECT coalesce(sum(missed), 0) AS n FROM reader_position')
    return row?.['n'] as number
  }

  #begin(at: 0 | 1, startedUs: number): void {
    const id = this.#epochs.length + 1
    this.#epochs.push({
      epoch: { id, device: DEVICES[at], boot: id, startedUs },
      timeUs: startedUs,
    })
  }

  #late(of: number, backUs: number): void {
    const late = this.#epochs[of % this.#epochs.length]
    if (late !== undefined) this.#add(late.epoch, late.timeUs - backUs)
  }

  #add(epoch: Epoch, timeUs: number): void {
    const more = { epochId: epoch.id, voltage: this.#seq / 1000 }
    this.#waiting.push(sampleAt(timeUs, this.#seq++, more))
  }

  #handOver(): void {
    const epochs = this.#epochs.map(({ epoch }) => epoch)
    this.#batches.push(...batchesOf(this.#waiting, { epochs }))
    this.committed += this.#waiting.length
    this.#waiting = []
  }

  #commit(): void {
    this.#handOver()
    this.#log.writer.write(this.#batches)
    this.#batches = []
  }

  #restart(isClean: boolean): void {
    this.#commit()
    if (isClean) this.#log.end()
    else this.#log.db.close()
    this.#log = openWriter(this.#file, RETAIN_MS)
  }

  #read(limit: number, isReopened: boolean): boolean {
    if (isReopened) {
      this.#reader.close()
      this.#reader = CommitReader.open(this.#file)
    }
    const before = this.#reader.backlog(this.#cursor)
    const page = this.#reader.since(this.#cursor, limit)
    expect(page.samples.length).toBeLessThanOrEqual(limit)
    expect(before.isExact).toBe(true)
    if (page.isComplete) expect(page.samples).toHaveLength(before.samples)
    this.#cursor = page.cursor
    for (const { seq, voltage, device, epochId } of page.samples) {
      expect(voltage).toBe((seq as number) / 1000)
      expect(this.#epochs.some(({ epoch }) => epoch.device === device)).toBe(true)
      expect(epochId).toBeGreaterThan(0)
      this.received.push(seq as number)
    }
    if (this.#keepBytes !== null) {
      const positions = new CursorText(this.#log.db, 'log.db').parse(this.#cursor)
      new ReaderTable(this.#log.db).advance('sink', positions)
    }
    return page.isComplete
  }
}

function twice(numbers: readonly number[]): number[] {
  return numbers.filter((number, i) => numbers.indexOf(number) !== i)
}

test('a reader gets each sample once, but for those that were deleted untaken, which are counted', () => {
  const folder = temporaryFolder()
  let run = 0
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 150 }),
      fc.constantFrom(0, 10 * 32, 1e6),
      (steps, keepBytes) => {
        const following = new Following(join(folder, `${run++}.db`), keepBytes)
        for (const each of steps) following.do(each)
        following.end()
        expect(twice(following.received)).toEqual([])
        expect(following.received.length + following.missed).toBe(following.committed)
        // A bound that is never reached loses nothing.
        if (keepBytes === 1e6) expect(following.missed).toBe(0)
      },
    ),
    { numRuns: 100 },
  )
})
