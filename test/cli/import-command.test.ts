import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { APPLICATION_ID, MIGRATIONS } from '../../src/storage/file/schema.ts'
import { finished, ina219, start, temporaryFolder } from '../support/cli.ts'
import { batchesOf, EPOCH, openWriter, query, START_US, series } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'

interface FileJson {
  readonly kind: string
  readonly rows: number
  readonly empty_rows: number
  readonly refused: number
  readonly refused_rows: readonly { readonly line: number; readonly reason: string }[]
  readonly devices: readonly {
    readonly device: string
    readonly added: number
    readonly known: number
    readonly out_of_range: number
    readonly lost: number
  }[]
}

/** A folder with a log that does not exist yet, and a file of that content. */
function recording(content: string | Buffer, name = 'recording.csv') {
  const folder = temporaryFolder()
  const file = join(folder, name)
  writeFileSync(file, content)
  return { folder, file, db: join(folder, 'log.db') }
}

async function imported(file: string, db: string, ...more: string[]): Promise<FileJson> {
  const run = await ina219(['import', file, '--db', db, '--format', 'json', ...more])
  expect(run).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(run.stdout).files[0]
}

const SAMPLES = 'SELECT time_us, voltage, current, power, sequence, status, device FROM power_log'
const CHANNELS =
  'SELECT timestamp, device, channel, value, sequence, status FROM channel_log ORDER BY 1, 2, 3'

describe('import of an own export', () => {
  const frames = async (): Promise<{ folder: string; db: string }> => {
    const folder = temporaryFolder()
    const db = join(folder, 'old.db')
    for (const [scenario, seed] of [
      ['solar-node', 1],
      ['motor', 2],
    ] as const) {
      const faults = ['--fault', 'drop=0.02,duplicate=0.01,garbage=0.01,corrupt=0.01']
      const how = ['--rate', 'max', '--count', '900', '--interval', '7.3', '--start', '1790000000']
      const mock = await ina219(
        ['mock', '--scenario', scenario, '--seed', `${seed}`].concat(how, faults),
      )
      await ina219(
        ['monitor', '--stdin', '--keep-time', '--output', 'none', '--db', db].concat([
          '--device',
          seed === 1 ? '+solar, "1"' : 'motor',
        ]),
        mock.stdout,
      )
    }
    return { folder, db }
  }

  it.each(['csv', 'ndjson'])('gives the same %s again', async (format) => {
    const { folder, db } = await frames()
    const file = join(folder, `export.${format}`)
    const exporting = ['export', '--channels', 'all', '--format', format]
    await ina219([...exporting, '--db', db, '-o', file])
    const fresh = join(folder, 'new.db')
    const report = await imported(file, fresh)
    expect(report.devices.map(({ device }) => device).sort()).toEqual(['+solar, "1"', 'motor'])
    expect(report.refused).toBe(0)
    const again = await ina219([...exporting, '--db', fresh])
    expect(again.stdout).toBe(readFileSync(file, 'utf8'))
    // What was lost is known from the numbers.
    const lost = 'SELECT device, sum(count) FROM power_lost GROUP BY device ORDER BY device'
    expect(query(fresh, lost)).toEqual(query(db, lost))
    // Neither log takes any of it a second time.
    for (const each of [fresh, db]) {
      const before = query(each, 'SELECT count(*) FROM sample')
      const second = await imported(file, each)
      for (const device of second.devices) expect(device).toMatchObject({ added: 0, lost: 0 })
      expect(query(each, 'SELECT count(*) FROM sample')).toEqual(before)
    }
  })

  it.each([
    ['csv', []],
    ['csv', ['--channels', 'all']],
    ['ndjson', ['--channels', 'all']],
  ])('gives samples that could not be taken again: %s %j', async (format, channels) => {
    const folder = temporaryFolder()
    const [old, file, db] = ['old.db', `rows.${format}`, 'new.db'].map((each) => join(folder, each))
    if (old === undefined || file === undefined || db === undefined) throw new Error('three names')
    const sketch = [
      '{"voltage":5.0,"current":0.1}',
      '{"voltage":5.0,"current":nan}',
      '{"voltage":nan,"current":nan}',
      '{"voltage":5.1,"current":0.11,"temperature":21}',
      '{"voltage":nan,"current":0.12,"temperature":22}',
      '{"voltage":5.2,"current":0.1}',
    ]
    const monitor = ['monitor', '--stdin', '--output', 'none', '--db', old]
    await ina219(monitor, `${sketch.join('\n')}\n`)
    const exporting = ['export', '--format', format, ...channels]
    await ina219([...exporting, '--db', old, '-o', file])
    const text = readFileSync(file, 'utf8')
    expect(text.match(/error/g)).toHaveLength(3)
    expect(await imported(file, db)).toMatchObject({ refused: 0, devices: [{ added: 6 }] })
    expect((await ina219([...exporting, '--db', db])).stdout).toBe(text)
    expect(await imported(file, db)).toMatchObject({ devices: [{ added: 0, known: 6 }] })
    // With ok it would be a measurement of nothing.
    writeFileSync(file, text.replaceAll('error', 'ok'))
    expect((await imported(file, db)).refused).toBe(channels.length > 0 ? 2 : 3)
  })

  it('names the rows that it refuses', async () => {
    const { file, db } = recording(
      'time,device,voltage_v,current_a,power_w,seq,status,soc\n' +
        '2026-11-20T20:13:00.000Z,a,5,0.1,0.5,1,ok,7\n' +
        '2026-11-20T20:13:01.000Z,a,5,x,0.5,2,ok,\n' +
        '2026-11-31T20:13:01.000Z,a,5,0.1,0.5,3,ok,\n' +
        '2026-11-20T20:13:02.000Z,a,5,0.1,0.5\n' +
        '2026-11-20T20:13:03.000Z,"\'=b",,,,4,"ok, so",8\n' +
        '2026-11-20T20:13:04.000Z,a,5,0.1,0.5,-1,ok,\n',
    )
    const report = await imported(file, db)
    expect(report.refused_rows.map(({ line }) => line)).toEqual([3, 4, 5, 7])
    expect(report.refused_rows[0]?.reason).toContain("'x' in 'current_a'")
    expect(query(db, CHANNELS).map((row) => Object.values(row))).toEqual([
      [START_US / 1000, 'a', 'soc', 7, 1, 'ok'],
      [START_US / 1000 + 3000, '=b', 'soc', 8, 4, 'ok, so'],
    ])
  })
})

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

describe('import of recordings of others', () => {
  const PPK =
    'Timestamp(ms),Current(uA),D0-D7\n0,1.234,00000000\n0.01,20.5,00000001\n0.02,-3,00000000\n'

  it('takes a PPK recording, whose current is a channel', async () => {
    const { file, db } = recording(PPK, 'ppk-20261120.csv')
    await imported(file, db, '--start', '2026-11-20T20:13:00Z')
    expect(query(db, SAMPLES)).toEqual([])
    const rows = query(db, 'SELECT time_us, channel, value, unit FROM channel_log')
    expect(rows.map((row) => Object.values(row))).toEqual([
      [START_US, 'a', 1.234e-6, 'A'],
      [START_US + 10, 'a', 20.5e-6, 'A'],
      [START_US + 20, 'a', -3e-6, 'A'],
    ])
  })

  it('takes the voltage that the user says, and says so', async () => {
    const { file, db } = recording(PPK, 'ppk.csv')
    await imported(file, db, '--start', '2026-11-20T20:13:00Z', '--voltage', '3.3')
    expect(query(db, SAMPLES)[0]).toMatchObject({
      voltage: 3.3,
      current: 1.234e-6,
      power: 4.072e-6,
    })
    const [event] = query(db, `SELECT detail FROM power_event WHERE kind = 'log'`)
    expect(event?.['detail']).toContain('voltage 3.3 V was not measured')
  })

  it('takes a Joulescope recording with times to the µs', async () => {
    const rows =
      '60.0608842,4.5,3.2998,14.85,0.1,0.6\n120.0572884,0.00329549,3.2997,0.0108743,0.3,1.3\n'
    const simple = recording(`time,current,voltage,power,charge,energy\n${rows}`, 'jslog.csv')
    await imported(simple.file, simple.db, '--start', '1790000000')
    expect(
      query(simple.db, SAMPLES).map((row) => [row['time_us'], row['current'], row['status']]),
    ).toEqual([
      [1_790_000_000_000_000, 4.5, 'out_of_range'],
      [1_790_000_059_996_404, 0.00329549, 'ok'],
    ])
    const commented = recording(
      `#= header=time,current,voltage,power,charge,energy\n#= start_time=1790000000.5\n${rows}`,
      'jslog.csv',
    )
    await imported(commented.file, commented.db, '--max-current', '10')
    expect(query(commented.db, SAMPLES).map((row) => [row['time_us'], row['status']])).toEqual([
      [1_790_000_060_560_884, 'ok'],
      [1_790_000_120_557_288, 'ok'],
    ])
  })

  it.each([
    ['2026-11-20T20:13:00Z', START_US],
    ['2026-11-20T20:13:00.500000Z', START_US + 500_000],
    ['2026-11-20T21:13:00+01:00', START_US],
    ['2026-11-20T20:13:00', START_US],
    ['1795205580.0', START_US],
  ])('reads the start_time %s of a Joulescope recording', async (text, us) => {
    const rows =
      '#time,current,voltage,power,charge,energy\n0,0.1,3.3,0.33,0,0\n1,0.1,3.3,0.33,0,0\n'
    const { file, db } = recording(`#= start_time=${text}\n${rows}`)
    await imported(file, db)
    expect(query(db, SAMPLES).map((row) => row['time_us'])).toEqual([us, us + 1_000_000])
  })

  it('names a start_time that is no time', async () => {
    const { file, db } = recording(
      '#= start_time=noon\ntime,current,voltage\n0,0.1,3.3\n1,0.1,3.3\n',
    )
    const run = await ina219(['import', file, '--db', db])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/the start_time of .* is no time: 'noon'; .*--start/)
  })

  it.each([
    ['a header alone', 'time,voltage,current\n'],
    ['words', 'Lorem ipsum dolor\nLorem ipsum dolor\n'],
    ['noise', Buffer.from([0xfb, 0x80, 0x0a, 0xc0, 0x2c, 0x91, 0x0a, 0x2c, 0x2c])],
  ])('does not recommend columns for %s', async (_, content) => {
    const { file, db } = recording(content)
    const run = await ina219(['import', file, '--db', db])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('holds no row of numbers; it must be a text file')
  })

  it('integrates nothing over a hole, and knows each row again', async () => {
    const row = (s: number, a: number): string => `${1_790_000_000 + s},5,${a}\n`
    const first = Array.from({ length: 60 }, (_, i) => row(i, 0.1 + i / 1000)).join('')
    const second = Array.from({ length: 60 }, (_, i) => row(600 + i, 0.2)).join('')
    const { folder, file, db } = recording(`time,voltage,current\n${first}`)
    await imported(file, db)
    // The same recording, longer by now, and compressed.
    const longer = join(folder, 'recording.csv.gz')
    writeFileSync(longer, gzipSync(`time,voltage,current\n${first}${second}`))
    const report = await imported(longer, db)
    expect(report.devices).toMatchObject([{ device: 'recording', added: 60, known: 60 }])
    // Trapezoids of 0.1 to 0.159 A over 59 s, and of 0.2 A over 59 s.
    const charge = query(db, 'SELECT sum(charge_mah) AS mah FROM power_minute')[0]?.['mah']
    expect(charge).toBeCloseTo((((0.1 + 0.159) / 2) * 59 + 0.2 * 59) / 3.6, 9)
    expect(query(db, 'SELECT count(DISTINCT epoch) AS n FROM power_log')).toEqual([{ n: 1 }])
  })

  it('spreads rows of one second over it', async () => {
    const text =
      'time,voltage,current\n' +
      [0, 0, 1, 1, 1, 1].map((s) => `${1_790_000_000 + s},5,0.1\n`).join('')
    const { file, db } = recording(text)
    await imported(file, db)
    expect(
      query(db, SAMPLES).map((each) => (each['time_us'] as number) - 1_790_000_000_000_000),
    ).toEqual([0, 500_000, 1_000_000, 1_250_000, 1_500_000, 1_750_000])
  })

  it('takes text blocks of a day that the user says', async () => {
    const block = (s: string, v: string): string =>
      `23:59:${s} -> Bus Voltage:   ${v} V\n23:59:${s} -> Current:       206.20 mA\n23:59:${s} -> Power:         970.00 mW\n\n`
    const after = block('00.100', '4.72').replaceAll('23:59', '00:00')
    const { file, db } = recording(
      block('59.000', '4.70') + block('59.500', '4.71') + after,
      'serial.log',
    )
    const refused = await ina219(['import', file, '--db', db])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('--date')
    await imported(file, db, '--date', '2026-11-20')
    expect(
      query(db, SAMPLES).map((row) => [row['time_us'], row['voltage'], row['current']]),
    ).toEqual([
      [Date.UTC(2026, 10, 20, 23, 59, 59) * 1000, 4.7, 0.2062],
      [Date.UTC(2026, 10, 20, 23, 59, 59, 500) * 1000, 4.71, 0.2062],
      [Date.UTC(2026, 10, 21, 0, 0, 0, 100) * 1000, 4.72, 0.2062],
    ])
  })

  it('counts what it can not read, and ends with 2 where that is all', async () => {
    const rows = [0, 1, 2, 3].map((s) => `${1_790_000_000 + s},5,0.1`)
    rows[1] = '1790000001,5,0.x1'
    rows[2] = '1790000002,,'
    const { file, db } = recording(`time,voltage,current\n${rows.join('\n')}\n`)
    const report = await imported(file, db)
    expect(report).toMatchObject({ rows: 4, empty_rows: 1, refused: 1 })
    expect(report.refused_rows).toEqual([{ line: 3, reason: "'0.x1' in 'current' is no number" }])
    const nothing = recording('hello\nworld\n')
    const run = await ina219(['import', nothing.file, '--db', nothing.db])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(existsSync(nothing.db)).toBe(false)
  })
})

describe('import of a file that has no end', () => {
  const WHOLE = `time,voltage,current\n${Array.from({ length: 3000 }, (_, i) => `${1_790_000_000 + i},5.${String(i).padStart(4, '0')},0.1`).join('\n')}\n`

  it('reports what came in, and has it on record', async () => {
    const packed = gzipSync(WHOLE)
    const { folder, file, db } = recording(packed.subarray(0, packed.length / 2), 'half.csv.gz')
    const run = await ina219(['import', file, '--db', db, '--format', 'json', '--device', 'lab'])
    expect(run.code).toBe(2)
    expect(run.stderr).toContain('is cut off')
    expect(run.stderr).toContain('import a whole copy of it')
    const [report] = JSON.parse(run.stdout).files
    expect(report.fault).toContain('is cut off')
    const rows = query(db, SAMPLES)
    expect(rows.length).toBeGreaterThan(0)
    expect(report.devices).toMatchObject([{ device: 'lab', added: rows.length }])
    // A row that was cut is none.
    for (const [i, row] of rows.entries()) {
      expect(row['voltage']).toBe(Number(`5.${String(i).padStart(4, '0')}`))
    }
    const [event] = query(db, `SELECT detail FROM power_event WHERE kind = 'log'`)
    expect(event?.['detail']).toMatch(/^imported \d+ samples from .*; its end could not be read$/)
    const again = join(folder, 'whole.csv')
    writeFileSync(again, WHOLE)
    expect(await imported(again, db, '--device', 'lab')).toMatchObject({
      fault: null,
      devices: [{ added: 3000 - rows.length, known: rows.length }],
    })
  })
})

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
    const log = openWriter(old)
    log.writer.write(batchesOf(series(6000, 100_000), { epochs: [EPOCH] }))
    log.end()
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
    const log = openWriter(old)
    log.writer.write(batchesOf(series(240, 1_000_000), { epochs: [EPOCH] }))
    log.end()
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
