import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { finished, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'

/** Frames of a device, one a minute over the days before today, until some minutes ago. */
function framesOf(days: number): string {
  const nowS = Math.floor(Date.now() / 1000)
  const lines: string[] = []
  for (let n = 0, ts = nowS - days * 86_400; ts < nowS; ts += 60, n++) {
    lines.push(`{"v":${5 + (n % 10) / 100},"a":0.1,"ts":${ts},"seq":${n}}`)
  }
  return `${lines.join('\n')}\n`
}

it('a run writes the days that are over, and says so on record', async () => {
  const folder = temporaryFolder()
  const db = join(folder, 'log.db')
  const backups = join(folder, 'days')
  const log = ['--db', db, '--retain', '5d', '--output', 'none']
  const first = await ina219(['monitor', '--stdin', '--keep-time', ...log], framesOf(3))
  expect(first.code).toBe(0)
  const child = start(['monitor', '--mock', ...log, '--backup', backups])
  const end = finished(child)
  const files = (): string[] => readdirSync(backups).filter((name) => name.endsWith('.csv'))
  // The first of the days is written as far as it is in the log, the one that is just over after some minutes.
  await until('the days', () => {
    try {
      return files().length >= 2
    } catch {
      return false
    }
  })
  const events = async (): Promise<string> =>
    (await ina219(['export', '--db', db, '--events'])).stdout
  await until('the events', async () => (await events()).split(',backup,').length >= 3)
  child.kill('SIGTERM')
  expect((await end).code).toBe(0)
  const [name = ''] = files().toSorted().slice(1)
  const day = name.slice('ina219-'.length, -'.csv'.length)
  const next = new Date(Date.parse(day) + 86_400_000).toISOString()
  const range = ['--from', `${day}T00:00:00Z`, '--to', next]
  const exported = await ina219(['export', '--db', db, ...range])
  expect(readFileSync(join(backups, name), 'utf8')).toBe(exported.stdout)
  expect(exported.stdout.split('\n')).toHaveLength(1440 + 2)
  expect(await events()).toMatch(new RegExp(`,backup,"${day}: 1440 samples, 0.1 MB"`))
})

it.each([
  [['--retain', '25h'], 'with --retain 25h none is in the log when it is over'],
  [['--backup-keep', '0'], '--backup-keep'],
])('%j is refused', async (args, reason) => {
  const folder = temporaryFolder()
  const run = await ina219(['monitor', '--mock', '--backup', folder, ...args, '--count', '1'])
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toContain(reason)
})

it.each([
  [['--backup', ''], 'an empty text is no folder'],
  [['--no-log', '--backup', 'days'], '--no-log writes none'],
  [['--backup-keep', '5'], 'without --backup there are none'],
])('%j, which would do something else or nothing, is refused', async (args, reason) => {
  const run = await ina219(['monitor', '--mock', '--count', '1', ...args])
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toContain(reason)
})

it('--no-log above a --backup of the environment leaves it out', async () => {
  const args = ['monitor', '--mock', '--no-log', '--output', 'none', '--count', '1']
  const standing = { INA219_BACKUP: '/nowhere/at/all', INA219_BACKUP_KEEP: '5' }
  expect(await ina219(args, '', standing)).toMatchObject({ code: 0 })
  const run = await ina219(['monitor', '--mock', '--count', '1'], '', {
    ...standing,
    INA219_NO_LOG: '1',
  })
  expect(run).toMatchObject({ code: 2, stdout: '' })
})

it('a folder that can not be had is no reason not to measure', async () => {
  const folder = temporaryFolder()
  const args = ['--db', join(folder, 'log.db'), '--backup', join(folder, 'not', 'mounted')]
  const run = await ina219(['monitor', '--mock', ...args, '--output', 'none', '--count', '2'])
  expect(run.code).toBe(0)
  expect(run.stderr).toContain("can't write the back-up")
})
