import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { query } from '../support/log-fixture.ts'

/** 2026-01-02T00:00:00Z */
const START_S = Date.UTC(2026, 0, 2) / 1000

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('')
}

function sampleLine(timeS: number, seq: number, more = ''): string {
  return `{"v":5,"a":0.1,"ts":${timeS},"seq":${seq}${more}}`
}

test('one wrong time at the end of a capture costs none of it, in this run or the next', async () => {
  const db = join(temporaryFolder(), 'log.db')
  const monitor = ['monitor', '--stdin', '--output', 'none', '--keep-time', '--db', db]
  const capture = lines(4999, (i) => sampleLine(START_S + i, i))
  const wrong = `${sampleLine(START_S + 60 * 86_400, 4999)}\n`
  expect((await ina219(monitor, capture + wrong)).code).toBe(0)
  expect(query(db, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 5000 }])
  const more = lines(10, (i) => sampleLine(START_S + 5000 + i, 5000 + i))
  expect((await ina219(monitor, more)).code).toBe(0)
  expect(query(db, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 5010 }])
})

test('with --retain 1m a device that does everything wrong leaves a small log that answers at once', async () => {
  const db = join(temporaryFolder(), 'log.db')
  const monitor = [
    'monitor',
    '--stdin',
    '--output',
    'none',
    '--keep-time',
    '--db',
    db,
    '--retain',
    '1m',
  ]
  const storm = lines(20_000, (i) => {
    const timeS = START_S + 2 * i
    const hello = `{"hello":"ina219","boot":${Math.floor(i / 4)}}`
    const word = `${i}${'x'.repeat(200)}`
    const sample = sampleLine(timeS, 2 * i, `,"status":"${word}"`)
    return i % 4 === 0 ? `${hello}\n${sample}` : sample
  })
  expect((await ina219(monitor, storm)).code).toBe(0)
  // How large it once was depends on how far the reader got ahead; 512 free pages may stay.
  const [pages] = query(
    db,
    `SELECT page_size AS bytes, page_count - freelist_count AS kept, freelist_count AS free
     FROM pragma_page_size, pragma_page_count, pragma_freelist_count`,
  ) as { bytes: number; kept: number; free: number }[]
  expect(pages?.bytes).toBe(4096)
  expect(pages?.kept).toBeLessThan(400)
  expect(pages?.free).toBeLessThanOrEqual(512)
  expect(statSync(db).size).toBeLessThan(4e6)
  const [counts] = query(
    db,
    `SELECT (SELECT count(*) FROM sample) AS samples, (SELECT count(*) FROM status) AS states,
       (SELECT count(*) FROM epoch) AS epochs, (SELECT count(*) FROM lost) AS lost,
       (SELECT count(*) FROM event) AS events`,
  )
  expect(counts?.['samples']).toBeLessThanOrEqual(31)
  expect(counts?.['states']).toBeLessThanOrEqual(31)
  expect(counts?.['epochs']).toBeLessThan(2000)
  expect(counts?.['events']).toBeLessThan(6000)
  const lost = query(db, 'SELECT sum(count) AS n FROM lost')[0]?.['n'] as number
  const { code, stdout } = await ina219(['history', '--db', db, '--format', 'json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout).devices[0]).toMatchObject({ samples: 20_000, lost })
})
