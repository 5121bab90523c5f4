import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { capture } from '../support/format-rig.ts'

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url))

let file: string
beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

/** What went through `monitor --stdin` into the log, and out again. */
async function through(
  input: string | Uint8Array,
  ...args: string[]
): Promise<{ rows: string[][]; ledger: Record<string, number>; stderr: string }> {
  const summary = `${file}.json`
  const run = await ina219(
    ['monitor', '--stdin', '--db', file, '--output', 'plain', '--summary', summary, ...args],
    input,
  )
  expect(run.code).toBe(0)
  const exported = await ina219(['export', '--db', file, '--channels', 'all'])
  const rows = exported.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','))
  return { rows, ledger: JSON.parse(readFileSync(summary, 'utf8')), stderr: run.stderr }
}

/** Each line is in exactly one class of the ledger (contract 4). */
function classes(ledger: Record<string, number>): number {
  const names = 'samples out_of_range duplicates malformed crc_errors overlong control'
  return names.split(' ').reduce((sum, name) => sum + (ledger[name] ?? Number.NaN), 0)
}

/** The decimal a few digits up or down, by its text alone. */
const milli = (text: string): string => String(Number(`${text}e-3`))

describe.skipIf(!existsSync(DATA))('real captures', () => {
  it('of a serial monitor: the export has exactly its values, and its times', async () => {
    const text = readFileSync(join(DATA, 'gassentinel-text/serial-monitor.log'), 'utf8')
    // Read in the plainest way, by somebody who knows what it is.
    const blocks = [
      ...text.matchAll(
        /:(\d\d\.\d{3}) -> Bus Voltage: +(\S+) V\n.*-> Shunt Voltage: +(\S+) mV\n.*-> Load Voltage: +(\S+) V\n.*-> Current: +(\S+) mA\n.*-> Power: +(\S+) mW/g,
      ),
    ]
    expect(blocks).toHaveLength(150)
    const { rows, ledger, stderr } = await through(text)
    expect(rows[0]?.slice(2)).toEqual([
      'voltage_v',
      'current_a',
      'power_w',
      'seq',
      'status',
      'shunt_mv',
      'load_v',
    ])
    expect(rows.slice(1).map((row) => row.slice(2))).toEqual(
      blocks.map(([, , v, shunt, load, ma, mw]) => [
        String(Number(v)),
        milli(ma as string),
        milli(mw as string),
        '',
        'ok',
        String(Number(shunt)),
        String(Number(load)),
      ]),
    )
    const startMs = Date.parse(rows[1]?.[0] as string)
    expect(rows.slice(1).map(([time]) => Date.parse(time as string) - startMs)).toEqual(
      blocks.map(([, seconds]) => Math.round((Number(seconds) - 5.04) * 1000)),
    )
    expect(ledger).toMatchObject({
      lines: 900,
      samples: 150,
      control: 750,
      malformed: 0,
      logged: 150,
    })
    expect(stderr).toContain("format: named values: v from 'Bus Voltage' in V")
    expect(stderr).toContain('unnumbered: the device numbers nothing: no loss can be detected')
  })

  it('of an INA226 on an ESP32: 7190 rows with signs', async () => {
    const text = readFileSync(join(DATA, 'abedtegar-ina226/20251127_020201.csv'), 'utf8')
    const expected = text
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(','))
      .map(([, , v, shunt, ma, mw]) =>
        [v, milli(ma as string), milli(mw as string), shunt].map((each) => String(Number(each))),
      )
    const { rows, ledger } = await through(text)
    expect(rows.slice(1).map((row) => [row[2], row[3], row[4], row[7]])).toEqual(expected)
    expect(classes(ledger)).toBe(7191)
  })

  it('of rows without a header: power says that the current is in mA', async () => {
    const text = readFileSync(
      join(DATA, 'greenroom-ina219/all-both_2021-09-19_23-12_power_data.csv'),
      'utf8',
    )
    const lines = text
      .trim()
      .split('\n')
      .map((line) => line.split(','))
    const { rows } = await through(text)
    // V and W to the digit; mA with 16 digits, moved by three places.
    expect(rows.slice(1).map((row) => [row[2], row[4]])).toEqual(
      lines.map(([, , v, , w]) => [String(Number(v)), String(Number(w))]),
    )
    expect(rows.slice(1).map((row) => row[3])).toEqual(
      lines.map((line) => milli(line[3] as string)),
    )
  })
})

describe('sketches', () => {
  it('what could not be measured is logged with its status, and without a value', async () => {
    const { rows, ledger } = await through(capture('load-voltage-alone'))
    expect(rows.slice(1).map((row) => row.slice(2, 7))).toEqual([
      ['4.72', '0.2062', '0.97', '', 'ok'],
      ['', '', '', '', 'ovf'],
      ['', '', '', '', 'ovf'],
    ])
    expect(ledger).toMatchObject({ lines: 12, samples: 3, control: 9 })
    const db = new Database(file, { readonly: true })
    expect(db.prepare('SELECT voltage FROM power_log').pluck().all()).toEqual([4.72])
    db.close()
  })

  it('what the log will take is said only where the lines have times: a pipe is as fast as it may be', async () => {
    const rows = (time: (i: number) => string): string =>
      Array.from({ length: 72 }, (_, i) => `${time(i)}5.02,245\n`).join('')
    const timed = await through(`millis,V,mA\n${rows((i) => `${i * 100},`)}`)
    expect(timed.stderr).toMatch(/48h at this rate take about \d/)
    const untimed = await through(`V,mA\n${rows(() => '')}`)
    expect(untimed.ledger).toMatchObject({ samples: 72 })
    expect(untimed.stderr).not.toContain('at this rate')
  })

  it('says also to programs that nothing was recognised', async () => {
    const args = ['monitor', '--stdin', '--no-log', '--output', 'ndjson']
    const rows = await ina219(args, '5.02,245.0\n'.repeat(80))
    expect(rows.stderr).toContain('format: not recognised: ')
    expect(rows.stderr).toContain('--format csv')
    const words = await ina219(args, 'Failed to find INA219 chip\n')
    expect(words.stderr).toContain("only words such as 'Failed to find INA219 chip'")
    expect([rows.stdout, words.stdout]).toEqual(['', ''])
  })

  it('further channels have their units', async () => {
    await through(capture('ina219-we-continuous'))
    const db = new Database(file, { readonly: true })
    const units = db
      .prepare('SELECT DISTINCT channel, unit FROM channel_log ORDER BY channel')
      .raw()
      .all()
    expect(units).toEqual([
      ['load_v', 'V'],
      ['shunt_mv', 'mV'],
    ])
    db.close()
  })

  it('--format ina3221 makes three devices of one source', async () => {
    const text = capture('robtillaart-ina3221-table')
    const { rows, ledger } = await through(text, '--format', 'ina3221', '--device', 'bench')
    const of = (n: number): string[][] =>
      rows.filter(([, device]) => device === `bench/ch${n}`).map((row) => row.slice(2, 5))
    expect(of(1)).toEqual([
      ['5.02', '0.245', '1.2299'],
      ['5.03', '0.246', '1.23738'],
    ])
    expect(of(2)).toEqual([
      ['3.3', '-0.012', '0.0396'],
      ['3.31', '-0.013', '0.04303'],
    ])
    expect(of(3)).toEqual([
      ['12.1', '0.0015', '0.01815'],
      ['12.11', '0.0016', '0.019376'],
    ])
    expect(classes(ledger)).toBe(9)
    expect(
      (ledger['devices'] as unknown as { device: string; lines: number }[]).map(
        ({ device, lines }) => [device, lines],
      ),
    ).toEqual([
      ['bench/ch1', 5],
      ['bench/ch2', 2],
      ['bench/ch3', 2],
    ])
  })

  it('without it, the channels behind the first are channels of the one device, and an event says so', async () => {
    const { rows, stderr } = await through(capture('robtillaart-ina3221-table'))
    expect(rows[0]).toContain('v2')
    expect(stderr).toContain('--format ina3221 makes a device of each channel')
  })

  it('nothing can be sent to what --format names', async () => {
    const run = await ina219([
      'monitor',
      '--port',
      '/dev/absent',
      '--format',
      'text',
      '--set',
      'interval=100',
      '--no-log',
    ])
    expect(run).toMatchObject({ code: 2 })
    expect(run.stderr).toContain('what --format names hears no commands')
  })

  it('an unknown form is named with the nearest', async () => {
    const run = await ina219(['monitor', '--stdin', '--format', 'txt', '--no-log'])
    expect(run).toMatchObject({ code: 2 })
    expect(run.stderr).toContain("did you mean 'text'?")
  })
})
