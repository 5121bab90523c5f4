import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { PICO_PER_MILLI_HOUR } from '../../src/stats/figures.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  ALL,
  batchesOf,
  EPOCH,
  openWriter,
  query,
  START_US,
  sampleAt,
} from '../support/log-fixture.ts'

interface Step {
  readonly gapUs: number
  readonly skip: number
  readonly micro: number
  readonly status: string
  readonly late: boolean
  readonly split: boolean
  readonly restart: boolean
  /** Whose sample it is: run 1 is numbered, run 2 is not; their times overlap. */
  readonly run: 1 | 2
  /** No voltage and current. */
  readonly bare: boolean
}

const EPOCHS = [EPOCH, { ...EPOCH, id: 2, boot: null }]

const steps = fc.oneof(
  fc.array(stepWith(1), { minLength: 1, maxLength: 120 }),
  // So fast that seconds are rolled up, too.
  fc.array(stepWith(0.005), { minLength: 100, maxLength: 300, size: 'max' }),
)

/** @param pace 1: a sample every second or two */
function stepWith(pace: number): fc.Arbitrary<Step> {
  return fc.record({
    gapUs: fc.oneof(
      { weight: 8 / pace, arbitrary: fc.integer({ min: 1, max: 3_000_000 * pace }) },
      { weight: 1, arbitrary: fc.integer({ min: 30_000_000, max: 200_000_000 }) },
    ),
    skip: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.nat(5)),
    micro: fc.integer({ min: -3_000_000, max: 3_000_000 }),
    status: fc.oneof(
      { weight: 8, arbitrary: fc.constant('ok') },
      fc.constantFrom('clip', 'ovf', 'ok,out_of_range', 'out_of_range', 'nosensor'),
    ),
    late: fc.oneof({ weight: 6 / pace, arbitrary: fc.constant(false) }, fc.constant(true)),
    split: fc.oneof({ weight: 1 / pace, arbitrary: fc.constant(false) }, fc.constant(true)),
    restart: fc.oneof({ weight: 20 / pace, arbitrary: fc.constant(false) }, fc.constant(true)),
    run: fc.constantFrom(1, 1, 2),
    bare: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
  })
}

/** Whether a row follows directly on the one before of its run, by the words of docs/log.md. */
function follows(run: readonly Record<string, number>[]): boolean {
  const [before, row] = run.slice(-2) as [Record<string, number>, Record<string, number>]
  if (row['seq'] !== null) return row['seq'] === (before['seq'] ?? 0) + 1
  const spacings = run.slice(1, -1).map((each, i) => (each['id'] ?? 0) - (run[i]?.['id'] ?? 0))
  const usual = spacings.slice(-32).toSorted((a, b) => b - a)
  const longest = usual.length === 0 ? 10e6 : 3 * (usual[1] ?? (usual[0] as number)) + 0.5e6
  return (row['id'] ?? 0) - (before['id'] ?? 0) <= longest
}

/**
 * The area above zero under the line between two values in millionths, as whole numbers: of a
 * triangle twice the area is taken, and rounded once.
 */
function aboveZero(from: number, to: number, us: number): number {
  if (from < 0 === to < 0 || from === 0 || to === 0) return (Math.max(from + to, 0) / 2) * us
  const [high, fall, span] = [Math.max(from, to), Math.abs(from - to), us].map(BigInt) as [
    bigint,
    bigint,
    bigint,
  ]
  return Number((high * high * span + fall) / (2n * fall))
}

type Cells = Record<string, number | null>

/** Figures straight from the rows, written as simply as can be. */
function recount(file: string, everyUs: number): Cells[] {
  const rows = query(
    file,
    `SELECT s.id, s.seq, s.epoch_id, s.v / 1e6 AS v, s.a, s.w, t.measured
     FROM sample s JOIN status t ON t.id = s.status_id ORDER BY s.id`,
  ) as Record<string, number | null>[]
  const buckets = new Map<number, Cells>()
  const runs: Record<number, Record<string, number>[]> = { 1: [], 2: [] }
  /** Of each run, the newest electric row, and whether all since follow on each other. */
  const newest: Record<number, { row: Record<string, number>; linked: boolean } | undefined> = {}
  rows.forEach((each) => {
    const row = each as Record<string, number>
    const epoch = row['epoch_id'] as number
    const run = runs[epoch] as Record<string, number>[]
    run.push(row)
    const before = newest[epoch]
    if (before !== undefined && !follows(run)) before.linked = false
    const index = Math.floor((row['id'] ?? 0) / everyUs)
    const to: Cells = buckets.get(index) ?? {
      index,
      samples: 0,
      measured: 0,
      unmeasured: 0,
      covered: 0,
      min: null,
      sum: 0,
      max: null,
      charge: 0,
      energy: 0,
      forward: 0,
    }
    buckets.set(index, to)
    to['samples'] = (to['samples'] ?? 0) + 1
    if (row['measured'] !== 1) to['unmeasured'] = (to['unmeasured'] ?? 0) + 1
    if (each['v'] === null) return
    newest[epoch] = { row, linked: true }
    if (row['measured'] !== 1) return
    const v = row['v'] ?? 0
    to['measured'] = (to['measured'] ?? 0) + 1
    to['min'] = Math.min(to['min'] ?? Infinity, v)
    to['sum'] = (to['sum'] ?? 0) + Math.round(v * 1e6)
    to['max'] = Math.max(to['max'] ?? -Infinity, v)
    if (before?.row['measured'] !== 1 || !before.linked) return
    const us = (row['id'] ?? 0) - (before.row['id'] ?? 0)
    to['covered'] = (to['covered'] ?? 0) + us
    to['charge'] = (to['charge'] ?? 0) + (((row['a'] ?? 0) + (before.row['a'] ?? 0)) / 2) * us
    to['energy'] = (to['energy'] ?? 0) + (((row['w'] ?? 0) + (before.row['w'] ?? 0)) / 2) * us
    to['forward'] = (to['forward'] ?? 0) + aboveZero(before.row['a'] ?? 0, row['a'] ?? 0, us)
  })
  return [...buckets.values()]
}

/** The figures of the extra channels, straight from the values. */
function recountChannels(file: string, everyUs: number): unknown[] {
  const rows = query(
    file,
    `SELECT c.time_us, c.channel, c.value, t.measured FROM channel_log c
     JOIN status t ON t.text = c.status ORDER BY c.time_us, c.channel`,
  ) as { time_us: number; channel: string; value: number; measured: number }[]
  const buckets = new Map<string, { n: number; min: number; sum: number; max: number }>()
  for (const { time_us, channel, value } of rows.filter((row) => row.measured === 1)) {
    const key = `${Math.floor(time_us / everyUs)} ${channel}`
    const to = buckets.get(key) ?? { n: 0, min: Infinity, sum: 0, max: -Infinity }
    to.n++
    to.min = Math.min(to.min, value)
    to.sum += Math.round(value * 1e6)
    to.max = Math.max(to.max, value)
    buckets.set(key, to)
  }
  return [...buckets].map(([key, { n, min, sum, max }]) => [
    key,
    { n, min, avg: sum / (n * 1e6), max },
  ])
}

/** The same of what a reader says. */
function readChannels(file: string, everyUs: number): unknown[] {
  const reader = LogReader.open(file)
  try {
    return [...reader.buckets(ALL, everyUs)].flatMap(({ fromUs, channels }) =>
      [...channels].map(([name, summary]) => [`${fromUs / everyUs} ${name}`, summary]),
    )
  } finally {
    reader.close()
  }
}

/** What a reader says. */
function read(file: string, everyUs: number): Cells[] {
  const reader = LogReader.open(file)
  try {
    return [...reader.buckets(ALL, everyUs)]
      .filter(({ samples }) => samples > 0)
      .map((bucket) => ({
        index: bucket.fromUs / everyUs,
        samples: bucket.samples,
        measured: bucket.measured,
        unmeasured: bucket.unmeasured,
        covered: bucket.coveredUs,
        min: bucket.voltage?.min ?? null,
        avg: bucket.voltage?.avg ?? null,
        max: bucket.voltage?.max ?? null,
        charge: bucket.chargeMah,
        energy: bucket.energyMwh,
        forward: bucket.chargeForwardMah,
      }))
  } finally {
    reader.close()
  }
}

function sorted(rows: unknown[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted()
}

function asRead({ sum, charge, energy, forward, ...cells }: Cells): Cells {
  const { measured, covered } = cells
  const hours = (pico: number | null | undefined): number | null =>
    covered === 0 ? null : (pico ?? 0) / PICO_PER_MILLI_HOUR
  return {
    ...cells,
    avg: measured ? (sum ?? 0) / (measured * 1e6) : null,
    charge: hours(charge),
    energy: hours(energy),
    forward: hours(forward),
  }
}

/** Whole seconds and minutes, and what lies across them. */
const LENGTHS_US = [1e6, 2.5e6, 7e6, 60e6, 90e6, 300e6]

/** What a reader says of buckets of that length is what the rows give. */
function expectRecounted(file: string, everyUs: number): void {
  expect(read(file, everyUs)).toEqual(recount(file, everyUs).map(asRead))
  expect(sorted(readChannels(file, everyUs))).toEqual(sorted(recountChannels(file, everyUs)))
}

test('roll-ups and buckets are what the raw rows give, whatever the order of arrival', () => {
  const folder = temporaryFolder()
  let run = 0
  let seconds = 0
  fc.assert(
    fc.property(steps, (steps) => {
      const file = join(folder, `${run++}.db`)
      let timeUs = START_US
      let seq = 0
      const all = steps.map((each): Sample => {
        timeUs += each.gapUs
        if (each.run === 1) seq += 1 + each.skip
        const value = each.micro / 1e6
        return sampleAt(timeUs, each.run === 1 ? seq : null, {
          epochId: each.run,
          electric: !each.bare,
          voltage: each.bare ? Number.NaN : value,
          current: each.bare ? Number.NaN : value,
          power: each.bare ? Number.NaN : value,
          extras: each.bare ? { x: value, y: -value } : each.skip > 0 ? { x: value } : null,
          status: each.status,
        })
      })
      // Late ones come a few or many samples later, or at the end of all, after the program was started again.
      const delay = (i: number): number => (i % 4 === 0 ? 4.5 : 60.5)
      const isSoon = (i: number): boolean => i % 2 === 0
      const late = all.filter((_, i) => steps[i]?.late && !isSoon(i))
      const inTime = all
        .map((sample, i) => ({ sample, at: i + (steps[i]?.late ? delay(i) : 0) }))
        .filter((_, i) => !steps[i]?.late || isSoon(i))
        .toSorted((a, b) => a.at - b.at)
        .map(({ sample }) => sample)
      let log = openWriter(file)
      log.writer.write(batchesOf([], { epochs: EPOCHS }))
      let part: Sample[] = []
      inTime.forEach((sample, i) => {
        part.push(sample)
        if (steps[i]?.split) {
          log.writer.write(batchesOf(part))
          part = []
        }
        if (steps[i]?.restart) {
          // As after SIGKILL: nothing is finished.
          log.writer.write(batchesOf(part))
          part = []
          log.db.close()
          log = openWriter(file)
          log.writer.write(batchesOf([], { epochs: EPOCHS }))
        }
      })
      log.writer.write(batchesOf(part))
      log.end()
      log = openWriter(file)
      log.writer.write(batchesOf(late, { epochs: EPOCHS }))
      // While minutes are dirty, and when all are done.
      for (const everyUs of LENGTHS_US) expectRecounted(file, everyUs)
      log.end()
      for (const everyUs of LENGTHS_US) expectRecounted(file, everyUs)

      const kept = query(
        file,
        `SELECT minute AS "index", samples, measured, unmeasured, covered_us AS covered, v_min AS min,
           coalesce(v_sum, 0) AS sum, v_max AS max, charge_pc AS charge, energy_pj AS energy,
           coalesce(charge_forward_pc, max(0, charge_pc)) AS forward
         FROM minute ORDER BY minute`,
      )
      expect(kept).toEqual(recount(file, 60e6))
      expect(query(file, 'SELECT * FROM dirty')).toEqual([])
      const fast = recount(file, 1e6).flatMap(({ index, samples }) =>
        (samples ?? 0) >= 20 ? [{ index, samples }] : [],
      )
      seconds += fast.length
      expect(query(file, 'SELECT second AS "index", samples FROM second')).toEqual(fast)
    }),
    { numRuns: 30 },
  )
  expect(seconds).toBeGreaterThan(0)
})
