import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import { batchesOf, EPOCH, openWriter, query, START_US, sampleAt } from '../support/log-fixture.ts'

/** Decimals as devices print them, and any double at all. */
const value = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -40_000_000, max: 40_000_000 }).map((n) => n / 1e6) },
  { weight: 2, arbitrary: fc.integer({ min: -40_000, max: 40_000 }).map((n) => n / 1e3) },
  { weight: 2, arbitrary: fc.integer().map((n) => Number(`${n}e-9`)) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 1e-7, 9_007_199_254, 9_007_199_255, 1e16, -3e20, 0.1 + 0.2),
  },
)

test('every value is read back exactly as it was sent', () => {
  const folder = temporaryFolder()
  let run = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, value, value, fc.option(fc.nat())), { minLength: 1, maxLength: 40 }),
      (rows) => {
        const file = join(folder, `${run++}.db`)
        const samples = rows.map(([voltage, current, power, seq], i) =>
          sampleAt(START_US + i, seq, { voltage, current, power }),
        )
        const log = openWriter(file)
        log.writer.write(batchesOf(samples, { epochs: [EPOCH] }))
        log.end()
        const sent = samples.map((each) => [
          // A log has no negative zero.
          each.voltage + 0,
          each.current + 0,
          each.power + 0,
          each.seq,
        ])
        const reader = LogReader.open(file)
        const range = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER, device: null }
        const got = [...reader.samples(range)].flat()
        reader.close()
        expect(got.map((each) => [each.voltage, each.current, each.power, each.seq])).toEqual(sent)
        const seen = query(file, 'SELECT voltage, current, power, sequence FROM power_log')
        expect(seen.map((row) => Object.values(row))).toEqual(sent)
      },
    ),
    { numRuns: 40 },
  )
})
