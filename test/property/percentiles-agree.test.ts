import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPercentile, STATISTICS } from '../../src/stats/statistic-names.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ALL, batchesOf, EPOCH, openWriter, START_US, sampleAt } from '../support/log-fixture.ts'

const EPOCHS = [EPOCH, { ...EPOCH, id: 2, device: 'other' }]

/** As sensors send them, with more digits than millionths, whole and beyond all measure. */
const value = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: -3000, max: 3000 }).map((step) => step / 1000) },
  { weight: 20, arbitrary: fc.integer({ min: -1e9, max: 1e9 }).map((micro) => micro / 1e6) },
  { weight: 1, arbitrary: fc.constantFrom(0.1234567891, 1e12, -1e300) },
)

const step = fc.record({
  gapUs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 300_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 20_000_000 }) },
  ),
  voltage: value,
  current: value,
  power: value,
  status: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'clip', 'ovf', 'out_of_range'),
  run: fc.constantFrom(1, 1, 2),
})

test('percentiles alone, from digits, are those that whole samples give', () => {
  const folder = temporaryFolder()
  let run = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 700, size: 'max' }), (steps) => {
      const file = join(folder, `${run++}.db`)
      let timeUs = START_US
      const samples = steps.map(({ gapUs, run: epochId, ...values }, seq) => {
        timeUs += gapUs
        return sampleAt(timeUs, seq, { epochId, ...values })
      })
      const log = openWriter(file)
      log.writer.write(batchesOf(samples, { epochs: EPOCHS }))
      log.end()
      const reader = LogReader.open(file)
      try {
        for (const everyUs of [7e6, 600e6]) expectAgreed(reader, everyUs)
        const totals = reader.totals(ALL)
        const [some, all] = [false, true].map((withMoments) =>
          reader.detailedTotals(totals, ALL, { withPercentiles: true, withMoments }).map(shown),
        )
        expect(some).toEqual(all)
      } finally {
        reader.close()
      }
    }),
    { numRuns: 15 },
  )
})

function expectAgreed(reader: LogReader, everyUs: number): void {
  const [some, all] = [false, true].map((withMoments) =>
    [...reader.detailedBuckets(ALL, everyUs, { withPercentiles: true, withMoments })].map(shown),
  )
  expect(some).toEqual(all)
}

type Detailed = ReturnType<LogReader['detailedTotals']>[number]

/** What is asked for; the rest need not be there. */
function shown({ device, fromUs, statistics }: Detailed): unknown {
  const channels = [...(statistics ?? [])].map(
    ([id, { n, min, max, percentileError, figures }]) => [
      id,
      { n, min, max, percentileError },
      STATISTICS.filter(isPercentile).map((name) => figures[name]),
    ],
  )
  return { device, fromUs, isKnown: statistics !== null, channels }
}
