import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/stream/ledger.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const START_S = 1_712_345_678

interface Outcome {
  readonly ledger: Ledger
  readonly db: string
  readonly stderr: string
}

async function monitor(lines: readonly string[], ...args: string[]): Promise<Outcome> {
  const db = join(temporaryFolder(), 't.db')
  const run = await ina219(
    ['monitor', '--stdin', '--db', db, '--output', 'none', '--summary', '-', ...args],
    lines.map((line) => `${line}\n`).join(''),
  )
  expect(run.code).toBe(0)
  return { ledger: JSON.parse(run.stdout) as Ledger, db, stderr: run.stderr }
}

/** Charge of the whole log, its span in s and the states in it. */
async function log(db: string): Promise<{ mah: number; spanS: number; states: string[] }> {
  const run = await ina219(['history', '--db', db, '--format', 'json'])
  const { devices } = JSON.parse(run.stdout) as { devices: { charge_mah: number }[] }
  const database = new Database(db, { readonly: true })
  const [first, last] = database
    .prepare('SELECT min(time_us), max(time_us) FROM power_log')
    .raw()
    .get() as [number, number]
  const states = database.prepare('SELECT status FROM power_log WHERE status <> ?').pluck()
  const found = states.all('ok') as string[]
  database.close()
  const mah = devices.reduce((sum, { charge_mah }) => sum + charge_mah, 0)
  return { mah, spanS: (last - first) / 1e6, states: found }
}

const sample = (seq: number, stamp: string): string => `{"v":5,"a":1,${stamp}"seq":${seq}}`

describe('one wrong time stamp', () => {
  it.each([
    ['ms', 900_000_000],
    ['ms', 20_000_000],
    ['ms', -10_000_000],
    ['ms', 3000],
    ['ms', -3000],
    ['ts', 900_000],
    ['ts', -10_000],
    ['ts', 3],
  ])('of kind %s, off by %d, moves no other sample, and is marked', async (kind, by) => {
    const count = 1000
    const base = kind === 'ms' ? 20_000_000 : START_S
    const lines = Array.from({ length: count }, (_, i) => {
      const stamp = base + i * (kind === 'ms' ? 1000 : 1) + (i === 500 ? by : 0)
      return sample(i, `"${kind}":${stamp},`)
    })
    for (const args of [[], ['--keep-time']]) {
      const { ledger, db, stderr } = await monitor(lines, ...args)
      expect(ledger).toMatchObject({ lines: count, samples: count, logged: count, lost: 0 })
      const { mah, spanS, states } = await log(db)
      expect(spanS).toBe(count - 1)
      expect(mah).toBeCloseTo((count - 1) / 3.6, 6)
      expect(states).toEqual(['bad_time'])
      expect(stderr).toContain('#500: its time stamp')
    }
  })

  it('on the last line deletes nothing and moves nothing, with --keep-time as well', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) =>
      sample(i, `"ts":${START_S + i + (i === 999 ? 1e7 : 0)},`),
    )
    const { db } = await monitor(lines, '--keep-time')
    expect(await log(db)).toMatchObject({ spanS: 999, states: ['bad_time'] })
  })

  it('or none at all, costs no charge', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) =>
      sample(i, i === 300 ? '' : `"ms":${5000 + i * 1000},`),
    )
    const { db, stderr } = await monitor(lines)
    expect(await log(db)).toMatchObject({ spanS: 999, states: [] })
    expect(stderr).toContain('without a time stamp')
  })
})

describe('runs whose times overlap', () => {
  it('keep the charge of each: a capture piped in twice', async () => {
    const capture = Array.from({ length: 600 }, (_, i) => sample(i, `"ts":${START_S + i},`))
    const { ledger, db, stderr } = await monitor([...capture, ...capture], '--keep-time')
    expect(ledger).toMatchObject({ samples: 1200, reboots: 1 })
    expect((await log(db)).mah).toBeCloseTo((2 * 599) / 3.6, 4)
    expect(stderr).toMatch(/clock: device time jumped \(-9m59s\)/)
    expect(stderr).toMatch(/overlap: this run begins 9m59s before the end of an earlier one/)
  })

  it('keep the charge of each: a capture piped in by two commands', async () => {
    const capture = Array.from({ length: 600 }, (_, i) => sample(i, `"ts":${START_S + i},`))
    const { db } = await monitor(capture, '--keep-time')
    const args = ['monitor', '--stdin', '--db', db, '--output', 'none', '--keep-time']
    const { stderr } = await ina219(args, capture.map((line) => `${line}\n`).join(''))
    expect((await log(db)).mah).toBeCloseTo((2 * 599) / 3.6, 4)
    expect(stderr).toMatch(/overlap: this run begins 9m59s before/)
    const events = await ina219(['export', '--events', '--db', db])
    expect(events.stdout).toContain(',overlap,')
  })

  it('keep the charge of each: a clock set back with --keep-time', async () => {
    const lines = Array.from({ length: 4000 }, (_, i) =>
      sample(i, `"ts":${START_S + i - (i < 2000 ? 0 : 1000)},`),
    )
    const { db, stderr } = await monitor(lines, '--keep-time')
    expect((await log(db)).mah).toBeCloseTo(3998 / 3.6, 3)
    expect(stderr).toMatch(/clock: device time jumped \(-16m40s\)/)
  })
})

describe('masses of', () => {
  it('names: a device keeps the last of 64', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => [
      `{"hello":"ina219","name":"n${i}","boot":${i + 1},"seq":0}`,
      `{"v":5,"a":0.1,"seq":0,"ms":${i * 1000}}`,
    ]).flat()
    const { ledger, db, stderr } = await monitor(lines)
    expect(ledger).toMatchObject({ samples: 300, control: 300 })
    const database = new Database(db, { readonly: true })
    expect(database.prepare('SELECT count(*) FROM device').pluck().get()).toBe(64)
    database.close()
    expect(stderr).toContain('the device has said 64 names')
  })

  it('statuses: further ones are folded, and it is said', async () => {
    const lines = Array.from(
      { length: 3000 },
      (_, i) => `{"v":5,"a":0.1,"seq":${i},"status":"s${i}"}`,
    )
    const { db, stderr } = await monitor(lines)
    const database = new Database(db, { readonly: true })
    const words = database.prepare('SELECT count(DISTINCT status) FROM power_log').pluck().get()
    database.close()
    expect(words).toBeLessThanOrEqual(1001)
    expect(stderr).toContain(
      "status: more than 1000 different states: further ones are kept as 'other'",
    )
  })
})

describe('a sample that comes late', () => {
  it('after a step of the clock goes back to its own run, and off the record of losses', async () => {
    const at = (seq: number, s: number, rest = ''): string =>
      `{"v":5,"a":1,"ts":${START_S + s},"seq":${seq}${rest}}`
    const run = [0, 1, 2, 3, 4, 6, 7].map((seq) => at(seq, seq))
    const stepped = [8, 9, 10].map((seq) => at(seq, seq - 3600))
    const lines = [...run, ...stepped, at(5, 5, ',"r":1'), at(11, 11 - 3600)]
    const { ledger, db } = await monitor(lines, '--keep-time')
    expect(ledger).toMatchObject({ samples: 12, lost: 0, recovered: 1, malformed: 0 })
    const database = new Database(db, { readonly: true })
    const rows = database
      .prepare('SELECT sequence, time_us / 1000000 AS s, epoch FROM power_log ORDER BY sequence')
      .all() as { sequence: number; s: number; epoch: number }[]
    expect(rows.map(({ s }) => s - START_S)).toEqual(
      rows.map(({ sequence }) => (sequence < 8 ? sequence : sequence - 3600)),
    )
    const first = rows[0]?.epoch
    expect(rows.map(({ epoch }) => epoch === first)).toEqual(rows.map((_, i) => i < 8))
    expect(database.prepare('SELECT count(*) FROM lost').pluck().get()).toBe(0)
    database.close()
    // Complete again: 7 s before the step, 3 s after it.
    expect((await log(db)).mah).toBeCloseTo(10 / 3.6, 6)
  })
})

describe('a sender that pauses', () => {
  it('loses no charge where no number is missing, and is not suspected', async () => {
    const lines = Array.from({ length: 600 }, (_, i) =>
      sample(i, `"ms":${5000 + Math.floor(i / 10) * 10_000 + (i % 10) * 100},`),
    )
    const { db, stderr } = await monitor(lines)
    expect((await log(db)).mah).toBeCloseTo(590.9 / 3.6, 6)
    expect(stderr).not.toContain('clock')
  })
})

describe('numbers', () => {
  const runs = (seqs: readonly number[], step = 0): string[] =>
    seqs.map((seq, i) => `{"v":${5 + (i * step) / 1000},"a":0.1,"seq":${seq}}`)
  const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

  it('that begin again with equal values and no time stamp are a restart', async () => {
    const { ledger } = await monitor(runs(range(60).map((i) => i % 10)))
    expect(ledger).toMatchObject({ samples: 60, duplicates: 0, reboots: 5 })
  })

  it.each([
    ['constant', range(500).map(() => 7)],
    ['falling', range(500).map((i) => 1000 - i)],
    ['negative', range(500).map((i) => i - 1000)],
    ['of an int that overflows', range(500).map((i) => ((32_700 + i + 32_768) % 65_536) - 32_768)],
  ])('that are %s cost no sample, and it is said', async (_name, seqs) => {
    const { ledger, stderr } = await monitor(runs(seqs, 1))
    expect(ledger).toMatchObject({ lines: 500, samples: 500, malformed: 0, lost: 0 })
    expect(stderr).toContain("unnumbered: the device's numbers don't count up")
  })

  it('of which one is off by 800 cost that one sample', async () => {
    const { ledger } = await monitor(
      runs(
        range(1000).map((i) => i + (i === 970 ? 800 : 0)),
        1,
      ),
    )
    expect(ledger).toMatchObject({ samples: 999, malformed: 1, lost: 1, reboots: 0 })
  })
})

it('a sample of the first of many runs that comes last is logged in it', async () => {
  const lines: string[] = []
  const lost = 3
  // Each clock step begins a run; more of them than the log keeps in memory.
  for (let step = 0, seq = 0; step < 250; step++) {
    for (let i = 0; i < 6; i++, seq++) {
      if (seq !== lost) lines.push(sample(seq, `"ts":${START_S - step * 3600 + i},`))
    }
  }
  lines.push(sample(lost, `"ts":${START_S + lost},`))
  const { ledger, db } = await monitor(lines, '--keep-time', '--retain', '1000h')
  expect(ledger).toMatchObject({ logged: 1500, lost: 0, log_state: 'recording', log_outages: 0 })
  const database = new Database(db, { readonly: true })
  const runs = database.prepare('SELECT epoch FROM power_log WHERE sequence IN (2, 3)').pluck()
  expect(new Set(runs.all()).size).toBe(1)
  database.close()
  // The next start finds nothing that it could not take.
  const next = await ina219(['monitor', '--stdin', '--db', db, '--output', 'none'], '')
  expect(next.code).toBe(0)
})
