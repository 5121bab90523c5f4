import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { imported, recording, SAMPLES } from '../support/import-rig.ts'
import { query, START_US } from '../support/log-fixture.ts'

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
