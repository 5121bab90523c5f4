import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { batchesOf, EPOCH, openWriter, query, series } from '../support/log-fixture.ts'
import { expectSound, makeTwoDeviceLog, repaired, SAMPLES } from '../support/repair-rig.ts'

describe('repair', () => {
  it('takes what is in the WAL, and nothing of a commit that did not end', () => {
    const folder = temporaryFolder()
    const file = join(folder, 'live.db')
    const log = openWriter(file)
    log.writer.write(batchesOf(series(2000, 100_000), { epochs: [EPOCH] }))
    const rows = log.db.prepare(SAMPLES).all()
    const copy = join(folder, 'copy.db')
    copyFileSync(file, copy)
    const wal = readFileSync(`${file}-wal`)
    // The last page of a further commit is torn.
    log.writer.write(batchesOf(series(500, 100_000, 2000)))
    const more = readFileSync(`${file}-wal`)
    expect(more.length).toBeGreaterThan(wal.length)
    writeFileSync(`${copy}-wal`, more.subarray(0, more.length - 700))
    const main = readFileSync(copy)
    main.fill(0x5a, 0, 100)
    writeFileSync(copy, main)
    const report = repaired(copy)
    expect(query(report.out, SAMPLES)).toEqual(rows)
    expectSound(report)
    log.end()
  })

  it('leaves out a WAL that is not that of the log, and says so', () => {
    const folder = temporaryFolder()
    const file = makeTwoDeviceLog(folder)
    const other = openWriter(join(folder, 'other.db'))
    other.writer.write(batchesOf(series(700, 100_000), { epochs: [EPOCH] }))
    copyFileSync(`${join(folder, 'other.db')}-wal`, `${file}-wal`)
    other.end()
    const report = repaired(file)
    expect(report).toMatchObject({
      isSound: false,
      faults: ['its WAL is that of another file: left out'],
      missing: 0,
    })
    rmSync(`${file}-wal`)
    expect(query(report.out, SAMPLES)).toEqual(query(file, SAMPLES))
    expectSound(report)
  })

  it.each([
    ['head', 0, /^the head of its WAL is damaged$/],
    ['middle', 4096 * 6, /^its WAL is damaged: \d+ of its pages can't be used$/],
  ])('does not call a log sound whose WAL has lost its %s', (_what, at, fault) => {
    const folder = temporaryFolder()
    const log = openWriter(join(folder, 'live.db'))
    log.writer.write(batchesOf(series(1000, 100_000), { epochs: [EPOCH] }))
    log.db.pragma('wal_checkpoint(TRUNCATE)')
    log.writer.write(batchesOf(series(1000, 100_000, 1000), { epochs: [] }))
    const copy = join(folder, 'copy.db')
    copyFileSync(join(folder, 'live.db'), copy)
    copyFileSync(`${join(folder, 'live.db')}-wal`, `${copy}-wal`)
    log.end()
    // SQLite does without what it can't read of a WAL, and says nothing.
    const wal = readFileSync(`${copy}-wal`)
    wal.fill(0x5a, at, at + 600)
    writeFileSync(`${copy}-wal`, wal)
    const report = repaired(copy)
    expect(report).toMatchObject({ isSound: false, faults: [expect.stringMatching(fault)] })
    expectSound(report)
  })
})
