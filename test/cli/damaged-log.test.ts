import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { InaError } from '../../src/util/errors.ts'
import { formatIso } from '../../src/util/time-text.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ALL, EPOCH, makeLog, query, START_US, series } from '../support/log-fixture.ts'

const PAGE_BYTES = 4096

/** A log with rows in every table, also in those that are empty most of the time. */
function fullLog(): Buffer {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, series(600, 1e6), {
    lost: Array.from({ length: 300 }, (_, i) => ({
      epochId: EPOCH.id,
      firstSeq: 1000 + 2 * i,
      count: 1,
      fromUs: START_US + 300e6 * i,
      toUs: START_US + 300e6 * i + 1e6,
      reason: 'gone' as const,
    })),
    events: Array.from({ length: 10 }, (_, i) => ({
      timeUs: START_US + 3600e6 * i,
      device: 'bench',
      kind: 'restart',
      detail: `device restarted, boot ${i} ${'x'.repeat(300)}`,
    })),
  })
  const db = new Database(file)
  db.exec(`INSERT INTO spill VALUES ('an earlier file', 17);
    INSERT INTO dirty SELECT device_id, minute FROM minute LIMIT 2;
    PRAGMA wal_checkpoint(TRUNCATE)`)
  db.close()
  return readFileSync(file)
}

/** Bytes that look like nothing, the same in each run. */
function noise(bytes: number, seed: number): Buffer {
  let state = seed * 2654435761 + 1
  return Buffer.from(
    Array.from({ length: bytes }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state >>> 24
    }),
  )
}

function damagedAt(log: Buffer, page: number, bytes: Buffer, offset = 0): string {
  const file = join(temporaryFolder(), 'log.db')
  const damaged = Buffer.from(log)
  bytes.copy(damaged, (page - 1) * PAGE_BYTES + offset)
  writeFileSync(file, damaged)
  return file
}

/** Everything that `history` and `export` ask a log, and what they do with the answers. */
function readAll(file: string): void {
  const reader = LogReader.open(file)
  try {
    reader.span(null)
    reader.oldestRawUs(null)
    reader.oldestRawUs('bench')
    reader.totals(ALL)
    for (const everyUs of [7e6, 60e6]) {
      for (const { fromUs, device } of reader.buckets(ALL, everyUs))
        formatIso(fromUs) + device.trim()
    }
    for (const page of reader.samples(ALL)) {
      for (const { timeUs, device, status, voltage } of page) {
        formatIso(timeUs) + device.trim() + status.trim() + voltage.toFixed(3)
      }
    }
    for (const { fromUs, toUs, reason } of reader.losses(ALL)) {
      formatIso(fromUs) + formatIso(toUs) + reason.trim()
    }
    for (const { timeUs, kind, detail } of reader.events(ALL)) {
      formatIso(timeUs) + kind.trim() + detail.trim()
    }
  } finally {
    reader.close()
  }
}

describe('a damaged log', () => {
  test('is called damaged by everything that reads it, or read right, whatever page is hit', () => {
    const log = fullLog()
    const refused = new Set<string>()
    for (let page = 1; page <= log.length / PAGE_BYTES; page++) {
      for (const [bytes, offset] of [
        [noise(PAGE_BYTES, page), 0],
        [Buffer.alloc(PAGE_BYTES), 0],
        [noise(16, page), 8],
        [noise(400, page), PAGE_BYTES - 400],
      ] as const) {
        try {
          readAll(damagedAt(log, page, bytes, offset))
        } catch (error) {
          // Anything else would be reported as a fault of ours.
          expect(error).toBeInstanceOf(InaError)
          refused.add((error as InaError).code)
        }
      }
    }
    expect([...refused]).toEqual(['log_damaged'])
  })

  test('ends each command with code 4 and one line, or is read', async () => {
    const log = fullLog()
    const whole = join(temporaryFolder(), 'log.db')
    writeFileSync(whole, log)
    const objects = query(
      whole,
      'SELECT name, rootpage AS page FROM sqlite_schema WHERE rootpage > 0',
    )
    const commands = [
      ['history'],
      ['history', '--format', 'json', '--every', '1m'],
      ['export', '--every', '10s'],
      ['export', '--events', '--format', 'ndjson'],
    ]
    const codes = new Map<string, Set<number | null>>()
    for (const { name, page } of objects) {
      const file = damagedAt(log, page as number, noise(PAGE_BYTES, page as number))
      const runs = await Promise.all([
        ...commands.map((args) => ina219([...args, '--db', file])),
        ina219(
          ['monitor', '--stdin', '--output', 'none', '--db', file],
          '{"v":5,"a":0.1,"seq":0}\n',
        ),
      ])
      for (const { code, stderr } of runs) {
        expect([0, 4], `${name}: ${stderr}`).toContain(code)
        if (code === 4) expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/damaged/)
      }
      codes.set(name as string, new Set(runs.map(({ code }) => code)))
    }
    expect(codes.size).toBeGreaterThan(10)
    for (const name of ['sample', 'lost', 'event', 'minute', 'epoch', 'device', 'lost_from']) {
      expect(codes.get(name), name).toContain(4)
    }
  })
})
