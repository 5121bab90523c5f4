import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { WriterLock } from '../../src/storage/file/writer-lock.ts'
import { KeeperRig, refusal } from '../support/keeper-rig.ts'

let rig: KeeperRig

beforeEach(() => {
  rig = new KeeperRig()
})

describe('the second writer', () => {
  test('reports who the first one is, and may write once that is gone', () => {
    const first = rig.start()
    const error = refusal(() => rig.keeper().open())
    expect(error.code).toBe('log_in_use')
    expect(error.message).toContain(`process ${process.pid}`)
    first.close()
    const second = rig.start()
    second.close()
  })

  test('another process is kept out as well', () => {
    const first = rig.start()
    const script = `
      const Database = require('better-sqlite3')
      const db = new Database(process.argv[1], { timeout: 0 })
      try { db.exec('BEGIN IMMEDIATE'); console.log('got it') } catch (error) { console.log(error.code) }`
    const child = spawnSync(process.execPath, ['-e', script, `${rig.file}.lock`], {
      encoding: 'utf8',
    })
    expect(child.stdout.trim()).toBe('SQLITE_BUSY')
    first.close()
    const later = spawnSync(process.execPath, ['-e', script, `${rig.file}.lock`], {
      encoding: 'utf8',
    })
    expect(later.stdout.trim()).toBe('got it')
  })

  test('a lock file that a power cut spoilt does not lock anyone out', () => {
    const once = rig.start()
    once.close()
    const sound = readFileSync(`${rig.file}.lock`)
    const spoilt = [
      Buffer.alloc(0),
      Buffer.alloc(sound.length),
      sound.subarray(0, 4096),
      Buffer.concat([sound.subarray(0, 4096), Buffer.alloc(4096, 0xa5)]),
    ]
    for (const bytes of spoilt) {
      writeFileSync(`${rig.file}.lock`, bytes)
      const first = rig.keeper()
      first.open()
      expect(refusal(() => rig.keeper().open()).code).toBe('log_in_use')
      first.close()
    }
  })

  test('a lock file that is deleted while it is being locked locks nobody out, nor two in', () => {
    const { exec } = Database.prototype
    vi.spyOn(Database.prototype, 'exec').mockImplementationOnce(function (
      this: Database.Database,
      sql,
    ) {
      // As another process does that made it and finds that its log is damaged.
      rmSync(`${rig.file}.lock`)
      return exec.call(this, sql)
    })
    const lock = WriterLock.acquire(rig.file, 0)
    expect(lock.stands).toBe(true)
    expect(() => WriterLock.acquire(rig.file, 0)).toThrow(/is being written by/)
    lock.release()
  })

  test('what is no lock file, or a link, is left alone, and reported', () => {
    const lock = `${rig.file}.lock`
    const cats = new Database(join(rig.folder, 'cats.db'))
    cats.exec('CREATE TABLE cats(name TEXT)')
    cats.close()
    const others = [Buffer.from('mine'), readFileSync(join(rig.folder, 'cats.db'))]
    for (const bytes of others) {
      writeFileSync(lock, bytes)
      const error = refusal(() => rig.keeper().open())
      expect(error).toMatchObject({ code: 'log_unwritable', hint: expect.stringContaining('move') })
      expect(error.message).toContain('log.db.lock is in the way')
      expect(readFileSync(lock)).toEqual(bytes)
    }
    rmSync(lock)
    symlinkSync('planted', lock)
    expect(refusal(() => rig.keeper().open()).message).toContain('in the way')
    expect(readdirSync(rig.folder).sort()).toEqual(['cats.db', 'log.db.lock'])
  })
})
