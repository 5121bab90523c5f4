import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { KeeperRig } from '../support/keeper-rig.ts'
import { batchesOf, EPOCH, makeLog, query, series } from '../support/log-fixture.ts'

let rig: KeeperRig

beforeEach(() => {
  rig = new KeeperRig()
})

describe('the file of a running log', () => {
  test('is put back whole when it was deleted', () => {
    const keeper = rig.start()
    const samples = series(300, 100_000)
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    rmSync(rig.file)
    keeper.accept(batchesOf(samples.slice(100, 200)))
    expect(rig.last).toMatchObject({ kind: 'recording', durable: 2 })
    for (const suffix of ['', '-wal', '-shm']) rmSync(rig.file + suffix)
    keeper.tick()
    expect(existsSync(rig.file)).toBe(true)
    rmSync(`${rig.file}-wal`)
    keeper.accept(batchesOf(samples.slice(200)))
    rmSync(rig.file)
    keeper.close()
    rig.expectAll(300)
    expect(query(rig.file, 'SELECT DISTINCT epoch, device FROM power_log')).toEqual([
      { epoch: 1, device: 'bench' },
    ])
    const details = query(rig.file, "SELECT detail FROM power_event WHERE kind = 'spill'")
    expect(details).toHaveLength(4)
    expect(details[0]?.['detail']).toContain('deleted, and has been put back whole')
    expect(readdirSync(join(rig.file, '..')).sort()).toEqual(['log.db', 'log.db.lock'])
  })

  test('is whole where it was moved to, and begun anew', () => {
    const keeper = rig.start()
    const samples = series(200, 100_000)
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    renameSync(rig.file, `${rig.file}.old`)
    keeper.accept(batchesOf(samples.slice(100)))
    keeper.close()
    expect(query(`${rig.file}.old`, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 100 }])
    expect(query(rig.file, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 100 }])
  })

  test('is put back, folder and lock and all, when the folder was deleted', () => {
    rig.file = join(temporaryFolder(), 'sub', 'log.db')
    const keeper = rig.start()
    keeper.accept(batchesOf(series(100, 100_000), { epochs: [EPOCH] }))
    rmSync(join(rig.file, '..'), { recursive: true })
    keeper.accept(batchesOf(series(100, 100_000, 100)))
    expect(rig.last.kind).toBe('recording')
    expect(() => rig.start()).toThrow(/is being written by/)
    keeper.close()
    rig.expectAll(200)
  })

  test('is gone on with when it was replaced by another log, whose runs stay apart', () => {
    const replacement = join(temporaryFolder(), 'other.db')
    const samples = series(300, 100_000)
    const other = { ...EPOCH, device: 'someone else' }
    makeLog(replacement, samples.slice(0, 50), { epochs: [other] })
    const keeper = rig.start()
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    renameSync(replacement, rig.file)
    keeper.accept(batchesOf(samples.slice(100)))
    keeper.close()
    expect(query(rig.file, 'SELECT device, count(*) AS n FROM power_log GROUP BY 1')).toEqual([
      { device: 'bench', n: 200 },
      { device: 'someone else', n: 50 },
    ])
    // What had been in it before is kept.
    const kept = query(`${rig.file}.replaced-1`, 'SELECT count(*) AS n FROM power_log')
    expect(kept).toEqual([{ n: 100 }])
  })

  test('is not touched when it was replaced by something else', () => {
    const keeper = rig.start()
    keeper.accept(batchesOf(series(100, 100_000), { epochs: [EPOCH] }))
    const replacement = `${rig.file}.txt`
    writeFileSync(replacement, 'not a database\n'.repeat(50))
    renameSync(replacement, rig.file)
    keeper.accept(batchesOf(series(100, 100_000, 100)))
    expect(rig.last.kind).toBe('spilling')
    keeper.close()
    expect(readFileSync(rig.file, 'utf8')).toBe('not a database\n'.repeat(50))
    // The samples are safe beside it.
    expect(readFileSync(rig.spill, 'utf8').match(/^sample,/gm)).toHaveLength(100)
  })

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'is waited for while its folder is read-only',
    () => {
      const keeper = rig.start()
      chmodSync(join(rig.file, '..'), 0o500)
      rmSync(rig.file, { force: true })
      keeper.accept(batchesOf(series(100, 100_000), { epochs: [EPOCH] }))
      chmodSync(join(rig.file, '..'), 0o700)
      rig.nowMs += 60_000
      keeper.tick()
      keeper.close()
      rig.expectAll(100)
    },
  )
})
