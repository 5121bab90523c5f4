import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sample } from '../../src/domain/sample.ts'
import { BackupKeeper } from '../../src/service/backup/backup-keeper.ts'
import { ina219 } from './cli.ts'
import { temporaryFolder } from './folder.ts'
import { batchesOf, EPOCH, type OpenLog, openWriter, sampleAt } from './log-fixture.ts'
import { ManualClock } from './simulated-wire.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** Between two samples. */
export const STEP_MS = 60_000
/** A midnight. */
const MONDAY_MS = Date.UTC(2026, 10, 16)

/** The time of an hour of a day, days counted from Monday, in ms. */
export const at = (day: number, hour = 0): number => MONDAY_MS + day * DAY_MS + hour * HOUR_MS
export const nameOf = (day: number): string =>
  `ina219-${new Date(at(day)).toISOString().slice(0, 10)}.csv`
export const rowsIn = (path: string): number => readFileSync(path, 'utf8').split('\n').length - 2

/** The checksum beside a file is its own. */
export function isRight(path: string): boolean {
  const [sum, name] = readFileSync(`${path}.sha256`, 'utf8').trim().split('  ')
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
  return digest === sum && path.endsWith(`/${name}`)
}

/** A log with a retention of two days whose first sample is of Monday, and a folder for its back-ups. */
export class BackupRig {
  readonly folder = temporaryFolder()
  readonly backups = join(this.folder, 'days')
  readonly clock = new ManualClock(MONDAY_MS)
  /** Of the next sample. */
  seq = 0
  file!: string
  log!: OpenLog

  constructor() {
    this.open(join(this.folder, 'log.db'))
  }

  /** Goes on in this log. */
  open(file: string): void {
    this.file = file
    this.log = openWriter(file, 48 * HOUR_MS, this.clock)
  }

  keeper(
    keepDays = 30,
    more: Partial<ConstructorParameters<typeof BackupKeeper>[0]> = {},
  ): BackupKeeper {
    return new BackupKeeper({
      log: this.file,
      folder: this.backups,
      keepDays,
      clock: this.clock,
      owner: 'this process',
      ...more,
    })
  }

  write(samples: readonly Sample[]): void {
    for (const batch of batchesOf(samples, { epochs: [EPOCH] })) this.log.writer.write([batch])
    while (this.log.writer.maintain());
  }

  /** One sample a minute until then; the clock goes along. */
  recordUntil(endMs: number): void {
    const samples: Sample[] = []
    for (let ms = this.clock.wallMs(); ms < endMs; ms += STEP_MS) {
      const seq = this.seq++
      const voltage = 5 + (this.seq % 100) / 1e3
      samples.push(sampleAt(ms * 1000, seq, { voltage, epochId: EPOCH.id }))
    }
    this.clock.advance(endMs - this.clock.wallMs())
    this.write(samples)
  }

  pathOf(day: number): string {
    return join(this.backups, nameOf(day))
  }

  /** What there is in the folder of the back-ups. */
  names(): string[] {
    return readdirSync(this.backups).toSorted()
  }

  /** What the command writes of a day. */
  async exportOf(day: number, ...more: string[]): Promise<string> {
    const range = [at(day), at(day + 1)].map((ms) => new Date(ms).toISOString())
    const [from, to] = range as [string, string]
    const args = ['export', '--db', this.file, '--from', from, '--to', to, ...more]
    return (await ina219(args)).stdout
  }
}
