import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

/** A quiet load with one glitch, 10 samples a second. */
const CAPTURE = Array.from({ length: 600 }, (_, n) => {
  const a = n === 400 ? 1.9 : 0.2 + (n % 4) / 1000
  return `{"v":5,"a":${a},"ts":${(1_780_000_000_000 + n * 100) / 1000},"seq":${n}}\n`
}).join('')

const EVENT = { time: '2026-05-28T20:27:20.000Z', device: 'stdin', kind: 'anomaly' }

it.each([
  ['looks for values that stand out', [], [EVENT]],
  ['does not where it is told so', ['--no-anomalies'], []],
])('monitor %s', async (_what, args, expected) => {
  const db = join(temporaryFolder(), 'log.db')
  const monitor = ['monitor', '--stdin', '--keep-time', '--output', 'none', '--db', db]
  expect(await ina219([...monitor, ...args], CAPTURE)).toMatchObject({ code: 0 })
  const { stdout } = await ina219(['export', '--events', '--format', 'ndjson', '--db', db])
  const events = stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  expect(events.filter(({ kind }) => kind === 'anomaly')).toMatchObject(expected)
})
