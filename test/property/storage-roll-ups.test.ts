import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import {
  batchesOf,
  EPOCH,
  openWriter,
  query,
  START_US,
  sampleAt,
  tempFolder,
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
}

const EPOCHS = [EPOCH, { ...EPOCH, id: 2, boot: null }]

const step: fc.Arbitrary<Step> = fc.record({
  gapUs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 3_000_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 30_000_000, max: 200_000_000 }) },
  ),
  skip: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.nat(5)),
  micro: fc.integer({ min: -3_000_000, max: 3_000_000 }),
  status: fc.oneof(
    { weight: 8, arbitrary: fc.constant('ok') },
    fc.constantFrom('clip', 'ovf', 'ok,out_of_range', 'out_of_range', 'nosensor'),
  ),
  late: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
  split: fc.boolean(),
  restart: fc.oneof({ weight: 20, arbitrary: fc.constant(false) }, fc.constant(true)),
  run: fc.constantFrom(1, 1, 2),
})

/** Whether a row follows directly on the one before of its run, by the words of docs/log.md. */
function follows(run: readonly Record<string, number>[]): boolean {
  const [before, row] = run.slice(-2) as [Record<string, number>, Record<string, number>]
  if (row['seq'] !== null) return row['seq'] === (before['seq'] ?? 0) + 1
  const spacings = run.slice(1, -1).map((each, i) => (each['id'] ?? 0) - (run[i]?.['id'] ?? 0))
  const usual = spacings.slice(-32).toSorted((a, b) => b - a)
  const longest = usual.length === 0 ? 10e6 : 3 * (usual[1] ?? (usual[0] as number)) + 0.5e6
  return (row['id'] ?? 0) - (before['id'] ?? 0) <= longest
}

/** Minute figures straight from the rows, written as simply as can be. */
function reference(file: string): Record<string, number | null>[] {
  const rows = query(
    file,
    `SELECT s.id, s.seq, s.epoch_id, s.v / 1e6 AS v, s.a, s.w, t.measured
     FROM sample s JOIN status t ON t.id = s.status_id ORDER BY s.id`,
  ) as Record<string, number>[]
  const minutes = new Map<number, Record<string, number | null>>()
  const runs: Record<number, Record<string, number>[]> = { 1: [], 2: [] }
  rows.forEach((row) => {
    const run = runs[row['epoch_id'] as number] as Record<string, number>[]
    const before = run.at(-1)
    run.push(row)
    const minute = Math.floor((row['id'] ?? 0) / 60e6)
    const m = minutes.get(minute) ?? {
      minute,
      samples: 0,
      measured: 0,
      covered: 0,
      min: null,
      max: null,
      charge: 0,
      energy: 0,
    }
    minutes.set(minute, m)
    m['samples'] = (m['samples'] ?? 0) + 1
    if (row['measured'] !== 1) return
    const v = row['v'] ?? 0
    m['measured'] = (m['measured'] ?? 0) + 1
    m['min'] = Math.min(m['min'] ?? Infinity, v)
    m['max'] = Math.max(m['max'] ?? -Infinity, v)
    if (before?.['measured'] !== 1 || !follows(run)) return
    const us = (row['id'] ?? 0) - (before['id'] ?? 0)
    m['covered'] = (m['covered'] ?? 0) + us
    m['charge'] = (m['charge'] ?? 0) + (((row['a'] ?? 0) + (before['a'] ?? 0)) / 2) * us
    m['energy'] = (m['energy'] ?? 0) + (((row['w'] ?? 0) + (before['w'] ?? 0)) / 2) * us
  })
  return [...minutes.values()]
}

test('the minute rows are what the raw rows give, whatever the order of arrival', () => {
  const folder = tempFolder()
  let run = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
      const file = join(folder, `${run++}.db`)
      let timeUs = START_US
      let seq = 0
      const all = steps.map((each): Sample => {
        timeUs += each.gapUs
        if (each.run === 1) seq += 1 + each.skip
        const value = each.micro / 1e6
        return sampleAt(timeUs, each.run === 1 ? seq : null, {
          epochId: each.run,
          voltage: value,
          current: value,
          power: value,
          status: each.status,
        })
      })
      // Late ones come at the end of all, after the program was started again.
      const inTime = all.filter((_, i) => !steps[i]?.late)
      const late = all.filter((_, i) => steps[i]?.late)
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
      log.end()

      const kept = query(
        file,
        `SELECT minute, samples, measured, covered_us AS covered, v_min AS min, v_max AS max,
           charge_pc AS charge, energy_pj AS energy FROM minute ORDER BY minute`,
      )
      expect(kept).toEqual(reference(file))
      expect(query(file, 'SELECT * FROM dirty')).toEqual([])
    }),
    { numRuns: 60 },
  )
})
