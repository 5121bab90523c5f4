import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  EPOCH,
  makeLog,
  openWriter,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

const LOST = {
  lost: [
    {
      epochId: 1,
      firstSeq: 120,
      count: 180,
      fromUs: START_US + 119e6,
      toUs: START_US + 300e6,
      reason: 'gone',
    } as const,
  ],
  events: [
    {
      timeUs: START_US + 300e6,
      device: 'bench',
      kind: 'restart' as const,
      detail: 'boot 8 \u001b[31m',
    },
  ],
}

/** 6 minutes with a hole of 3. */
function makeGappy(): void {
  const steady = { voltage: 5, current: 0.36, power: 1.8 }
  const samples = [...series(120, 1e6), ...series(60, 1e6, 300)].map((each) => ({
    ...each,
    ...steady,
  }))
  makeLog(file, samples, LOST)
}

function history(
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return ina219(['history', '--db', file, ...args], '', { TZ: 'Europe/Berlin' })
}

describe('the table', () => {
  test('sums up the whole log', async () => {
    makeGappy()
    const { code, stdout, stderr } = await history('--stats', 'avg')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    // 178 s of 0.36 A at 5 V.
    expect(stdout).toBe(`times in UTC+01:00

bench: 2026-11-20 21:13:00 to 2026-11-20 21:18:59 (00:05:59)
  samples  180
  lost     180
  covered  49.5 % of the time
             min    avg    max
  voltage  5.000  5.000  5.000  V
  current  0.360  0.360  0.360  A
  power    1.800  1.800  1.800  W
  charge   17.8000 mAh
  energy   89.0000 mWh

lost ranges: 1
  2026-11-20 21:14:59.000 to 2026-11-20 21:18:00.000  180 from number 120  gone  bench

events: 1
  2026-11-20 21:18:00.000  restart  bench  boot 8 \ufffd[31m
`)
  })

  test('has a row a bucket, gaps included', async () => {
    makeGappy()
    const { stdout } = await history('--every', '2m')
    const rows = stdout.split('\n').filter((line) => /^2026/.test(line))
    expect(rows.map((row) => row.trim().split(/\s+/).slice(1, 4).join(' '))).toEqual([
      '21:12:00 60 0',
      '21:14:00 60 60',
      '21:16:00 0 120',
      '21:18:00 60 0',
    ])
    expect(rows[2]).toMatch(/ 0\.0 % {2}( +-){11}$/)
  })

  test('reads times without a zone as local ones', async () => {
    makeLog(file, series(600, 1e6))
    const { stdout } = await history('--from', '2026-11-20 21:14', '--to', '2026-11-20T20:15:00Z')
    expect(stdout).toContain('bench: 2026-11-20 21:14:00 to 2026-11-20 21:15:00 (00:01:00)')
    expect(stdout).toContain('samples  60\n')
    expect(stdout).toContain('covered  100.0 %')
  })

  test('says what was not measured', async () => {
    makeLog(file, [
      sampleAt(START_US, 0),
      sampleAt(START_US + 1e6, 1, { status: 'nosensor' }),
      sampleAt(START_US + 2e6, 2, { status: 'out_of_range' }),
    ])
    const { stdout } = await history()
    expect(stdout).toContain('samples  3, of which 2 not measured or out of range')
  })

  test('answers for 48 h from the roll-ups', async () => {
    const log = openWriter(file)
    for (const batch of batchesOf(series(17_280, 10_000_000), { epochs: [EPOCH] })) {
      log.writer.write([batch])
    }
    log.end()
    const { stdout } = await history('--every', '6m')
    expect(stdout.split('\n').filter((line) => /^2026/.test(line))).toHaveLength(481)
    // All but the minute under way: nobody misses the samples themselves.
    const db = new Database(file)
    db.exec('DELETE FROM sample WHERE id < (SELECT max(id) FROM sample) - 60000000')
    db.close()
    expect((await history('--every', '6m')).stdout).toBe(stdout)
  })

  test('where nothing lies in the time: a hint, exit 0', async () => {
    makeGappy()
    const run = await history('--from', '2027-01-01')
    expect(run).toMatchObject({ code: 0, stdout: '' })
    expect(run.stderr).toContain('2026-11-20T20:13:00.000Z to 2026-11-20T20:18:59.000Z')
    const json = await history('--from', '2027-01-01', '--format', 'json')
    expect(JSON.parse(json.stdout)).toEqual({ version: 1, devices: [], lost: [], events: [] })
  })

  test('without a log: exit 4', async () => {
    const run = await history()
    expect(run.code).toBe(4)
    expect(run.stderr).toContain('there is no log at')
  })
})

test('JSON holds the same, with a version', async () => {
  makeGappy()
  const { stdout } = await history('--format', 'json', '--every', '1m', '--stats', 'avg')
  const parsed = JSON.parse(stdout)
  expect(parsed.version).toBe(1)
  expect(parsed.devices).toEqual([
    {
      device: 'bench',
      from: '2026-11-20T20:13:00.000Z',
      to: '2026-11-20T20:18:59.000Z',
      samples: 180,
      measured: 180,
      lost: 180,
      covered_s: 178,
      coverage: 0.495822,
      counted_s: 0,
      bridged_s: 0,
      voltage_v: { min: 5, avg: 5, max: 5 },
      current_a: { min: 0.36, avg: 0.36, max: 0.36 },
      power_w: { min: 1.8, avg: 1.8, max: 1.8 },
      charge_mah: 17.8,
      energy_mwh: 89,
      charge_forward_mah: 17.8,
      charge_backward_mah: 0,
      energy_forward_mwh: 89,
      energy_backward_mwh: 0,
      statistics: 'skipped',
    },
  ])
  expect(parsed.buckets).toHaveLength(6)
  expect(parsed.buckets[2]).toMatchObject({ samples: 0, lost: 60, voltage_v_avg: null })
  expect(parsed.lost).toEqual([
    {
      device: 'bench',
      from: '2026-11-20T20:14:59.000Z',
      to: '2026-11-20T20:18:00.000Z',
      first_seq: 120,
      count: 180,
      reason: 'gone',
    },
  ])
  expect(parsed.events).toHaveLength(1)
})

test('charge and energy of both directions are shown apart, in the table and in each bucket', async () => {
  // 300 mA to -100 mA in a second: 0.75 s forward, 0.25 s back.
  makeLog(
    file,
    [0.3, -0.1].map((current, i) =>
      sampleAt(START_US + i * 1e6, i, { voltage: 5, current, power: 5 * current }),
    ),
  )
  const table = await history()
  expect(table.stdout).toContain('charge   0.0278 mAh (forward 0.0313, backward -0.0035)')
  const { stdout } = await history('--format', 'json', '--every', '1m')
  expect(JSON.parse(stdout).buckets[0]).toMatchObject({
    charge_mah: 0.027777778,
    charge_forward_mah: 0.03125,
    charge_backward_mah: -0.003472222,
    energy_backward_mwh: -0.017361111,
  })
})

describe('the plot', () => {
  /** Columns of the plot that hold anything in any of its rows. */
  function filled(stdout: string): boolean[] {
    const rows = stdout.split('\n').filter((line) => /^.{9}[|+│┤]/.test(line) && !/lost/.test(line))
    const width = 80 - 11
    return Array.from({ length: width }, (_, x) => rows.some((row) => (row[10 + x] ?? ' ') !== ' '))
  }

  test('leaves gaps empty, marks losses, and labels an axis a quantity', async () => {
    makeGappy()
    for (const args of [[], ['--ascii']]) {
      const { stdout } = await history('--format', 'plot', ...args)
      const columns = filled(stdout)
      // 359 s on 69 columns: the hole from 119 s to 300 s.
      expect(columns.slice(1, 20).every(Boolean)).toBe(true)
      expect(columns.slice(26, 54).some(Boolean)).toBe(false)
      expect(columns.slice(60, 67).every(Boolean)).toBe(true)
      expect(stdout).toMatch(/ V[+┤]/)
      expect(stdout).toMatch(/360 mA[+┤]/)
      expect(stdout).toMatch(/ W[+┤]/)
      const marks = stdout.split('\n').find((line) => line.includes('lost')) ?? ''
      expect(marks.slice(10).trim()).toMatch(/^x{25,40}$/)
      expect(stdout).toContain('2026-11-20 21:')
      if (args.length > 0) expect(/^[\x20-\x7e\n]*$/.test(stdout)).toBe(true)
    }
  })

  test('keeps its axes in one column, however long a label is', async () => {
    const loud = Array.from({ length: 60 }, (_, i) =>
      sampleAt(START_US + i * 1e6, i, { extras: { count: 123_456_780_000_000_000 + i * 1e15 } }),
    )
    makeLog(file, loud)
    const { stdout } = await history('--format', 'plot')
    const rows = stdout.split('\n').filter((line) => /[│┤]/.test(line))
    expect(rows.length).toBe(4 * 7 + 1)
    expect(new Set(rows.map((row) => row.search(/[│┤]/))).size).toBe(1)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('draws a slow device as a line, not as gaps', async () => {
    const slow = Array.from({ length: 10 }, (_, i) => sampleAt(START_US + i * 60e6, i))
    makeLog(file, slow)
    const { stdout } = await history('--format', 'plot')
    const columns = filled(stdout)
    const end = columns.lastIndexOf(true)
    expect(end).toBeGreaterThan(50)
    expect(columns.slice(1, end).every(Boolean)).toBe(true)
  })
})
