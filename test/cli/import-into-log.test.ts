import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { finished, ina219, start } from '../support/cli.ts'
import { type FileJson, imported, recording, SAMPLES } from '../support/import-rig.ts'
import { openWriter, query } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'

describe('import into a log', () => {
  const ROWS = `time,voltage,current\n${[0, 1, 2].map((s) => `${1_790_000_000 + s},5,0.1\n`).join('')}`

  it('writes nothing with --dry-run', async () => {
    const { file, db } = recording(ROWS)
    const report = await imported(file, db, '--dry-run')
    expect(report.devices).toMatchObject([{ device: 'recording', added: 3 }])
    expect(existsSync(db)).toBe(false)
    await imported(file, db)
    const before = readFileSync(db)
    expect((await imported(file, db, '--dry-run')).devices).toMatchObject([{ added: 0, known: 3 }])
    expect(readFileSync(db).equals(before)).toBe(true)
  })

  it('takes a file that is named twice once', async () => {
    const { file, db } = recording(ROWS)
    const run = await ina219(['import', file, file, '--db', db, '--format', 'json'])
    const added = JSON.parse(run.stdout).files.map((each: FileJson) => each.devices[0]?.added)
    expect(added).toEqual([3, 0])
  })

  it('says who holds the log', async () => {
    const { file, db } = recording(ROWS)
    const monitor = start(['monitor', '--mock', '--output', 'none', '--db', db])
    await until('the log is there', () => existsSync(db) && existsSync(`${db}.lock`))
    const run = await ina219(['import', file, '--db', db])
    expect(run).toMatchObject({ code: 4, stdout: '' })
    expect(run.stderr).toContain(`process ${monitor.pid}`)
    monitor.kill('SIGTERM')
    await finished(monitor)
  })

  it('refuses what the next monitor would delete', async () => {
    const { folder, file, db } = recording(ROWS)
    await imported(file, db, '--device', 'bench')
    const older = join(folder, 'older.csv')
    writeFileSync(older, ROWS.replaceAll('17900', '17800'))
    const run = await ina219(['import', older, '--db', db, '--device', 'bench'])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('--device')
    expect(query(db, SAMPLES)).toHaveLength(3)
    await imported(older, db)
    expect(query(db, SAMPLES)).toHaveLength(6)
  })

  it('deletes nothing that the log has, whatever its age', async () => {
    const { file, db } = recording(ROWS)
    await imported(file, db, '--device', 'bench')
    const newer = ROWS.replaceAll('17900', '17950')
    writeFileSync(file, newer)
    await imported(file, db, '--device', 'bench')
    expect(query(db, SAMPLES)).toHaveLength(6)
  })

  it('killed on the way, is completed by the next one', async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => {
      const seq = i + Math.floor(i / 1000)
      return `${new Date(1_790_000_000_000 + i * 10).toISOString()},bench,5,${i % 3},${(i % 3) * 5},${seq},ok\n`
    })
    const header = 'time,device,voltage_v,current_a,power_w,seq,status\n'
    const { folder, file, db } = recording(header + rows.join(''))
    const whole = join(folder, 'whole.db')
    await imported(file, whole)
    const child = start(['import', file, '--db', db])
    const samples = (): number =>
      (query(db, 'SELECT count(*) AS n FROM sample')[0]?.['n'] as number) ?? 0
    await until('some are in the log', () => existsSync(`${db}-wal`) && samples() > 0)
    child.kill('SIGKILL')
    await finished(child)
    expect(query(db, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    const before = samples()
    const report = await imported(file, db)
    expect(report.devices).toMatchObject([{ known: before, added: 60_000 - before }])
    const tables = [
      `${SAMPLES} ORDER BY 1`,
      'SELECT * FROM power_minute',
      'SELECT * FROM power_lost ORDER BY 1',
      'SELECT * FROM epoch',
    ]
    for (const sql of tables) expect(query(db, sql)).toEqual(query(whole, sql))
  })

  it('stands beside the samples of another device at the same time', async () => {
    const { file, db } = recording(ROWS)
    const log = openWriter(db)
    log.end()
    await imported(file, db, '--device', 'a')
    await imported(file, db, '--device', 'b')
    expect((await imported(file, db, '--device', 'b')).devices).toMatchObject([
      { added: 0, known: 3 },
    ])
    expect(query(db, SAMPLES)).toHaveLength(6)
  })
})
