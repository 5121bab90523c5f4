import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { samplePieces } from '../../src/export/sample-pieces.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ALL, makeLog, series } from '../support/log-fixture.ts'

const PAGE_BYTES = 4096
const LEAF = 0x0d

/** Where the leaves of the table of samples are, in order of time, by far the fullest pages of the file. */
function leavesOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / PAGE_BYTES }, (_, i) => i * PAGE_BYTES).filter(
    (at) => at > 0 && bytes[at] === LEAF && bytes.readUInt16BE(at + 3) > 100,
  )
}

/** Ten minutes at 10 Hz, in which one leaf stands in the place of another, too. */
function openDamaged(from: number, to: number): LogReader {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, series(6000, 100_000))
  const bytes = readFileSync(file)
  const leaves = leavesOf(bytes)
  const [source, target] = [leaves[from], leaves[to]] as [number, number]
  bytes.copyWithin(target, source, source + PAGE_BYTES)
  writeFileSync(file, bytes)
  const reader = LogReader.open(file)
  onTestFinished(() => reader.close())
  return reader
}

const PLACES = [
  [5, 15],
  [15, 5],
  [14, 15],
  [3, 4],
  [0, 30],
  [30, 0],
  [15, 14],
  [4, 3],
] as const

test.each(PLACES)('page %d over page %d ends the export with an error, never early', (from, to) => {
  const reader = openDamaged(from, to)
  for (const format of ['csv', 'ndjson'] as const) {
    expect(() => drain(samplePieces(reader, ALL, format, []))).toThrow(/is damaged/)
  }
})

test.each(PLACES)(
  'page %d over page %d ends percentiles with an error, of buckets and of the whole',
  (from, to) => {
    const reader = openDamaged(from, to)
    const wish = { withPercentiles: true, withMoments: false }
    for (const everyUs of [7e6, 60e6]) {
      expect(() => drain(reader.detailedBuckets(ALL, everyUs, wish))).toThrow(/is damaged/)
    }
    expect(() => reader.detailedTotals(reader.totals(ALL), ALL, wish)).toThrow(/is damaged/)
  },
)

function drain(pieces: Iterable<unknown>): void {
  for (const _piece of pieces);
}
