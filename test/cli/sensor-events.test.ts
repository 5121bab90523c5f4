import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { query } from '../support/log-fixture.ts'

const BEGIN_S = 1_790_000_000

it('a fault of the sensor is on record without any rule, from its begin to the end of the run', async () => {
  const db = join(temporaryFolder(), 'log.db')
  const words = ['ok', 'nosensor', 'nosensor', 'ok', 'ok', 'ok', 'clip', 'clip']
  const input = words.map((status, i) => {
    return `{"v":5,"a":1,"ts":${BEGIN_S + i},"seq":${i},"status":"${status}"}\n`
  })
  const args = ['monitor', '--stdin', '--keep-time', '--output', 'none', '--db', db]
  const run = await ina219(args, input.join(''))
  expect(run).toMatchObject({ code: 0, stdout: '' })
  // For programs it is in the log alone, as what was lost is.
  expect(run.stderr).not.toContain('nosensor')
  const rows = query(db, `SELECT timestamp, detail FROM power_event WHERE kind = 'sensor'`)
  const second = (timestamp: unknown): number => Number(timestamp) / 1000 - BEGIN_S
  expect(rows.map(({ timestamp, detail }) => `${second(timestamp)} ${detail}`)).toEqual([
    '1 nosensor: the sensor does not answer',
    '3 nosensor: over, after 2s, 2 samples',
    '6 clip: the sensor is at the end of its range',
    '7 clip: still so at the end, after 1s, 2 samples',
  ])
})
