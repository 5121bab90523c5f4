import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { KnownLog } from '../../src/storage/read/known-log.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { EMPTY_BATCH } from '../../src/storage/write/log-batch.ts'
import { SpillFile } from '../../src/storage/write/spill-file.ts'
import { burstOf } from '../support/bursts.ts'
import { temporaryFolder } from '../support/folder.ts'
import { KeeperRig } from '../support/keeper-rig.ts'
import {
  ALL,
  batchesOf,
  EPOCH,
  makeLog,
  openWriter,
  query,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'
import { toLayout6 } from '../support/old-layouts.ts'
import { damaged, idsIn, PAGE, repaired } from '../support/repair-rig.ts'

let file = ''
beforeEach(() => {
  file = join(temporaryFolder(), 'a.db')
})

function burstsIn(path = file) {
  const reader = LogReader.open(path)
  try {
    return reader.bursts(ALL)
  } finally {
    reader.close()
  }
}

const bench = (seconds: number, change = {}) => {
  return { ...burstOf(START_US + seconds * 1e6, change), device: 'bench' }
}

describe('bursts in the log', () => {
  it('are read as they were written, each under a number of its own', () => {
    const untold = bench(2, { number: 2, trigger: null, dtUs: 84.25, shuntOhm: 0.0995 })
    const fall = bench(3, { trigger: { level: -0.2, slope: 'fall' } })
    const store = { ...burstOf(START_US), device: 'store' }
    makeLog(file, series(10, 1e6), { bursts: [bench(1), untold, fall, store] })
    expect(burstsIn()).toEqual([
      { id: 4, ...store },
      { id: 1, ...bench(1) },
      { id: 2, ...untold },
      { id: 3, ...fall },
    ])
    const reader = LogReader.open(file)
    expect(reader.burst(2)).toEqual({ id: 2, ...untold })
    expect(reader.burst(5)).toBe(null)
    const range = { fromUs: START_US + 2e6, toUs: START_US + 3e6, device: 'bench' }
    expect(reader.bursts(range).map(({ id }) => id)).toEqual([2])
    reader.close()
  })

  it('are there for the shell of SQLite, without their holes', () => {
    makeLog(file, series(10, 1e6), { bursts: [bench(1)] })
    const rows = query(file, 'SELECT * FROM burst_log ORDER BY t_us')
    expect(rows).toHaveLength(38)
    const timestamp = START_US / 1000 + 1000
    expect(rows[9]).toEqual({ burst: 1, timestamp, device: 'bench', t_us: -84, current: 0.0012 })
    expect(rows[10]).toEqual({ burst: 1, timestamp, device: 'bench', t_us: 0, current: 1.492 })
  })

  it('go with the samples of their device', () => {
    const log = openWriter(file, 60_000)
    const bursts = [bench(0), bench(50), bench(170), { ...burstOf(START_US), device: 'store' }]
    log.writer.write(batchesOf(series(100, 1e6), { bursts }))
    log.writer.write(batchesOf(series(100, 1e6, 100)))
    log.end()
    // That of a device that has sent nothing since is not past its own retention.
    expect(burstsIn().map(({ device, timeUs }) => [device, (timeUs - START_US) / 1e6])).toEqual([
      ['store', 0],
      ['bench', 170],
    ])
  })

  it('flow back from the spill file', () => {
    const rig = new KeeperRig()
    makeLog(rig.file, series(10, 1e6))
    const untold = bench(21, { trigger: null, number: 2 })
    const batches = batchesOf(series(10, 1e6, 10), { bursts: [bench(20), untold] })
    SpillFile.of(rig.file).append(EMPTY_BATCH, batches)
    expect(readFileSync(rig.spill, 'utf8')).toMatch(/^burst,\d+,bench,1,84,10,0.1,1,rise,"\[12,/m)
    rig.start().close()
    expect(burstsIn(rig.file)).toEqual([
      { id: 1, ...bench(20) },
      { id: 2, ...untold },
    ])
  })

  it('come through a repair', () => {
    makeLog(file, series(3000, 1e6), { bursts: [bench(1), bench(2, { trigger: null })] })
    const bytes = readFileSync(file)
    const pages = Array.from({ length: bytes.length / PAGE }, (_, i) => i + 1)
    const page = pages.find((each) => idsIn(bytes, each).some((id) => id > START_US + 1000e6))
    const report = repaired(damaged(file, [page as number], () => 0xaa))
    expect(report).toMatchObject({ damagedPages: 1, bursts: 2 })
    expect(burstsIn(report.out)).toEqual(burstsIn())
  })
})

it('a log of layout 6 has none, and takes them once it was opened to write', () => {
  makeLog(file, series(100, 1e6))
  toLayout6(file)
  const before = query(file, 'SELECT * FROM power_log')
  expect(burstsIn()).toEqual([])
  // As `import` sees it, also where it only tries.
  const known = KnownLog.open(file, 'other')
  expect(known.hasBurst(bench(100))).toBe(false)
  const log = openWriter(file)
  const bursts = [bench(100)]
  log.writer.write(batchesOf([sampleAt(START_US + 100e6, 100)], { epochs: [EPOCH], bursts }))
  log.end()
  expect(query(file, 'SELECT * FROM power_log LIMIT 100')).toEqual(before)
  expect(burstsIn()).toEqual([{ id: 1, ...bench(100) }])
  expect(known.hasBurst(bench(100))).toBe(true)
  expect(known.hasBurst(bench(101))).toBe(false)
  known.close()
})
