import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { EMPTY_BATCH } from '../../src/storage/write/log-batch.ts'
import { MEMORY_MS } from '../../src/storage/write/log-keeper.ts'
import { SpillFile } from '../../src/storage/write/spill-file.ts'
import { KeeperRig, refusal } from '../support/keeper-rig.ts'
import { batchesOf, EPOCH, makeLog, query, series } from '../support/log-fixture.ts'

let rig: KeeperRig

beforeEach(() => {
  rig = new KeeperRig()
})

describe('the spill file', () => {
  const samples = series(1000, 100_000)

  /** As a run leaves it that was killed while the log was locked. */
  function leaveSpill(from: number, to: number): void {
    SpillFile.of(rig.file).append(
      { ...EMPTY_BATCH, epochs: [EPOCH] },
      batchesOf(samples.slice(from, to)),
    )
  }

  test('a run does not begin before it has flowed back', () => {
    makeLog(rig.file, samples.slice(0, 100))
    leaveSpill(100, 200)
    const unlock = rig.lockOut()
    expect(() => rig.start()).toThrow(expect.objectContaining({ code: 'log_in_use' }))
    unlock()
    rig.start().close()
    rig.expectAll(200)
  })

  test('what flowed back is told, also of a device without boot number beside one that has one', () => {
    makeLog(rig.file, samples.slice(0, 100))
    const plain = { ...EPOCH, id: 2, device: 'plain', boot: null }
    const own = samples.slice(100, 200).map((each) => ({ ...each, epochId: plain.id, seq: null }))
    SpillFile.of(rig.file).append(EMPTY_BATCH, batchesOf(own, { epochs: [plain] }))
    rig.start().close()
    expect(query(rig.file, 'SELECT kind, device, detail FROM power_event')).toEqual([
      {
        kind: 'spill',
        device: 'plain',
        detail: '100 samples of an earlier run came from the spill file',
      },
    ])
  })

  test('a torn last line was never acknowledged and does no harm', () => {
    makeLog(rig.file, samples.slice(0, 100))
    leaveSpill(100, 200)
    appendFileSync(rig.spill, 'sample,17952055')
    leaveSpill(200, 300)
    appendFileSync(rig.spill, 'sample,1795205580')
    rig.start().close()
    rig.expectAll(300)
  })

  test('a first line that was not finished counts as none', () => {
    makeLog(rig.file, samples.slice(0, 100))
    writeFileSync(rig.spill, 'spill,1234')
    leaveSpill(100, 200)
    rig.start().close()
    rig.expectAll(200)
  })

  test('what had flowed back before a crash does not come twice', () => {
    makeLog(rig.file, samples.slice(0, 100))
    leaveSpill(100, 200)
    const copy = readFileSync(rig.spill)
    rig.start().close()
    // The crash came after the commit and before the file was removed.
    writeFileSync(rig.spill, copy)
    const id = SpillFile.of(rig.file).readId()
    const db = new Database(rig.file)
    db.prepare('INSERT INTO spill VALUES (?, ?)').run(id, copy.length)
    db.close()
    leaveSpill(200, 300)
    rig.start().close()
    rig.expectAll(300)
    expect(query(rig.file, 'SELECT * FROM spill')).toEqual([])
  })

  test('a file of someone else in its place is left alone', () => {
    makeLog(rig.file, samples.slice(0, 100))
    writeFileSync(rig.spill, 'my,own,data\n')
    expect(() => rig.start()).toThrow(/in the way/)
    expect(readFileSync(rig.spill, 'utf8')).toBe('my,own,data\n')
    const appending = (): void => leaveSpill(100, 200)
    expect(appending).toThrow(/in the way/)
    expect(readFileSync(rig.spill, 'utf8')).toBe('my,own,data\n')
  })

  test('where it can be written neither, the samples are not called durable', () => {
    const keeper = rig.start()
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    rig.lockOut()
    mkdirSync(rig.spill)
    keeper.accept(batchesOf(samples.slice(100, 200)))
    rig.nowMs += MEMORY_MS
    keeper.tick()
    expect(rig.last).toMatchObject({ kind: 'spilling', durable: 1 })
    expect(rig.last.reason).toContain('spill file')
    expect(() => keeper.close()).toThrow(/100 samples could not be saved/)
  })
})

test('a spill file that is a link is neither read nor written', () => {
  makeLog(rig.file, series(10, 1000))
  writeFileSync(join(rig.folder, 'precious'), 'spill,8d0b1d66-6f4c-4b3e-9b0e-0f5b6a2b7c11\n')
  symlinkSync('precious', rig.spill)
  expect(refusal(() => rig.keeper().open()).message).toContain('spill.csv is in the way')
  const held = SpillFile.of(rig.file)
  expect(refusal(() => held.append(EMPTY_BATCH, [])).code).toBe('log_unwritable')
  expect(readFileSync(join(rig.folder, 'precious'), 'utf8')).toHaveLength(43)
})
