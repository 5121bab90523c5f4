/**
 * A mock device in this process on a real pseudo-serial port, which remembers
 * all it ever measured and which acknowledgements it got; real monitors as
 * child processes; and the comparison of a log with what the device knows.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { createDevice } from '../../mock/device.ts'
import { LiveDevice } from '../../mock/live-device.ts'
import { openPty, type Pty } from '../../mock/pty.ts'
import { LineSplitter } from '../../src/sources/lines/line-splitter.ts'
import { systemClock } from '../../src/util/clock.ts'
import { systemSchedule } from '../../src/util/schedule.ts'
import { within } from './polling.ts'
import { shutInherited } from './serial.ts'

/** Also right in a bundled bench, which is two folders below the root as this file is. */
const CLI = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))

/** One sample as the device printed it. */
interface Truth {
  readonly v: number
  readonly a: number
  readonly w: number
  readonly ts: number
  readonly status: string
}

export class RecordedDevice {
  readonly link: string
  /** Every sample made, by its number. */
  readonly made = new Map<number, Truth>()
  /** The newest number the host called durable, and how often it did. */
  acked: number | null = null
  acks = 0
  nacks = 0
  /** How often a host opened the port, and the newest sample when it last did. */
  hosts = 0
  newestAtHost = -1
  #pty: Pty | null = null
  readonly #live: LiveDevice
  readonly #fromHost: LineSplitter
  #isOn = false

  private constructor(link: string, rateHz: number, seed: number) {
    this.link = link
    const device = createDevice({
      scenario: 'radio',
      seed,
      startS: Math.floor(systemClock.wallMs()) / 1000,
      intervalMs: 1000 / rateHz,
    })
    this.#live = new LiveDevice({
      ...device,
      clock: systemClock,
      schedule: systemSchedule,
      pace: 1,
      lingerMs: 0,
      write: (text) => {
        this.#remember(text)
        this.#pty?.write(Buffer.from(text, 'latin1'))
      },
      finished: () => {},
    })
    this.#fromHost = new LineSplitter({
      line: (bytes) => this.#hear(Buffer.from(bytes).toString()),
      overlong: () => {},
    })
  }

  static async open(link: string, rateHz: number, seed: number): Promise<RecordedDevice> {
    const device = new RecordedDevice(link, rateHz, seed)
    await device.plug()
    return device
  }

  /** The port is there (again) under its link. The first host to open it switches the device on. */
  async plug(): Promise<void> {
    const pty = await openPty({ link: this.link })
    pty.onOpened(() => {
      this.hosts++
      this.newestAtHost = this.newest
      if (!this.#isOn) this.#live.start()
      this.#isOn = true
      // Every other time it says nothing by itself, as a board that an opened port does not reset.
      if (this.hosts % 2 === 1) this.#live.hello()
    })
    pty.onData((chunk) => {
      this.#fromHost.push(chunk)
      this.#live.receive(chunk)
    })
    pty.onClosed(() => this.#forget())
    this.#pty = pty
  }

  /** The cable is pulled; the device goes on measuring. */
  pull(): void {
    this.#pty?.hangUp()
    this.#pty = null
    this.#forget()
  }

  /**
   * No further samples, once the host of the moment has shown that it listens; it still answers.
   *
   * @returns whether all that was made has been acknowledged in the end
   */
  async finish(limitMs: number): Promise<boolean> {
    const { acks } = this
    const isHeard = await within(limitMs, () => this.acks > acks)
    this.#live.pause()
    return isHeard && (await within(limitMs, () => this.acked === this.newest))
  }

  /** Number of the newest sample; -1: none yet. */
  get newest(): number {
    return this.made.size - 1
  }

  close(): void {
    this.#live.pause()
    this.pull()
  }

  #forget(): void {
    this.#live.outbox.forget()
    this.#fromHost.discard()
  }

  #remember(text: string): void {
    for (const line of text.split('\n')) {
      if (!line.startsWith('{"v"') || line.includes('"r":1')) continue
      const sample = JSON.parse(line) as Truth & { seq: number }
      this.made.set(sample.seq, sample)
    }
  }

  #hear(line: string): void {
    if (line.startsWith('{"nack"')) this.nacks++
    if (!line.startsWith('{"ack"')) return
    this.acked = (JSON.parse(line) as { ack: number }).ack
    this.acks++
  }
}

export interface MonitorRun {
  readonly child: ChildProcess
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>
  /** What it said on stderr so far. */
  said(): string
  summary(): Record<string, unknown> | null
}

/** `ina219 monitor` as a child; its summary goes to stdout. @param link a port, or several @param more arguments */
export function startMonitor(
  link: string | readonly string[],
  db: string,
  more: readonly string[] = [],
): MonitorRun {
  const ports = [link].flat().flatMap((port) => ['--port', port])
  const args = ['monitor', ...ports, '--db', db, '--output', 'none', '--summary', '-', ...more]
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: [more.includes('--stdin') ? 'pipe' : 'ignore', 'pipe', 'pipe', ...shutInherited()],
  })
  let said = ''
  let printed = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  return {
    child,
    exited: new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal }))
    }),
    said: () => said,
    summary: () => (printed === '' ? null : (JSON.parse(printed) as Record<string, unknown>)),
  }
}

export interface Findings {
  /** `ok`, or what PRAGMA integrity_check says. */
  readonly integrity: string
  readonly rows: number
  /** Samples made, up to the newest one asked about, that are not in the log. */
  readonly missing: number
  /** Of those, neither on record as lost. */
  readonly unaccounted: number
  /** Of those, acknowledged to the device. */
  readonly ackedMissing: number
  /** Rows whose number another row has, too. */
  readonly twice: number
  /** Rows that differ from what the device printed, or that it never printed. */
  readonly wrong: number
  readonly lostOnRecord: number
}

interface Row {
  readonly sequence: number
  readonly voltage: number
  readonly current: number
  readonly power: number
  readonly status: string
  readonly time_us: number
}

/**
 * Compares logs (more than one where a file was moved away meanwhile) with what the device made.
 *
 * @param upTo number of the newest sample that has to be there
 * @param label of the device; null: the logs have no other
 */
export function checkLogs(
  files: readonly string[],
  device: Pick<RecordedDevice, 'made' | 'acked'>,
  upTo: number,
  label: string | null = null,
): Findings {
  const seen = new Set<number>()
  const lost = new Set<number>()
  let integrity = 'ok'
  let rows = 0
  let twice = 0
  let wrong = 0
  for (const file of files) {
    const db = new Database(file, { fileMustExist: true })
    try {
      const found = db.pragma('integrity_check', { simple: true }) as string
      if (found !== 'ok') integrity = found
      const of = 'WHERE ? IS NULL OR device = ?'
      const sql = `SELECT sequence, voltage, current, power, status, time_us FROM power_log ${of}`
      for (const row of db.prepare(sql).iterate(label, label) as IterableIterator<Row>) {
        rows++
        if (seen.has(row.sequence)) twice++
        seen.add(row.sequence)
        if (!isTrue(row, device.made.get(row.sequence))) wrong++
      }
      const losses = `SELECT first_sequence AS first, count FROM power_lost ${of}`
      for (const range of db.prepare(losses).all(label, label) as {
        first: number
        count: number
      }[]) {
        for (let i = 0; i < range.count; i++) lost.add(range.first + i)
      }
    } finally {
      db.close()
    }
  }
  let missing = 0
  let unaccounted = 0
  let ackedMissing = 0
  for (let seq = 0; seq <= upTo; seq++) {
    if (seen.has(seq)) continue
    missing++
    if (lost.has(seq)) continue
    unaccounted++
    // What was lost for good lies below an acknowledged number, too; it must be on record.
    if (device.acked !== null && seq <= device.acked) ackedMissing++
  }
  return {
    integrity,
    rows,
    missing,
    unaccounted,
    ackedMissing,
    twice,
    wrong,
    lostOnRecord: lost.size,
  }
}

function isTrue(row: Row, truth: Truth | undefined): boolean {
  return (
    truth !== undefined &&
    row.voltage === truth.v &&
    row.current === truth.a &&
    row.power === truth.w &&
    row.status === truth.status &&
    Math.abs(row.time_us - truth.ts * 1e6) < 2
  )
}
