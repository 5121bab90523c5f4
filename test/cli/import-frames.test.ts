import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { imported, recording, SAMPLES } from '../support/import-rig.ts'
import { query, START_US } from '../support/log-fixture.ts'

describe('import of frames', () => {
  it('gives what a monitor makes of them', async () => {
    const faults = 'drop=0.01,duplicate=0.01,corrupt=0.01,truncate=0.01,garbage=0.01,reset=0.002'
    const mock = await ina219(
      ['mock', '--rate', 'max', '--count', '3000', '--start', '1790000000', '--fault'].concat(
        faults,
      ),
    )
    const { folder, file, db } = recording(mock.stdout, 'capture.jsonl')
    const other = join(folder, 'monitor.db')
    const how = ['--stdin', '--keep-time', '--output', 'none', '--device', 'x', '--db', other]
    await ina219(['monitor', ...how], mock.stdout)
    const report = await imported(file, db, '--device', 'x')
    expect(query(db, `${SAMPLES} ORDER BY 1`)).toEqual(query(other, `${SAMPLES} ORDER BY 1`))
    const minutes = 'SELECT * FROM power_minute'
    expect(query(db, minutes)).toEqual(query(other, minutes))
    const lost = 'SELECT * FROM power_lost'
    expect(query(db, lost)).toEqual(query(other, lost))
    const samples = query(db, SAMPLES).length
    expect(report.devices).toMatchObject([{ device: 'x', added: samples }])
    const again = await imported(file, db, '--device', 'x')
    expect(again.devices).toMatchObject([{ added: 0, known: samples, lost: 0 }])
    expect(query(db, lost)).toEqual(query(other, lost))
    expect(query(db, SAMPLES)).toHaveLength(samples)
  })

  it('asks when they began, where they do not say', async () => {
    const lines = [0, 1, 2].map((n) => `{"v":5,"a":0.1,"ms":${5000 + n * 250},"seq":${n}}\n`)
    const { file, db } = recording(lines.join(''), 'uptime.jsonl')
    const refused = await ina219(['import', file, '--db', db])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('--start')
    expect(existsSync(db)).toBe(false)
    await imported(file, db, '--start', '2026-11-20T20:13:00Z')
    expect(query(db, SAMPLES).map((row) => row['time_us'])).toEqual(
      [0, 250_000, 500_000].map((us) => START_US + us),
    )
  })
})
