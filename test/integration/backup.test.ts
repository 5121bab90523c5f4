import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { BackupKeeper } from '../../src/service/backup/backup-keeper.ts'
import { dayOfFile } from '../../src/service/backup/day.ts'
import { ina219 } from '../support/cli.ts'
import {
  batchesOf,
  EPOCH,
  type OpenLog,
  openWriter,
  sampleAt,
  tempFolder,
} from '../support/log-fixture.ts'
import { ManualClock } from '../support/simulated-wire.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A midnight. */
const MONDAY_MS = Date.UTC(2026, 10, 16)
const STEP_MS = 60_000

let folder: string
let file: string
let backups: string
let clock: ManualClock
let log: OpenLog
let seq = 0

beforeEach(() => {
  folder = tempFolder()
  file = join(folder, 'log.db')
  backups = join(folder, 'days')
  clock = new ManualClock(MONDAY_MS)
  log = openWriter(file, 48 * HOUR_MS, clock)
  seq = 0
})

function keeper(keepDays = 30, more: Partial<ConstructorParameters<typeof BackupKeeper>[0]> = {}) {
  return new BackupKeeper({
    log: file,
    folder: backups,
    keepDays,
    clock,
    owner: 'this process',
    ...more,
  })
}

function write(samples: readonly Sample[]): void {
  for (const batch of batchesOf(samples, { epochs: [EPOCH] })) log.writer.write([batch])
  while (log.writer.maintain());
}

/** One sample a minute until then; the clock goes along. */
function recordUntil(endMs: number): void {
  const samples: Sample[] = []
  for (let ms = clock.wallMs(); ms < endMs; ms += STEP_MS) {
    samples.push(sampleAt(ms * 1000, seq++, { voltage: 5 + (seq % 100) / 1e3, epochId: EPOCH.id }))
  }
  clock.advance(endMs - clock.wallMs())
  write(samples)
}

const at = (day: number, hour = 0): number => MONDAY_MS + day * DAY_MS + hour * HOUR_MS
const nameOf = (day: number): string => `ina219-${new Date(at(day)).toISOString().slice(0, 10)}.csv`
const pathOf = (day: number): string => join(backups, nameOf(day))
const iso = (ms: number): string => new Date(ms).toISOString()
const names = (): string[] => readdirSync(backups).toSorted()
const rowsIn = (path: string): number => readFileSync(path, 'utf8').split('\n').length - 2

async function exportOf(day: number, ...more: string[]): Promise<string> {
  const range = ['--from', iso(at(day)), '--to', iso(at(day + 1))]
  return (await ina219(['export', '--db', file, ...range, ...more])).stdout
}

function isRight(path: string): boolean {
  const [sum, name] = readFileSync(`${path}.sha256`, 'utf8').trim().split('  ')
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
  return digest === sum && path.endsWith(`/${name}`)
}

test('a day is written when it is over and has settled, byte for byte as export writes it', async () => {
  const keep = keeper()
  recordUntil(at(0, 12))
  expect(keep.check()).toEqual([])
  recordUntil(at(1) + 9 * 60_000)
  expect(keep.check()).toEqual([])
  recordUntil(at(1) + 10 * 60_000)
  expect(keep.check()).toEqual(['2026-11-16: 1440 samples, 0.1 MB'])
  expect(keep.check()).toEqual([])
  expect(names()).toEqual([nameOf(0), `${nameOf(0)}.sha256`, 'ina219-backup.json'])
  expect(readFileSync(pathOf(0), 'utf8')).toBe(await exportOf(0))
  expect(isRight(pathOf(0))).toBe(true)
  expect(statSync(pathOf(0)).mode & 0o777).toBe(0o600)
})

test.skipIf(spawnSync('sha256sum', ['--version']).status !== 0)(
  'sha256sum -c finds it right',
  () => {
    recordUntil(at(1, 1))
    keeper().check()
    const run = spawnSync('sha256sum', ['-c', `${nameOf(0)}.sha256`], {
      cwd: backups,
      encoding: 'utf8',
    })
    expect(run).toMatchObject({ status: 0, stdout: `${nameOf(0)}: OK\n`, stderr: '' })
  },
)

test('a week with a retention of two days: each day once, whole, the oldest go', async () => {
  const keep = keeper(4)
  const notes: string[] = []
  for (let hour = 1; hour <= 8 * 24; hour++) {
    recordUntil(at(0, hour))
    notes.push(...keep.check())
  }
  expect(notes).toHaveLength(7)
  expect(notes.every((note) => note.includes(': 1440 samples'))).toBe(true)
  const kept = [3, 4, 5, 6].flatMap((day) => [nameOf(day), `${nameOf(day)}.sha256`])
  expect(names()).toEqual([...kept, 'ina219-backup.json'])
  for (const day of [3, 4, 5, 6])
    expect([rowsIn(pathOf(day)), isRight(pathOf(day))]).toEqual([1440, true])
  expect(readFileSync(pathOf(6), 'utf8')).toBe(await exportOf(6))
})

test('after a time without back-ups, all days that the log still has are written', () => {
  recordUntil(at(2, 12))
  const [first, second, ...others] = keeper().check()
  // The retention goes by whole minutes and with some slack.
  expect(first).toMatch(/^2026-11-16: 72[01] samples, 0.0 MB; (719|720) had passed the retention$/)
  expect([second, ...others]).toEqual(['2026-11-17: 1440 samples, 0.1 MB'])
})

test('what the retention takes once samples come again has been seen before', () => {
  recordUntil(at(1, 20))
  clock.advance(3 * DAY_MS)
  let isOpen = false
  const notes = keeper(30, {
    onOpen: () => {
      isOpen = true
      // The run that has just begun: its first samples push all that was before out of the log.
      recordUntil(clock.wallMs() + HOUR_MS)
    },
  }).check()
  expect(isOpen).toBe(true)
  expect(notes).toEqual(['2026-11-16: 1440 samples, 0.1 MB', '2026-11-17: 1200 samples, 0.1 MB'])
})

test('a day is written again when samples came late, once no more come', async () => {
  const keep = keeper()
  recordUntil(at(1, 1))
  keep.check()
  const before = readFileSync(pathOf(0))
  const late = (n: number): Sample =>
    sampleAt(at(0, 5) * 1000 + n * 1e6, seq++, { origin: 'late', epochId: EPOCH.id })
  write([late(1), late(2)])
  expect(keep.check()).toEqual([])
  write([late(3)])
  expect(keep.check()).toEqual([])
  expect(readFileSync(pathOf(0))).toEqual(before)
  expect(keep.check()).toEqual(['2026-11-16 written again, 3 came late: 1443 samples, 0.1 MB'])
  expect(keep.check()).toEqual([])
  expect(readFileSync(pathOf(0), 'utf8')).toBe(await exportOf(0))
  expect(isRight(pathOf(0))).toBe(true)
})

test('a file is never replaced by less, and what is missing in it is reported once', () => {
  const keep = keeper()
  recordUntil(at(1, 1))
  keep.check()
  const before = readFileSync(pathOf(0))
  recordUntil(at(2, 6))
  write([sampleAt(at(0, 23) * 1000 + 1e6, seq++, { origin: 'late', epochId: EPOCH.id })])
  expect(keep.check()).toEqual(['2026-11-17: 1440 samples, 0.1 MB'])
  const [note, ...others] = keep.check()
  expect(note).toMatch(/^2026-11-16: 1 samples came after part of the day had passed the retention/)
  expect([...others, ...keep.check(), ...keeper().check()]).toEqual([])
  expect(readFileSync(pathOf(0))).toEqual(before)
})

describe('a file that is not as it was left', () => {
  beforeEach(() => {
    recordUntil(at(1, 1))
    keeper().check()
  })

  test.each([
    ['is gone', () => rmSync(pathOf(0))],
    ['is cut short', () => truncateSync(pathOf(0), 100)],
    ['has lost its checksum', () => rmSync(`${pathOf(0)}.sha256`)],
    ['has lost its state', () => rmSync(join(backups, 'ina219-backup.json'))],
    ['has a state that is none', () => writeFileSync(join(backups, 'ina219-backup.json'), '{"ver')],
  ])('and %s is written again', async (_, harm) => {
    harm()
    expect(keeper().check()).toHaveLength(1)
    expect(readFileSync(pathOf(0), 'utf8')).toBe(await exportOf(0))
    expect(isRight(pathOf(0))).toBe(true)
    expect(keeper().check()).toEqual([])
  })
})

test('extra channels have a file of their own beside the one that export writes', async () => {
  recordUntil(at(0, 1))
  const samples = [1, 2, 3].map((n) =>
    sampleAt(at(0, 2) * 1000 + n * 1e6, seq++, {
      epochId: EPOCH.id,
      extras: { soc: 80 + n },
      ...(n === 2
        ? { electric: false, voltage: Number.NaN, current: Number.NaN, power: Number.NaN }
        : {}),
    }),
  )
  write(samples)
  recordUntil(at(1, 1))
  const [note] = keeper().check()
  expect(note).toContain('1443 samples')
  const all = join(backups, nameOf(0).replace('.csv', '.channels.csv'))
  expect(readFileSync(pathOf(0), 'utf8')).toBe(await exportOf(0))
  expect(readFileSync(all, 'utf8')).toBe(await exportOf(0, '--channels', 'all'))
  expect([rowsIn(pathOf(0)), rowsIn(all), isRight(pathOf(0)), isRight(all)]).toEqual([
    1442,
    1443,
    true,
    true,
  ])
  recordUntil(at(2, 1))
  keeper().check()
  expect(names().filter((name) => name.includes('channels'))).toHaveLength(2)
  recordUntil(at(3, 1))
  keeper(1).check()
  expect(names()).toEqual([nameOf(2), `${nameOf(2)}.sha256`, 'ina219-backup.json'])
})

test('a sample that could not be measured is there as export writes it, of extra channels or none', async () => {
  const none = { voltage: Number.NaN, current: Number.NaN, power: Number.NaN, electric: false }
  const of = (minute: number, more: Partial<Sample>): Sample =>
    sampleAt((at(0) + minute * STEP_MS) * 1000, seq++, { epochId: EPOCH.id, ...more })
  write([
    of(0, {}),
    of(1, { ...none, status: 'nosensor' }),
    of(2, { ...none, extras: { soc: 80 } }),
    of(3, { ...none, status: 'error', extras: { soc: 81 } }),
  ])
  clock.advance(DAY_MS + HOUR_MS)
  write([sampleAt(clock.wallMs() * 1000, seq++, { epochId: EPOCH.id })])
  keeper().check()
  const text = readFileSync(pathOf(0), 'utf8')
  expect(text).toContain('nosensor')
  expect(text).toBe(await exportOf(0))
  const all = readFileSync(join(backups, nameOf(0).replace('.csv', '.channels.csv')), 'utf8')
  expect(all).toBe(await exportOf(0, '--channels', 'all'))
})

test('a lost file of channels is written again, and so is its checksum', async () => {
  write([sampleAt(at(0, 2) * 1000, seq++, { epochId: EPOCH.id, extras: { soc: 80 } })])
  recordUntil(at(1, 1))
  keeper().check()
  const all = join(backups, nameOf(0).replace('.csv', '.channels.csv'))
  const right = await exportOf(0, '--channels', 'all')
  for (const [lost, what] of [
    [[all, `${all}.sha256`], 'file of channels'],
    [[`${all}.sha256`], 'checksum'],
  ] as const) {
    for (const file of lost) rmSync(file)
    expect(keeper().check()).toEqual([
      `2026-11-16 written again, its ${what} was missing: 1441 samples, 0.1 MB`,
    ])
    expect([readFileSync(all, 'utf8') === right, isRight(all)]).toEqual([true, true])
    expect(keeper().check()).toEqual([])
  }
})

test.each([
  ['only a part of it', at(2, 6)],
  ['none of it', at(5, 1)],
])('a lost checksum of a day is made of its file where the log has %s', (_, endMs) => {
  recordUntil(at(1, 1))
  keeper().check()
  recordUntil(endMs)
  keeper().check()
  const before = readFileSync(pathOf(0))
  rmSync(`${pathOf(0)}.sha256`)
  expect(keeper().check()).toEqual([
    `${nameOf(0)}: the checksum was missing; it is now that of the file as it is`,
  ])
  expect([readFileSync(pathOf(0)).equals(before), isRight(pathOf(0))]).toEqual([true, true])
  expect(keeper().check()).toEqual([])
})

test('only files of ours go', () => {
  mkdirSync(backups)
  const others = ['ina219-2020-01-01.csv.bak', 'ina219-2020-13-01.csv', 'notes-2020-01-01.csv', 'x']
  for (const name of others) writeFileSync(join(backups, name), 'mine')
  mkdirSync(join(backups, 'ina219-2020-01-02.csv'))
  symlinkSync('x', join(backups, 'ina219-2020-01-03.csv'))
  writeFileSync(join(backups, 'ina219-2020-01-04.csv'), 'old')
  recordUntil(at(1, 1))
  keeper(1).check()
  expect(names()).toEqual(
    [
      ...others,
      'ina219-2020-01-02.csv',
      'ina219-2020-01-03.csv',
      nameOf(0),
      `${nameOf(0)}.sha256`,
      'ina219-backup.json',
    ].toSorted(),
  )
})

test.each([
  ['ina219-2026-11-20.csv', '2026-11-20'],
  ['ina219-2026-11-20.channels.csv.sha256', '2026-11-20'],
  ['ina219-2026-02-30.csv', null],
  ['ina219-2026-11-20.csv.gz', null],
  ['ina219-2026-11-20.db', null],
])('%s is the file of %j', (name, day) => {
  expect(dayOfFile(name)).toBe(day)
})

describe('a trouble is reported once, and its end', () => {
  test('no folder to put it in', () => {
    recordUntil(at(1, 1))
    const missing = join(folder, 'not', 'mounted')
    const keep = keeper(30, { folder: missing })
    expect(keep.check()).toEqual([
      `can't write the back-up in ${missing}: there is no such folder; tried again`,
    ])
    expect(keep.check()).toEqual([])
    mkdirSync(join(folder, 'not'))
    expect(keep.check()).toEqual([
      '2026-11-16: 1440 samples, 0.1 MB',
      `the back-up in ${missing} is written again`,
    ])
  })

  test('a folder in the place of a file; the other days are written', () => {
    recordUntil(at(1, 1))
    mkdirSync(pathOf(0), { recursive: true })
    const keep = keeper()
    expect(keep.check()[0]).toMatch(/^can't write the back-up/)
    expect(keep.check()).toEqual([])
    recordUntil(at(1, 23.9))
    clock.advance(HOUR_MS)
    expect(keep.check()).toEqual(['2026-11-17: 1434 samples, 0.1 MB'])
    expect(names().filter((name) => name.startsWith('.'))).toEqual([])
  })

  test.skipIf(process.getuid?.() === 0)('no permission', () => {
    recordUntil(at(1, 1))
    mkdirSync(backups)
    chmodSync(backups, 0o500)
    expect(keeper().check()[0]).toContain('no permission')
  })

  test('the folder is that of another log', () => {
    recordUntil(at(1, 1))
    keeper().check()
    const bytes = readFileSync(pathOf(0))
    const other = join(folder, 'other.db')
    log.end()
    file = other
    log = openWriter(other, 48 * HOUR_MS, clock)
    recordUntil(clock.wallMs() + 2 * DAY_MS)
    expect(keeper().check()[0]).toContain(
      `has the back-ups of another log, ${join(folder, 'log.db')}`,
    )
    expect(readFileSync(pathOf(0))).toEqual(bytes)
  })

  test('the log itself has the name of a day file', () => {
    log.end()
    file = join(folder, 'ina219-2020-01-01.csv')
    log = openWriter(file, 48 * HOUR_MS, clock)
    recordUntil(at(1, 1))
    expect(keeper(1, { folder }).check()[0]).toContain('has the name of a day file')
    expect(existsSync(file)).toBe(true)
  })
})

test('what was begun and cancelled leaves nothing behind', () => {
  recordUntil(at(1, 1))
  expect(keeper(30, { isCancelled: () => true }).check()).toEqual([])
  expect(names()).toEqual([])
  let looks = 0
  expect(keeper(30, { isCancelled: () => looks++ > 0 }).check()).toEqual([])
  expect(names()).toEqual([])
})
