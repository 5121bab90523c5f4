import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Finished, finished, heard, ina219, served, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'

const BOARD_SAMPLES = 200
const NUMBERS = Array.from({ length: BOARD_SAMPLES }, (_, i) => i)
const PIPE_SAMPLES = 300
const MOTOR_SAMPLES = 10

const BOARD = '--scenario noise --rate 60 --seed 5 --start 1790000000'.split(' ')
/**
 * Slow enough that the device can still send again what a busy machine asks for late.
 * What is hit depends on what the host asks for again, and so on time: what is healed does not.
 */
const FAULTS = 'drop=0.03,corrupt=0.02,duplicate=0.02,truncate=0.01'
const PIPE = 'mock --rate max --seed 9 --start 1790000000'.split(' ')

interface Run extends Finished {
  readonly db: string
  readonly ledger: Ledger
  /** NDJSON of each device, by label. */
  readonly printed: ReadonlyMap<string, readonly Record<string, unknown>[]>
}

interface Ledger extends Record<string, unknown> {
  readonly devices?: readonly Record<string, unknown>[]
}

/** A board behind a pseudo-serial port; it stands still until somebody opens the port. */
const board = (): Promise<string> => served(...BOARD, '--fault', FAULTS)

/** Runs until each device has printed that many samples, and is then stopped. */
async function monitored(
  sources: readonly string[],
  input: string,
  wanted: Readonly<Record<string, number>>,
): Promise<Run> {
  const folder = temporaryFolder()
  const [db, summary] = [join(folder, 'log.db'), join(folder, 'run.json')]
  const outputs = ['--db', db, '--summary', summary, '--output', 'ndjson', '--keep-time']
  const child = start(['monitor', ...sources, ...outputs])
  const end = finished(child)
  child.stdin?.end(input)
  const printed = new Map<string, Record<string, unknown>[]>()
  let rest = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const sample = JSON.parse(line) as Record<string, unknown>
      const device = String(sample['device'])
      printed.set(device, [...(printed.get(device) ?? []), sample])
    }
  })
  const isEnough = (): boolean =>
    Object.entries(wanted).every(([device, count]) => (printed.get(device)?.length ?? 0) >= count)
  await until(`samples of ${Object.keys(wanted).join(', ')}`, () => {
    return isEnough() || child.exitCode !== null
  })
  child.kill('SIGINT')
  const run = await end
  const ledger = JSON.parse(readFileSync(summary, 'utf8')) as Ledger
  return { ...run, db, ledger, printed }
}

type Row = Readonly<Record<string, unknown>>

/** What `power_log` has of a device. */
function rows(db: string, device: string): Row[] {
  const log = new Database(db, { readonly: true })
  try {
    const sql =
      'SELECT timestamp, voltage, current, power, sequence, status FROM power_log WHERE device = ? ORDER BY timestamp, sequence'
    return log.prepare(sql).all(device) as Row[]
  } finally {
    log.close()
  }
}

/** Without times: those of the mock in process begin with the run. */
function values(db: string, device: string): Row[] {
  return rows(db, device).map(({ timestamp: _, ...rest }) => rest)
}

const frames = async (): Promise<string> =>
  (await ina219([...PIPE, '--count', String(PIPE_SAMPLES)])).stdout

describe.skipIf(!hasPty)('one device alone', () => {
  it('a board with faults has the same rows each time', async () => {
    const runs: Run[] = []
    for (let i = 0; i < 2; i++) {
      const args = ['--port', await board(), '--device', 'board']
      runs.push(await monitored(args, '', { board: BOARD_SAMPLES }))
    }
    const [first, second] = runs.map(({ db }) => rows(db, 'board').slice(0, BOARD_SAMPLES))
    expect(first?.map((each) => each['sequence'])).toEqual(NUMBERS)
    expect(second).toEqual(first)
  })
})

describe.skipIf(!hasPty)('a board, a mock and a pipe at once', () => {
  const LABELS = ['board', 'motor', 'pipe']
  const WANTED = { board: BOARD_SAMPLES, motor: MOTOR_SAMPLES, pipe: PIPE_SAMPLES }
  let run: Run
  let alone: Readonly<Record<string, Run>>

  beforeAll(async () => {
    const pipe = await frames()
    const names = ['--device', 'board', '--device', 'motor', '--device', 'pipe']
    const all = ['--port', await board(), '--mock', 'motor', '--stdin', ...names]
    run = await monitored(all, pipe, WANTED)
    const port = ['--port', await board(), '--device', 'board']
    const motor = ['--mock', 'motor', '--device', 'motor']
    alone = {
      board: await monitored(port, '', { board: BOARD_SAMPLES }),
      motor: await monitored(motor, '', { motor: MOTOR_SAMPLES }),
      pipe: await monitored(['--stdin', '--device', 'pipe'], pipe, { pipe: PIPE_SAMPLES }),
    }
  })

  it('ends well', () => {
    expect(run).toMatchObject({ code: 0 })
  })

  it('has a ledger for each device, in their order, with the members of the whole', () => {
    const { devices = [], ...sums } = run.ledger
    expect(devices.map((each) => each['device'])).toEqual(LABELS)
    for (const device of devices) {
      expect(Object.keys(device)).toEqual(expect.arrayContaining(Object.keys(sums)))
    }
  })

  it('has their sums at the top', () => {
    const { devices = [], seconds: _, ...sums } = run.ledger
    for (const [member, sum] of Object.entries(sums)) {
      if (typeof sum !== 'number' || member === 'log_outages') continue
      const parts = devices.map((each) => Number(each[member]))
      expect({ [member]: parts.reduce((all, part) => all + part, 0) }).toEqual({ [member]: sum })
    }
  })

  it.each(LABELS)('accounts for every line and sample of %s', (label) => {
    const own = run.ledger.devices?.find((each) => each['device'] === label) ?? {}
    const of = (...members: readonly string[]): number =>
      members.reduce((sum, member) => sum + Number(own[member]), 0)
    const good = ['samples', 'out_of_range']
    const bad = ['duplicates', 'malformed', 'crc_errors', 'overlong', 'control']
    expect(of('lines')).toBe(of(...good, ...bad))
    expect(of('logged')).toBe(of(...good))
    expect(rows(run.db, label)).toHaveLength(of('logged'))
  })

  it('heals the losses of the board', () => {
    const own = run.ledger.devices?.find((each) => each['device'] === 'board')
    expect(own?.['recovered']).toBeGreaterThan(0)
  })

  it('logs of the pipe what it logs of it alone', () => {
    expect(rows(run.db, 'pipe')).toHaveLength(PIPE_SAMPLES)
    expect(rows(run.db, 'pipe')).toEqual(rows(alone['pipe']?.db ?? '', 'pipe'))
  })

  it('logs of the board what it logs of it alone, as far as both went', () => {
    const [both, own] = [run, alone['board']].map((each) => rows(each?.db ?? '', 'board'))
    expect(both?.map((each) => each['sequence']).slice(0, BOARD_SAMPLES)).toEqual(NUMBERS)
    expect(both?.slice(0, BOARD_SAMPLES)).toEqual(own?.slice(0, BOARD_SAMPLES))
  })

  it('logs of the mock what it logs of it alone, as far as both went', () => {
    const [both, own] = [run, alone['motor']].map((each) => values(each?.db ?? '', 'motor'))
    expect(both?.length).toBeGreaterThanOrEqual(MOTOR_SAMPLES)
    expect(both?.slice(0, MOTOR_SAMPLES)).toEqual(own?.slice(0, MOTOR_SAMPLES))
  })

  it.each(LABELS)('prints and exports %s as it is logged', async (label) => {
    const logged = values(run.db, label)
    const sequence = logged.map((each) => each['sequence'])
    const printed = run.printed.get(label)?.map((each) => each['seq'])
    expect([...(printed ?? [])].sort((a, b) => Number(a) - Number(b))).toEqual(sequence)
    const exported = await ina219(['export', '--db', run.db, '--device', label])
    const lines = exported.stdout.trimEnd().split('\n').slice(1)
    expect(lines.map((line) => line.split(',')[1])).toEqual(lines.map(() => label))
    expect(lines.map((line) => Number(line.split(',')[2]))).toEqual(
      logged.map((each) => each['voltage']),
    )
  })

  it('has a history by device', async () => {
    const json = await ina219(['history', '--db', run.db, '--format', 'json'])
    const { devices } = JSON.parse(json.stdout) as { devices: Record<string, unknown>[] }
    const counts = LABELS.map((label) => [label, rows(run.db, label).length])
    expect(new Map(devices.map((each) => [each['device'], each['samples']]))).toEqual(
      new Map(counts as [string, number][]),
    )
    const one = await ina219(['history', '--db', run.db, '--device', 'pipe'])
    expect(one.stdout).toMatch(/^pipe: /m)
    expect(one.stdout).not.toMatch(/^(board|motor): /m)
  })
})

describe('the outputs of several devices', () => {
  /** Stopped once both devices have printed a line. */
  async function printed(output: string): Promise<Finished> {
    const names = ['--device', 'pipe 1', '--device', 'load']
    const child = start(['monitor', '--stdin', '--mock', ...names, '--output', output, '--no-log'])
    const end = finished(child)
    const text = heard(child.stdout)
    child.stdin?.end('{"v":5,"a":0.1,"seq":0}\n')
    await until('a line of each', () => /pipe 1.*\n/.test(text()) && /load.*\n/.test(text()))
    child.kill('SIGINT')
    return end
  }

  it('plain lines end with the label, events begin with it', async () => {
    const { stdout, stderr } = await printed('plain')
    const lines = stdout.trimEnd().split('\n')
    expect(lines.filter((line) => !/ {2}(pipe 1|load)$/.test(line))).toEqual([])
    expect(lines).toContainEqual(expect.stringMatching(/ 5\.000 V .* {2}ok {2}#0 {2}pipe 1$/))
    expect(stderr).toMatch(/^# [\dT:.Z-]+ load hello: ina219 firmware mock/m)
  })

  it('NDJSON has it as a member', async () => {
    const lines = (await printed('ndjson')).stdout.trimEnd().split('\n')
    const devices = lines.map((line) => (JSON.parse(line) as { device: string }).device)
    expect(new Set(devices)).toEqual(new Set(['pipe 1', 'load']))
  })

  it('a port that is not there ends the command, whatever the others do', async () => {
    const args = ['monitor', '--mock', '--port', '/dev/nonexistent', '--no-log']
    const run = await ina219([...args, '--output', 'none'])
    expect(run.code).toBe(3)
    expect(run.stderr).toMatch(/no port '\/dev\/nonexistent'/)
  })
})
