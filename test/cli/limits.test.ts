import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const BEGIN_S = 1_790_000_000
const QUIET = ['monitor', '--stdin', '--keep-time', '--output', 'none']

/** One sample a second of these voltages. */
function frames(voltages: readonly number[]): string {
  return voltages.map((v, i) => `{"v":${v},"a":1,"ts":${BEGIN_S + i},"seq":${i}}\n`).join('')
}

async function alarmsOf(
  voltages: readonly number[],
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string[]> {
  const run = await ina219([...QUIET, '--no-log', ...args], frames(voltages), env)
  expect(run.code, run.stderr).toBe(0)
  return run.stderr.match(/alarm_\w+: .*/g) ?? []
}

it('is an alarm in events and history, with its peak and how long it lasted', async () => {
  const db = join(temporaryFolder(), 'log.db')
  const args = [...QUIET, '--db', db, '--limit', 'v:4.75..5.25', '--limit', 'a:..1.5']
  const run = await ina219(args, frames([5, 5.3, 5.6, 5.2, 4.7]))
  expect(run.stderr.match(/alarm_\w+: .*/g)).toEqual([
    'alarm_on: limit v: value 5.3 V, peak 5.3 V, for 0s [v outside 4.75..5.25 latch]',
    'alarm_off: limit v: value 5.2 V, peak 5.6 V, for 2s [v outside 4.75..5.25 latch]',
    'alarm_on: limit v: value 4.7 V, peak 4.7 V, for 0s [v outside 4.75..5.25 latch]',
  ])
  const history = await ina219(['history', '--db', db, '--alarms', '--format', 'json'])
  expect(JSON.parse(history.stdout).alarms).toMatchObject([
    { name: 'limit v', value: 5.3, peak: 5.6, duration_s: 2, unit: 'V' },
    { name: 'limit v', value: 4.7, on: true },
  ])
})

it('comes from flag, environment, file and the table of a device', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'c.toml')
  const on = (peak: number, text: string): string =>
    `alarm_on: limit v: value ${peak} V, peak ${peak} V, for 0s [${text}]`
  expect(await alarmsOf([5], [], { INA219_LIMIT: 'v:..4 a:..9' })).toEqual([on(5, 'v > 4 latch')])
  writeFileSync(file, 'limit = ["v:..3", "stdin:v:..4.5", "other:v:..1"]\n')
  expect(await alarmsOf([4, 5], ['--config', file])).toEqual([on(5, 'v > 4.5 latch')])
  writeFileSync(file, '[device.bench]\nlimit = "v:..2"\n')
  const labelled = ['--config', file, '--device', 'bench']
  expect(await alarmsOf([5], labelled)).toEqual([on(5, 'v > 2 latch')])
  // Of two for one channel the last one counts.
  expect(await alarmsOf([5], [...labelled, '--limit', 'v:..2', '--limit', 'v:..6'])).toEqual([])
})

it('that is wrong says where', async () => {
  const refused = async (...args: string[]): Promise<string> => {
    const run = await ina219([...QUIET, '--no-log', ...args], frames([5]))
    expect(run).toMatchObject({ code: 2, stdout: '' })
    return run.stderr
  }
  expect(await refused('--limit', 'v:5..4')).toBe(
    "ina219: --limit 'v:5..4', character 3, near '5..4': the ends of the range are the wrong way round; lowest first\n",
  )
  expect(await refused('--limit', 'v:5..5')).toContain(
    'both ends of the range are the same; leave some room between them',
  )
  expect(await refused('--limit', 'bench:v:4..5')).toContain(
    "--limit 'bench:v:4..5' is for a device 'bench', and there is none",
  )
  expect(await refused('--limit', 'v:4..5', '--alarm', 'a > 1 as "limit v"')).toContain(
    "two rules of --limit and --alarm are called 'limit v'",
  )
})
