import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { alarmsOf, BEGIN_S, watched } from '../support/alarm-watch-rig.ts'
import { finished, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'

/** Loads, dips, a silence, lost numbers, a restart and a clock that is set. */
function capture(): string[] {
  const lines: string[] = []
  let second = 0
  let seq = 0
  const add = (current: number, more = ''): void => {
    lines.push(`{"v":5,"a":${current},"ts":${(BEGIN_S + second).toFixed(3)},"seq":${seq++}${more}}`)
    second += 0.5
  }
  for (let i = 0; i < 40; i++) add(i >= 10 && i < 30 ? 1.5 : 0.5)
  second += 15
  for (let i = 0; i < 20; i++) add(0.5)
  seq += 6
  second += 3
  for (let i = 0; i < 20; i++) add(i % 5 === 0 ? 9.9 : 0.7)
  seq = 0
  second += 4
  for (let i = 0; i < 20; i++) add(i < 5 ? 2.5 : 0.1)
  second += 7200
  for (let i = 0; i < 20; i++) add(1.2, i === 3 ? ',"status":"nosensor"' : '')
  return lines
}

const RULES = [
  'a > 1A for 5s as load',
  'silent as quiet',
  'silent for 10s as gone',
  'lost(1m) > 5 as lossy',
  'out_of_range(30s) >= 2 as wild',
  'avg(a,10s) > 1.1 hysteresis 0.3 as mean',
  'a > 2 latch as peak',
]
const ARGS = ['--keep-time', '--output', 'none', ...RULES.flatMap((rule) => ['--alarm', rule])]

/** In the order of their times, and of their coming where these are the same. */
function eventsOf(db: string, device: string): string[] {
  const log = new Database(db, { readonly: true })
  try {
    const rows = log
      .prepare(
        `SELECT time_us, kind, detail FROM event JOIN device ON device.id = event.device_id
         WHERE device.name = ? AND kind LIKE 'alarm%' ORDER BY event.rowid`,
      )
      .all(device) as { time_us: number; kind: string; detail: string }[]
    return rows.map(({ time_us, kind, detail }) => `${time_us / 1e6 - BEGIN_S} ${kind} ${detail}`)
  } finally {
    log.close()
  }
}

/** By hand, from what `capture` says. */
const EXPECTED: readonly string[] = [
  '10 alarm_on load: value 1.5 A, peak 1.5 A, for 0s [a > 1A for 5s]',
  // 6 samples of 0.5 A and 13 of 1.5 A in the seconds 2 to 11.
  '11 alarm_on mean: value 1.18421052632 A, peak 1.18421052632 A, for 0s [avg(a,10s) > 1.1 hysteresis 0.3]',
  '15 alarm_off load: value 0.5 A, peak 1.5 A, for 5s [a > 1A for 5s]',
  // 3 usual intervals and 0.5 s behind the sample at 19.5 s.
  '21.5 alarm_on quiet: value 2 s, peak 2 s, for 0s [silent]',
  '29.5 alarm_on gone: value 10 s, peak 10 s, for 0s [silent for 10s]',
  '35 alarm_off quiet: value 15.5 s, peak 15.5 s, for 13.5s [silent]',
  '35 alarm_off gone: value 15.5 s, peak 15.5 s, for 5.5s [silent for 10s]',
  '35 alarm_off mean: value 0.5 A, peak 1.5 A, for 24s [avg(a,10s) > 1.1 hysteresis 0.3]',
  '46.5 alarm_on quiet: value 2 s, peak 2 s, for 0s [silent]',
  '48 alarm_off quiet: value 3.5 s, peak 3.5 s, for 1.5s [silent]',
  '48 alarm_on lossy: value 6, peak 6, for 0s [lost(1m) > 5]',
  '50.5 alarm_on wild: value 2, peak 2, for 0s [out_of_range(30s) >= 2]',
  '59.5 alarm_on quiet: value 2 s, peak 2 s, for 0s [silent]',
  // The device has begun anew.
  '62 alarm_off quiet: value 4.5 s, peak 4.5 s, for 2.5s [silent]',
  '62 alarm_on peak: value 2.5 A, peak 2.5 A, for 0s [a > 2 latch]',
  // 7 of 0.7 A (one of 8 is out of range) and 3 of 2.5 A.
  '63 alarm_on mean: value 1.24 A, peak 1.24 A, for 0s [avg(a,10s) > 1.1 hysteresis 0.3]',
  '64.5 alarm_off peak: value 0.1 A, peak 2.5 A, for 2.5s [a > 2 latch]',
  '70.5 alarm_off mean: value 0.766666666667 A, peak 1.6 A, for 7.5s [avg(a,10s) > 1.1 hysteresis 0.3]',
  // Two hours further on, which is a step of the clock and no silence.
  '7272 alarm_off lossy: value 0, peak 6, for 2h24s [lost(1m) > 5]',
  '7272 alarm_off wild: value 0, peak 4, for 2h21.5s [out_of_range(30s) >= 2]',
  '7272 alarm_on mean: value 1.2 A, peak 1.2 A, for 0s [avg(a,10s) > 1.1 hysteresis 0.3]',
  // One sample in between was not measured: less than a pause.
  '7277 alarm_on load: value 1.2 A, peak 1.2 A, for 0s [a > 1A for 5s]',
]
/** Of these, the ones before the clock is set. */
const BEFORE_STEP = EXPECTED.filter((each) => Number.parseFloat(each) < 7000)

describe('a recording', () => {
  const text = `${capture().join('\n')}\n`

  it('raises these alarms at these times', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const run = await ina219(['monitor', '--stdin', '--db', db, ...ARGS], text)
    expect(run.code).toBe(0)
    expect(eventsOf(db, 'stdin')).toEqual(EXPECTED)
    expect(run.stderr.match(/ alarm_o/g)).toHaveLength(EXPECTED.length)
  })

  it('raises the same in odd chunks, beside another device that has alarms of its own', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const sources = ['--stdin', '--mock', 'ramp', '--device', 'm=mock:ramp']
    const more = ['--alarm', 'm:v > 0 as alive', '--alarm', 'stdin:v > 100 as never']
    const child = start(['monitor', ...sources, '--db', db, ...ARGS, ...more])
    const end = finished(child)
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    for (let at = 0, size = 1; at < text.length; ) {
      await new Promise((resolve) => {
        child.stdin?.write(text.slice(at, at + size), resolve)
      })
      at += size
      size = ((size * 7) % 389) + 1
    }
    child.stdin?.end()
    await until('the input is over and the mock has sent', () => {
      const isRaised = (device: string): number => said.split(` ${device} alarm_o`).length - 1
      return isRaised('m') > 0 && isRaised('stdin') >= EXPECTED.length
    })
    child.kill('SIGINT')
    expect((await end).code).toBe(0)
    expect(eventsOf(db, 'stdin')).toEqual(EXPECTED)
    expect(eventsOf(db, 'm')[0]).toContain('alarm_on alive: value')
  })

  it('raises the same as the live run did', () => {
    const { clock, source, events, pass } = watched(...RULES)
    for (const each of capture()) {
      const { ts } = JSON.parse(each) as { ts: number }
      const second = ts - BEGIN_S
      if (second > 7000) break
      pass(second - (clock.ms / 1000 - BEGIN_S))
      source.line(each)
    }
    expect(alarmsOf(events)).toEqual(BEFORE_STEP)
  })
})
