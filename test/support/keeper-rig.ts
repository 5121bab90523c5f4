import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished } from 'vitest'
import type { KeeperReport } from '../../src/storage/write/keeper-report.ts'
import { LogKeeper } from '../../src/storage/write/log-keeper.ts'
import type { Clock } from '../../src/util/clock.ts'
import { InaError } from '../../src/util/errors.ts'
import { temporaryFolder } from './folder.ts'
import { HOURS_48_MS, query } from './log-fixture.ts'

/** A log file of its own, and the keepers that write it; time stands still until a test moves it. */
export class KeeperRig {
  readonly folder = temporaryFolder()
  file = join(this.folder, 'log.db')
  nowMs = 0
  readonly reports: KeeperReport[] = []
  readonly clock: Clock = {
    wallMs: () => 1_795_000_000_000 + this.nowMs,
    monoMs: () => this.nowMs,
  }

  get spill(): string {
    return `${this.file}.spill.csv`
  }

  /** What a keeper reported last. */
  get last(): KeeperReport {
    return this.reports.at(-1) as KeeperReport
  }

  /** A keeper that has not opened its log. */
  keeper(file = this.file, retainMs = HOURS_48_MS): LogKeeper {
    const report = (each: KeeperReport): void => void this.reports.push(each)
    return new LogKeeper({ file, retainMs, clock: this.clock, report })
  }

  start(retainMs = HOURS_48_MS): LogKeeper {
    const keeper = this.keeper(this.file, retainMs)
    keeper.open()
    return keeper
  }

  /** Another program that has the database locked. @returns what lets go of it */
  lockOut(): () => void {
    const other = new Database(this.file)
    other.exec('BEGIN IMMEDIATE')
    onTestFinished(() => void other.close())
    return () => other.close()
  }

  /** Every sample is in the log, each once, in order. */
  expectAll(count: number): void {
    const rows = query(this.file, 'SELECT sequence FROM power_log ORDER BY time_us')
    expect(rows.map((row) => row['sequence'])).toEqual(Array.from({ length: count }, (_, i) => i))
    expect(query(this.file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  }
}

/** The error with which it was refused. */
export function refusal(work: () => unknown): InaError {
  try {
    work()
  } catch (error) {
    if (error instanceof InaError) return error
    throw error
  }
  throw new Error('it was not refused')
}
