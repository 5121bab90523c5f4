import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { finished, ina219, piped, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

interface Row {
  readonly voltage: number
  readonly current: number
  readonly power: number
  readonly sequence: number
  readonly status: string
}

function rows(db: string): Row[] {
  const database = new Database(db, { readonly: true })
  try {
    return database
      .prepare('SELECT voltage, current, power, sequence, status FROM power_log ORDER BY sequence')
      .all() as Row[]
  } finally {
    database.close()
  }
}

/** What the mock printed, as the log has to have it. */
function printed(stdout: string): Row[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{"v"'))
    .map((line) => {
      const frame = JSON.parse(line) as {
        v: number
        a: number
        w: number
        seq: number
        status: string
      }
      return {
        voltage: frame.v,
        current: frame.a,
        power: frame.w,
        sequence: frame.seq,
        status: frame.status,
      }
    })
}

const CLASSES = [
  'samples',
  'out_of_range',
  'duplicates',
  'malformed',
  'crc_errors',
  'overlong',
  'control',
] as const

type Ledger = Record<string, number>

function balance(ledger: Ledger): number {
  return CLASSES.reduce((sum, name) => sum + (ledger[name] ?? Number.NaN), 0)
}

const RUN = ['--rate', 'max', '--interval', '10', '--seed', '7', '--start', '1790000000']

describe('mock | monitor', () => {
  it('logs every sample, digit for digit, and nothing else', async () => {
    const db = join(temporaryFolder(), 't.db')
    const mock = ['mock', '--count', '20000', ...RUN]
    const [, monitor] = await piped(mock, [
      'monitor',
      '--stdin',
      '--output',
      'none',
      '--db',
      db,
      '--summary',
      '-',
    ])
    expect(monitor.code).toBe(0)
    const ledger = JSON.parse(monitor.stdout) as Ledger
    expect(ledger).toMatchObject({
      lines: 20_000,
      samples: 20_000,
      logged: 20_000,
      lost: 0,
      gaps: 0,
    })
    expect(balance(ledger)).toBe(ledger['lines'])
    const again = await ina219(mock)
    expect(rows(db)).toEqual(printed(again.stdout))
    const csv = await ina219(['export', '--db', db, '--from', '0'])
    expect(csv.stdout.trimEnd().split('\n')).toHaveLength(20_001)
  })

  it('accounts for every fault: lost is what the mock says it lost, nothing wrong is logged', async () => {
    const folder = temporaryFolder()
    const db = join(folder, 't.db')
    const faults =
      'drop=0.01,corrupt=0.005,duplicate=0.01,truncate=0.002,garbage=0.005,reset=0.0005'
    const [mock, monitor] = await piped(
      ['mock', '--count', '20000', ...RUN, '--fault', faults, '--summary', '-'],
      ['monitor', '--stdin', '--output', 'none', '--db', db, '--summary', '-'],
    )
    const ledger = JSON.parse(monitor.stdout) as Ledger
    const told = JSON.parse(mock.stderr) as { lines: number; lost: number; faults: Ledger }
    expect(balance(ledger)).toBe(ledger['lines'])
    expect(ledger['lines']).toBe(told.lines)
    expect(ledger['lost']).toBe(told.lost)
    expect(ledger['lost']).toBeGreaterThan(200)
    expect(ledger['duplicates']).toBe(told.faults['duplicate'])
    expect(ledger['reboots']).toBe(told.faults['reset'])
    const clean = new Map(
      printed((await ina219(['mock', '--count', '20000', ...RUN])).stdout).map((row) => [
        row.sequence,
        row,
      ]),
    )
    const logged = rows(db)
    expect(logged).toHaveLength(20_000 - told.lost)
    for (const row of logged) expect(row).toEqual(clean.get(row.sequence))
  })

  it('takes plain frames without CRC just as well', async () => {
    const db = join(temporaryFolder(), 't.db')
    const mock = ['mock', '--count', '5000', ...RUN, '--plain-frames', '--scenario', 'motor']
    await piped(mock, ['monitor', '--stdin', '--output', 'none', '--db', db])
    expect(rows(db)).toEqual(printed((await ina219(mock)).stdout))
  })
})

describe('monitor --stdin', () => {
  it('counts lines of other programs and goes on', async () => {
    const db = join(temporaryFolder(), 't.db')
    const input = Buffer.concat([
      Buffer.from('ets Jun  8 2016 00:22:57\r\nrst:0x1 (POWERON_RESET),boot:0x13\r\n'),
      Buffer.from('{"hello":"ina219","fw":"1","boot":3}\n'),
      Buffer.from('{"v":5.02,"a":0.245,"w":1.23,"seq":1,"status":"ok"}\r\n'),
      Buffer.from('Traceback (most recent call last):\n  File "x.py"\n\n'),
      Buffer.from([0xff, 0x00, 0x80, 0x1b, 0x0a]),
      Buffer.alloc(3_000_000, 0x78),
      Buffer.from('\n{"v":5.03,"a":-0.245,"seq":2}\n{"type":"status","message":"hi"}\n'),
      Buffer.from('{"v":50,"a":0.2,"seq":3}\n{"v":5.02,"a":0.2'),
    ])
    const monitor = await ina219(
      [
        'monitor',
        '--stdin',
        '--db',
        db,
        '--output',
        'ndjson',
        '--summary',
        join(temporaryFolder(), 's'),
      ],
      input,
    )
    expect(monitor.code).toBe(0)
    const shown = monitor.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Ledger)
    expect(
      shown.map((each) => [each['voltage_v'], each['current_a'], each['power_w'], each['status']]),
    ).toEqual([
      [5.02, 0.245, 1.23, 'ok'],
      [5.03, -0.245, -1.23235, 'ok'],
      [50, 0.2, 10, 'out_of_range'],
    ])
  })

  it('balances the ledger of that', async () => {
    const monitor = await ina219(
      ['monitor', '--stdin', '--no-log', '--output', 'none', '--summary', '-'],
      `junk\n\n{"v":5,"a":1,"seq":1}\n{"v":5,"a":1,"seq":1}\n{"ack":1}\n{"v":50,"a":1,"seq":2}\n${'x'.repeat(600)}\n{"v":5,"a":1,"seq":4,"crc":"0000"}\n{"v":5,"a":1,"seq":5}`,
    )
    expect(JSON.parse(monitor.stdout)).toMatchObject({
      lines: 9,
      samples: 2,
      out_of_range: 1,
      duplicates: 1,
      malformed: 1,
      crc_errors: 1,
      overlong: 1,
      control: 2,
      logged: 0,
      gaps: 1,
      lost: 2,
    })
  })

  it('puts samples that come after all in their place, and takes them off the record of losses', async () => {
    const db = join(temporaryFolder(), 't.db')
    const frame = (seq: number, rest = ''): string =>
      `{"v":5.0${seq},"a":0.1,"ts":${1_790_000_000 + seq},"seq":${seq}${rest}}\n`
    const input = `${frame(0)}${frame(4)}${frame(2, ',"r":1')}${frame(2, ',"r":1')}${frame(1)}${frame(5)}`
    const run = await ina219(
      ['monitor', '--stdin', '--keep-time', '--db', db, '--output', 'none', '--summary', '-'],
      input,
    )
    const ledger = JSON.parse(run.stdout) as Ledger
    expect(ledger).toMatchObject({
      lines: 6,
      samples: 5,
      duplicates: 1,
      lost: 1,
      gaps: 1,
      reboots: 0,
    })
    const database = new Database(db, { readonly: true })
    expect(
      database.prepare('SELECT timestamp, sequence FROM power_log ORDER BY timestamp').all(),
    ).toEqual(
      [0, 1, 2, 4, 5].map((seq) => ({ timestamp: (1_790_000_000 + seq) * 1000, sequence: seq })),
    )
    expect(database.prepare('SELECT first_seq, count FROM lost').all()).toEqual([
      { first_seq: 3, count: 1 },
    ])
    database.close()
  })

  it('records a loss with the run that it belongs to, and counts nothing over a step of the clock', async () => {
    const db = join(temporaryFolder(), 't.db')
    const frame = (seq: number, ts: number): string =>
      `{"v":5,"a":1,"w":5,"ts":${1_790_000_000 + ts},"seq":${seq}}\n`
    const before = [0, 1, 2, 3, 4].map((seq) => frame(seq, seq)).join('')
    const after = [7, 8, 9].map((seq) => frame(seq, seq + 100_000)).join('')
    await ina219(
      ['monitor', '--stdin', '--keep-time', '--db', db, '--output', 'none'],
      before + after,
    )
    const database = new Database(db, { readonly: true })
    const epochs = database
      .prepare('SELECT DISTINCT epoch_id FROM sample ORDER BY id')
      .pluck()
      .all()
    expect(epochs).toHaveLength(2)
    expect(database.prepare('SELECT epoch_id, first_seq, count FROM lost').all()).toEqual([
      { epoch_id: epochs[0], first_seq: 5, count: 2 },
    ])
    database.close()
    const history = JSON.parse(
      (await ina219(['history', '--db', db, '--format', 'json'])).stdout,
    ) as { devices: { charge_mah: number }[] }
    // 1 A for the four seconds before the step and the two after it.
    expect(history.devices[0]?.charge_mah).toBeCloseTo(6 / 3.6, 9)
  })

  it('stops after --count samples, and on a signal flushes and ends with 0', async () => {
    const db = join(temporaryFolder(), 't.db')
    const counted = await ina219([
      'monitor',
      '--mock',
      '--count',
      '2',
      '--output',
      'plain',
      '--db',
      db,
    ])
    expect(counted.code).toBe(0)
    expect(counted.stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(rows(db)).toHaveLength(2)

    const db2 = join(temporaryFolder(), 't.db')
    const child = start(['monitor', '--stdin', '--output', 'ndjson', '--db', db2])
    const end = finished(child)
    child.stdin?.write('{"v":5,"a":1,"seq":1}\n')
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.kill('SIGTERM')
    expect((await end).code).toBe(0)
    expect(rows(db2)).toHaveLength(1)
  })
})
