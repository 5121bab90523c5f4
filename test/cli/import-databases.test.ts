import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { APPLICATION_ID, MIGRATIONS } from '../../src/storage/file/schema.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { imported, SAMPLES } from '../support/import-rig.ts'
import { makeLog, query, START_US, series } from '../support/log-fixture.ts'

describe('import of databases', () => {
  const VIEWS = [
    'SELECT timestamp, voltage, current, power, sequence, status, device, time_us, boot FROM power_log ORDER BY time_us, device',
    'SELECT timestamp, device, channel, value, unit, sequence, status, time_us, boot FROM channel_log ORDER BY time_us, channel',
    'SELECT * FROM power_minute ORDER BY 1, 2',
    'SELECT * FROM power_lost ORDER BY 1, 3',
    `SELECT * FROM power_event WHERE detail NOT LIKE 'imported %' ORDER BY 1, 2, 3, 4`,
  ]

  it('takes all of another log, once', async () => {
    const folder = temporaryFolder()
    const old = join(folder, 'old.db')
    const faults = 'drop=0.02,reset=0.005,garbage=0.01'
    for (const [scenario, device] of [
      ['solar-node', 'solar'],
      ['motor', 'motor'],
    ] as const) {
      const how = ['--rate', 'max', '--count', '2000', '--interval', '50', '--start', '1790000000']
      const mock = await ina219(['mock', '--scenario', scenario, '--fault', faults].concat(how))
      const channel = device === 'solar' ? ['--channel', 'soc:%'] : []
      await ina219(
        [
          'monitor',
          '--stdin',
          '--keep-time',
          '--output',
          'none',
          '--device',
          device,
          '--db',
          old,
        ].concat(channel),
        mock.stdout,
      )
    }
    const db = join(folder, 'new.db')
    const report = await imported(old, db)
    expect(report.kind).toBe('ina219 log')
    for (const sql of VIEWS) {
      expect(query(old, sql)).not.toEqual([])
      expect(query(db, sql)).toEqual(query(old, sql))
    }
    const again = await imported(old, db)
    for (const device of again.devices)
      expect(device).toMatchObject({ added: 0, lost: 0, events: 0 })
    for (const sql of VIEWS) expect(query(db, sql)).toEqual(query(old, sql))
    const named = await ina219(['import', old, '--db', db, '--device', 'x'])
    expect(named).toMatchObject({ code: 2, stdout: '' })
    const itself = await ina219(['import', db, '--db', db])
    expect(itself).toMatchObject({ code: 2, stdout: '' })
    expect(itself.stderr).toContain('is the log that is to be imported into')
  })

  it('takes nothing twice out of a log in which one page overwrote another, and names repair', async () => {
    const folder = temporaryFolder()
    const old = join(folder, 'old.db')
    makeLog(old, series(6000, 100_000))
    const bytes = readFileSync(old)
    // Leaves of tables whose rows have ids of 7 bytes of Unix µs: those of samples.
    const leaves = Array.from({ length: bytes.length / 4096 }, (_, i) => i * 4096).filter(
      (at) => at > 0 && bytes[at] === 0x0d && bytes.readUInt16BE(at + 3) > 100,
    )
    const [from, to] = [leaves[5], leaves[15]] as [number, number]
    bytes.copyWithin(to, from, from + 4096)
    writeFileSync(old, bytes)
    const db = join(folder, 'new.db')
    const run = await ina219(['import', old, '--db', db])
    expect(run.code).toBe(4)
    expect(run.stderr).toContain(`ina219 repair ${old}`)
    expect(run.stdout).toContain('read in part only')
    const [count] = query(db, 'SELECT count(*) AS n, count(DISTINCT sequence) AS m FROM power_log')
    expect(count?.['n']).toBe(count?.['m'])
    expect(count?.['n']).toBeGreaterThan(0)
    const exported = await ina219(['export', '--db', old])
    expect(exported.code).toBe(4)
    expect(exported.stderr).toContain(`ina219 repair ${old}`)
  })

  it('says of how many minutes it has averages only, which do not come in', async () => {
    const folder = temporaryFolder()
    const old = join(folder, 'old.db')
    makeLog(old, series(240, 1_000_000))
    const db = join(folder, 'new.db')
    const without = (rows: string) => {
      const made = new Database(old)
      made.exec(`DELETE FROM sample WHERE ${rows}`)
      made.close()
    }
    without(`id < ${START_US + 120_000_000}`)
    const said = 'minutes of which it has averages only, which did not come in: 2'
    expect(await imported(old, db)).toMatchObject({
      remarks: [said],
      devices: [{ added: 120 }],
    })
    const text = await ina219(['import', old, '--db', db, '--dry-run'])
    expect(text.stdout).toContain(said)
    without('1')
    const nothing = await ina219(['import', old, '--db', join(folder, 'other.db')])
    expect(nothing.code).toBe(2)
    expect(nothing.stderr).toMatch(/it holds no samples; minutes of which it has averages only/)
  })

  it('takes a log of layout 1 under another label', async () => {
    const folder = temporaryFolder()
    const old = join(folder, 'old.db')
    const made = new Database(old)
    made.pragma(`application_id = ${APPLICATION_ID}`)
    made.exec(MIGRATIONS[0] as string)
    made.pragma('user_version = 1')
    made.exec(`INSERT INTO device VALUES (1, 'bench');
      INSERT INTO status VALUES (1, 'clip', 1);
      INSERT INTO epoch VALUES (4, 1, 7, ${START_US}, ${START_US}, ${START_US}, 3);
      INSERT INTO sample VALUES (${START_US}, 4, 3, 5020000, 245000, 1230000, 1);
      INSERT INTO lost VALUES (1, 4, 1, 2, ${START_US}, ${START_US}, 'gone');
      INSERT INTO event VALUES (1, ${START_US}, 1, 'restart', 'x')`)
    made.close()
    const db = join(folder, 'new.db')
    await imported(old, db, '--device', 'y')
    expect(query(db, VIEWS[0] as string)).toEqual([
      { ...query(old, 'SELECT * FROM power_log')[0], device: 'y', epoch: undefined },
    ])
    expect(query(db, 'SELECT device, reason, count FROM power_lost')).toEqual([
      { device: 'y', reason: 'gone', count: 2 },
    ])
    expect(query(db, `SELECT device, detail FROM power_event WHERE kind = 'restart'`)).toEqual([
      { device: 'y', detail: 'x' },
    ])
  })

  it('takes the table of another program that has a time and a voltage', async () => {
    const folder = temporaryFolder()
    const other = join(folder, 'power_monitoring.db')
    const made = new Database(other)
    made.exec(`CREATE TABLE settings(name TEXT, value TEXT);
      INSERT INTO settings VALUES ('mode', 'x');
      CREATE TABLE measurements(id INTEGER PRIMARY KEY, timestamp TEXT, voltage REAL, current REAL,
        power REAL, sequence_number INTEGER, sensor_status TEXT);
      INSERT INTO measurements VALUES
        (1, '2025-08-13 10:33:10.996241', 4.955, 0.251, 1.245, 0, 'ok'),
        (2, '2025-08-13 10:33:11.947841', 4.974, 0.294, 1.465, 1, 'ok'),
        (3, '2025-08-13 10:33:12.956720', 5.022, 0.302, 1.517, 2, 'ovf')`)
    made.close()
    const db = join(folder, 'new.db')
    const report = await imported(other, db)
    expect(report.kind).toBe('table measurements of an SQLite database')
    const at = Date.UTC(2025, 7, 13, 10, 33, 10) * 1000
    expect(
      query(db, SAMPLES).map((row) => [
        row['time_us'],
        row['voltage'],
        row['current'],
        row['status'],
      ]),
    ).toEqual([
      [at + 996_241, 4.955, 0.251, 'ok'],
      [at + 1_947_841, 4.974, 0.294, 'ok'],
      [at + 2_956_720, 5.022, 0.302, 'ovf'],
    ])
  })
})
