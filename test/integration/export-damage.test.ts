import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { samplePieces } from '../../src/export/sample-pieces.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { ALL, makeLog, series, tempFolder } from '../support/log-fixture.ts'

const PAGE_BYTES = 4096
const LEAF = 0x0d

/** Where the leaves of the table of samples are, in order of time, by far the fullest pages of the file. */
function leavesOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / PAGE_BYTES }, (_, i) => i * PAGE_BYTES).filter(
    (at) => at > 0 && bytes[at] === LEAF && bytes.readUInt16BE(at + 3) > 100,
  )
}

test.each([
  [5, 15],
  [15, 5],
  [14, 15],
  [3, 4],
  [0, 30],
  [30, 0],
])('a page (%d) over another (%d) ends the export with an error, never early', (from, to) => {
  const file = join(tempFolder(), 'log.db')
  makeLog(file, series(6000, 100_000))
  const bytes = readFileSync(file)
  const leaves = leavesOf(bytes)
  const [source, target] = [leaves[from], leaves[to]] as [number, number]
  bytes.copyWithin(target, source, source + PAGE_BYTES)
  writeFileSync(file, bytes)
  for (const format of ['csv', 'ndjson'] as const) {
    const reader = LogReader.open(file)
    const read = (): void => {
      for (const _piece of samplePieces(reader, ALL, format, []));
    }
    expect(read).toThrow(/is damaged/)
    reader.close()
  }
})
