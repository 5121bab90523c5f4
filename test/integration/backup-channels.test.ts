import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import {
  at,
  BackupRig,
  DAY_MS,
  HOUR_MS,
  isRight,
  nameOf,
  rowsIn,
  STEP_MS,
} from '../support/backup-rig.ts'
import { EPOCH, sampleAt } from '../support/log-fixture.ts'

let rig: BackupRig

beforeEach(() => {
  rig = new BackupRig()
})

test('extra channels have a file of their own beside the one that export writes', async () => {
  rig.recordUntil(at(0, 1))
  const samples = [1, 2, 3].map((n) =>
    sampleAt(at(0, 2) * 1000 + n * 1e6, rig.seq++, {
      epochId: EPOCH.id,
      extras: { soc: 80 + n },
      ...(n === 2
        ? { electric: false, voltage: Number.NaN, current: Number.NaN, power: Number.NaN }
        : {}),
    }),
  )
  rig.write(samples)
  rig.recordUntil(at(1, 1))
  const [note] = rig.keeper().check()
  expect(note).toContain('1443 samples')
  const all = join(rig.backups, nameOf(0).replace('.csv', '.channels.csv'))
  expect(readFileSync(rig.pathOf(0), 'utf8')).toBe(await rig.exportOf(0))
  expect(readFileSync(all, 'utf8')).toBe(await rig.exportOf(0, '--channels', 'all'))
  expect([rowsIn(rig.pathOf(0)), rowsIn(all), isRight(rig.pathOf(0)), isRight(all)]).toEqual([
    1442,
    1443,
    true,
    true,
  ])
  rig.recordUntil(at(2, 1))
  rig.keeper().check()
  expect(rig.names().filter((name) => name.includes('channels'))).toHaveLength(2)
  rig.recordUntil(at(3, 1))
  rig.keeper(1).check()
  expect(rig.names()).toEqual([nameOf(2), `${nameOf(2)}.sha256`, 'ina219-backup.json'])
})

test('a sample that could not be measured is there as export writes it, of extra channels or none', async () => {
  const none = { voltage: Number.NaN, current: Number.NaN, power: Number.NaN, electric: false }
  const of = (minute: number, more: Partial<Sample>): Sample =>
    sampleAt((at(0) + minute * STEP_MS) * 1000, rig.seq++, { epochId: EPOCH.id, ...more })
  rig.write([
    of(0, {}),
    of(1, { ...none, status: 'nosensor' }),
    of(2, { ...none, extras: { soc: 80 } }),
    of(3, { ...none, status: 'error', extras: { soc: 81 } }),
  ])
  rig.clock.advance(DAY_MS + HOUR_MS)
  rig.write([sampleAt(rig.clock.wallMs() * 1000, rig.seq++, { epochId: EPOCH.id })])
  rig.keeper().check()
  const text = readFileSync(rig.pathOf(0), 'utf8')
  expect(text).toContain('nosensor')
  expect(text).toBe(await rig.exportOf(0))
  const all = readFileSync(join(rig.backups, nameOf(0).replace('.csv', '.channels.csv')), 'utf8')
  expect(all).toBe(await rig.exportOf(0, '--channels', 'all'))
})

test('a lost file of channels is written again, and so is its checksum', async () => {
  rig.write([sampleAt(at(0, 2) * 1000, rig.seq++, { epochId: EPOCH.id, extras: { soc: 80 } })])
  rig.recordUntil(at(1, 1))
  rig.keeper().check()
  const all = join(rig.backups, nameOf(0).replace('.csv', '.channels.csv'))
  const right = await rig.exportOf(0, '--channels', 'all')
  for (const [lost, what] of [
    [[all, `${all}.sha256`], 'file of channels'],
    [[`${all}.sha256`], 'checksum'],
  ] as const) {
    for (const file of lost) rmSync(file)
    expect(rig.keeper().check()).toEqual([
      `2026-11-16 written again, its ${what} was missing: 1441 samples, 0.1 MB`,
    ])
    expect([readFileSync(all, 'utf8') === right, isRight(all)]).toEqual([true, true])
    expect(rig.keeper().check()).toEqual([])
  }
})
