/** Runs of a device that are long over, and what still comes to them. */
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import type { Epoch } from '../../src/domain/sample.ts'
import type { DeviceOutbox } from '../../src/storage/client/device-outbox.ts'
import { Outbox } from '../../src/storage/client/outbox.ts'
import type { KeeperReport } from '../../src/storage/write/keeper-report.ts'
import { LogKeeper } from '../../src/storage/write/log-keeper.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  EPOCH,
  HOURS_48_MS,
  makeLog,
  query,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'

/** More than the writer keeps in memory. */
const MANY = 150

let file: string
let nowMs: number

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
  nowMs = 0
})

/** A run of the program with a keeper in this thread. */
class Run {
  readonly keeper: LogKeeper
  readonly outbox: Outbox
  report: KeeperReport | null = null
  #seconds = 0

  constructor() {
    this.keeper = new LogKeeper({
      file,
      retainMs: HOURS_48_MS,
      clock: { wallMs: () => START_US / 1000 + nowMs, monoMs: () => nowMs },
      report: (report) => {
        this.report = report
      },
    })
    this.outbox = new Outbox(this.keeper.open().nextEpochId)
  }

  device(): DeviceOutbox {
    return this.outbox.device({ mayAppend: () => true, appended: () => {}, changed: () => {} })
  }

  commit(): void {
    this.keeper.accept([this.outbox.take().batch])
  }

  /** Begins a run of the device with one sample in it. */
  begin(own: DeviceOutbox, device: string, boot: number | null = null): Epoch {
    const startedUs = START_US + ++this.#seconds * 1e6
    const epoch = own.begin(device, boot, startedUs)
    this.sample(own, epoch, 0)
    return epoch
  }

  sample(own: DeviceOutbox, { id, startedUs }: Epoch, seq: number): void {
    const origin = seq === 5 ? 'late' : 'live'
    own.append(sampleAt(startedUs + seq * 1000, seq, { epochId: id, origin }))
    this.commit()
  }

  lose(own: DeviceOutbox, { id, startedUs }: Epoch, seq: number): void {
    const [fromUs, toUs] = [startedUs, startedUs + 2 * seq * 1000]
    own.lost({ epochId: id, firstSeq: seq, count: 1, fromUs, toUs, reason: 'gone' })
    this.commit()
  }

  /** What was on record as lost comes after all. */
  find(own: DeviceOutbox, epoch: Epoch, seq: number): void {
    const atUs = epoch.startedUs + seq * 1000
    const range = { epochId: epoch.id, firstSeq: seq, count: 1, fromUs: atUs, toUs: atUs }
    own.lost({ ...range, reason: 'found' })
    this.sample(own, epoch, seq)
  }
}

const runsOfLate = (): unknown[] =>
  query(file, 'SELECT device, boot, time_us AS timeUs FROM power_log WHERE sequence = 5')

test('a late sample of a run that is long over comes into it', () => {
  const run = new Run()
  const own = run.device()
  const first = run.begin(own, 'bench', 7)
  run.lose(own, first, 5)
  for (let i = 0; i < MANY; i++) run.begin(own, 'bench', 8 + i)
  run.find(own, first, 5)
  expect(run.report).toMatchObject({ kind: 'recording', reason: '' })
  const last = run.begin(own, 'bench', 900)
  run.keeper.close()
  expect(query(file, 'SELECT epoch, boot FROM power_log WHERE sequence = 5')).toEqual([
    { epoch: first.id, boot: 7 },
  ])
  expect(query(file, 'SELECT * FROM power_lost')).toEqual([])
  expect(query(file, 'SELECT count(*) AS n FROM epoch')).toEqual([{ n: MANY + 2 }])
  // It is not taken for the newest run, with which the next one would go on.
  const next = new Run()
  expect(next.outbox.begin('other', null, 0).id).toBe(last.id + 1)
  next.keeper.close()
})

test('so it does from a spill file', () => {
  const run = new Run()
  const own = run.device()
  const first = run.begin(own, 'bench', 7)
  run.lose(own, first, 5)
  for (let i = 0; i < MANY; i++) run.begin(own, 'bench', 8 + i)
  const other = new Database(file)
  other.exec('BEGIN IMMEDIATE')
  run.find(own, first, 5)
  run.keeper.close()
  expect(existsSync(`${file}.spill.csv`)).toBe(true)
  other.close()
  new Run().keeper.close()
  expect(existsSync(`${file}.spill.csv`)).toBe(false)
  expect(query(file, 'SELECT epoch FROM power_log WHERE sequence = 5')).toEqual([
    { epoch: first.id },
  ])
})

test('in a log that took the place of the one before it gets its own run, not one of the same number', () => {
  const run = new Run()
  const own = run.device()
  const first = run.begin(own, 'bench', 7)
  run.lose(own, first, 5)
  for (let i = 0; i < MANY; i++) run.begin(own, 'bench', 8 + i)
  const other = join(temporaryFolder(), 'other.db')
  makeLog(other, series(3, 1000), { epochs: [{ ...EPOCH, device: 'other' }] })
  expect(first.id).toBe(EPOCH.id)
  // As another program would.
  renameSync(other, file)
  run.find(own, first, 5)
  for (let i = 0; i < MANY; i++) run.begin(own, 'bench', 500 + i)
  run.sample(own, first, 6)
  run.keeper.close()
  const atUs = first.startedUs + 5000
  expect(runsOfLate()).toEqual([{ device: 'bench', boot: 7, timeUs: atUs }])
  expect(query(file, `SELECT count(*) AS n FROM epoch WHERE boot = 7 AND id > 1`)).toEqual([
    { n: 1 },
  ])
})

test('an open run stays open when another device takes the label that it began with', () => {
  const run = new Run()
  const [one, two] = [run.device(), run.device()]
  const open = run.begin(one, 'x', 1)
  for (let i = 0; i < MANY; i++) run.begin(two, 'x', 100 + i)
  run.sample(one, open, 1)
  expect(run.report).toMatchObject({ kind: 'recording', reason: '' })
  run.keeper.close()
  expect(query(file, 'SELECT sequence FROM power_log WHERE boot = 1 ORDER BY time_us')).toEqual([
    { sequence: 0 },
    { sequence: 1 },
  ])
})
