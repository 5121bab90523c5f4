import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { createDraft } from '../../src/util/draft-file.ts'
import { KeeperRig } from '../support/keeper-rig.ts'
import { makeLog, series } from '../support/log-fixture.ts'

let rig: KeeperRig

beforeEach(() => {
  rig = new KeeperRig()
})

describe('drafts', () => {
  /** A draft of the log, of a process that is gone or not. */
  function draftOf(pid: number): string {
    const name = basename(createDraft(rig.file))
    rmSync(join(rig.folder, name))
    const other = name.replace(/-\d+-[0-9a-f]+$/, `-${pid}-0123456789abcdef`)
    writeFileSync(join(rig.folder, other), 'x')
    return other
  }

  test('are private, under a name that differs each time, and never a link', () => {
    const [first, second] = [createDraft(rig.file), createDraft(rig.file)]
    expect(first).not.toBe(second)
    expect(basename(first)).toMatch(/^\.log\.db\.ina219-[0-9a-f]{8}-\d+-[0-9a-f]{16}$/)
    if (process.platform !== 'win32') expect(statSync(first).mode & 0o777).toBe(0o600)
  })

  test('that a killed process left are removed by the next writer, all others stay', () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    const dead = draftOf(pid)
    writeFileSync(join(rig.folder, `${dead}-wal`), 'x')
    // A container's process has the same number each time.
    draftOf(process.pid)
    const alive = draftOf(process.ppid)
    const own = basename(createDraft(rig.file))
    const strangers = ['.log.db.ina219', `${dead}.txt`, '.other.db.ina219-0-1-0', 'log.db.new']
    for (const name of strangers) writeFileSync(join(rig.folder, name), 'mine')
    const first = rig.start()
    first.close()
    expect(readdirSync(rig.folder).sort()).toEqual(
      ['log.db', 'log.db.lock', alive, own, ...strangers].sort(),
    )
  })

  test('that were killed while they became the log do not make it one with two names', () => {
    makeLog(rig.file, series(10, 1000))
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    const dead = join(rig.folder, draftOf(pid))
    rmSync(dead)
    linkSync(rig.file, dead)
    const first = rig.start()
    first.close()
    expect(existsSync(dead)).toBe(false)
  })
})
