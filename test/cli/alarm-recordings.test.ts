import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url))

interface Point {
  readonly timeUs: number
  readonly v: number
}

interface Happened {
  readonly timeUs: number
  readonly kind: string
}

/** Raised and over, from what is true at each sample. */
function changes(points: readonly Point[], isTrue: (i: number) => boolean): Happened[] {
  const events: Happened[] = []
  let isOn = false
  points.forEach(({ timeUs }, i) => {
    const now = isTrue(i)
    if (now === isOn) return
    isOn = now
    events.push({ timeUs, kind: now ? 'alarm_on' : 'alarm_off' })
  })
  return events
}

/** Below a limit until back at another one, read anew from the begin. */
function isLow(points: readonly Point[], limit: number, back: number): (i: number) => boolean {
  const states: boolean[] = []
  for (const { v } of points) states.push(v < limit || (states.at(-1) === true && v < back))
  return (i) => states[i] === true
}

/** The mean of whole seconds, as the values are written: millivolts. */
function isMeanLow(points: readonly Point[], seconds: number, limitMv: number) {
  return (i: number): boolean => {
    const now = Math.floor((points[i] as Point).timeUs / 1e6)
    let [sum, count] = [0, 0]
    for (let k = i; k >= 0; k--) {
      const { timeUs, v } = points[k] as Point
      if (Math.floor(timeUs / 1e6) <= now - seconds) break
      sum += Math.round(v * 1000)
      count++
    }
    return sum < limitMv * count
  }
}

function eventsOf(db: string, name: string): Happened[] {
  const log = new Database(db, { readonly: true })
  try {
    return log
      .prepare(
        `SELECT time_us AS timeUs, kind FROM event
         WHERE kind IN ('alarm_on', 'alarm_off') AND detail LIKE ? ORDER BY time_us, id`,
      )
      .all(`${name}: %`) as Happened[]
  } finally {
    log.close()
  }
}

describe('real recordings', () => {
  const battery = join(DATA, 'gopi5go-battery', '2024-03-21_batteryLife.csv')

  it.skipIf(!existsSync(battery))(
    'of a battery that runs down: each alarm at its sample',
    async () => {
      const mock = await ina219(['mock', '--replay', battery, '--rate', 'max'])
      const points = mock.stdout
        .trim()
        .split('\n')
        .map((each) => JSON.parse(each) as { ts: number; v: number })
        .map(({ ts, v }): Point => ({ timeUs: Math.round(ts * 1e6), v }))
      expect(points.length).toBeGreaterThan(2000)
      const db = join(temporaryFolder(), 'log.db')
      const rules = [
        'v < 10.8V hysteresis 10mV as low',
        'avg(v,2m) < 9.5V as mean',
        'silent for 7s as away',
      ]
      const args = [
        '--keep-time',
        '--output',
        'none',
        '--no-anomalies',
        '--retain',
        '3650d',
        '--db',
        db,
      ]
      const run = await ina219(
        ['monitor', '--stdin', ...args, ...rules.flatMap((rule) => ['--alarm', rule])],
        mock.stdout,
      )
      expect(run.code).toBe(0)
      const low = changes(points, isLow(points, 10.8, 10.81))
      expect(low.length).toBeGreaterThan(0)
      expect(eventsOf(db, 'low')).toEqual(low)
      const mean = changes(points, isMeanLow(points, 120, 9500))
      expect(mean.length).toBeGreaterThan(0)
      expect(eventsOf(db, 'mean')).toEqual(mean)
      const away = points.flatMap(({ timeUs }, i): Happened[] => {
        const before = points[i - 1]?.timeUs ?? timeUs
        if (timeUs - before <= 7e6) return []
        return [
          { timeUs: before + 7e6, kind: 'alarm_on' },
          { timeUs, kind: 'alarm_off' },
        ]
      })
      expect(eventsOf(db, 'away')).toEqual(away)
    },
  )
})
