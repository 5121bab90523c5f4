import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { type Finished, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const monitor = (db: string, input: string, ...more: string[]): Promise<Finished> =>
  ina219(['monitor', '--stdin', '--keep-time', '--db', db, ...more], input)

const ALL_TEXT = [
  'SELECT text FROM status',
  'SELECT name FROM device',
  'SELECT kind FROM event',
  'SELECT detail FROM event',
]

/** Reads every text of a log with Python's sqlite3, which refuses what is not UTF-8; null: no Python here. */
function readByPython(db: string): string[] | null {
  const program = [
    'import json, sqlite3, sys',
    'log = sqlite3.connect(sys.argv[1])',
    'print(json.dumps([row[0] for sql in sys.argv[2:] for row in log.execute(sql)]))',
  ].join('\n')
  try {
    execFileSync('python3', ['-c', 'import sqlite3'], { stdio: 'ignore' })
  } catch {
    return null
  }
  return JSON.parse(execFileSync('python3', ['-c', program, db, ...ALL_TEXT]).toString())
}

/** The same as bytes, decoded without mercy. */
function readStrictly(db: string): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const database = new Database(db, { readonly: true })
  try {
    return ALL_TEXT.flatMap((sql) =>
      database
        .prepare(sql.replace(/SELECT (\w+)/, 'SELECT CAST($1 AS BLOB)'))
        .pluck()
        .all()
        .map((bytes) => decoder.decode(bytes as Buffer)),
    )
  } finally {
    database.close()
  }
}

describe('text of a device', () => {
  it('is stored as UTF-8 that every reader takes, whatever its JSON escapes say', async () => {
    const db = join(temporaryFolder(), 't.db')
    const bad = '\\ud800|\\udc00|\\u0000'
    const lines = [
      `{"hello":"${bad}1","name":"${bad}2","fw":"${bad}3","boot":1,"seq":0}`,
      `{"v":5,"a":1,"ts":1790000000,"seq":0,"status":"${bad}4","mode":"${bad}5"}`,
      `{"type":"status","message":"${bad}6"}`,
      `{"nack":null,"error":"${bad}7"}`,
      '{"v":5,"a":1,"ts":1790000001,"seq":1,"status":"\\ud83d\\udd0b"}',
    ]
    const ran = await monitor(db, `${lines.join('\n')}\n`, '--output', 'ndjson')
    expect(ran.code).toBe(0)
    const good = '\ufffd|\ufffd|\ufffd'
    const texts = readStrictly(db)
    expect(texts).toContain(`${good}4`)
    expect(texts).toContain('🔋')
    expect(texts).toContain(`${good}2`)
    expect(texts).toContain(`${good}6`)
    expect(texts.some((text) => text.includes(`${good}1 firmware ${good}3`))).toBe(true)
    const python = readByPython(db)
    if (python !== null) expect(python).toEqual(texts)
    expect(ran.stdout).toContain(`"status":"${good}4"`)
    const exported = await ina219(['export', '--db', db, '--from', '1790000000'])
    expect(exported.stdout).toContain(`${good}4`)
  })
})

describe('values beyond all measure', () => {
  it('never become Infinity or NaN, in any output', async () => {
    const db = join(temporaryFolder(), 't.db')
    const lines = [
      '{"hello":"x","boot":1,"seq":0,"amax":1e308,"shunt":1e-320}',
      '{"v":1e300,"a":5,"ts":1790000000,"seq":0}',
      '{"v":-1e303,"a":1e-300,"ts":1790000001,"seq":1}',
      '{"v":5,"a":1,"w":1e308,"ts":1790000002,"seq":2}',
      '{"v":20,"a":999999,"ts":1790000003,"seq":3}',
      '{"v":20,"a":1e300,"ts":1790000004,"seq":4}',
      '{"v":20,"a":1,"ts":1790000005,"seq":5}',
      // Not even the product is a number.
      '{"v":1e300,"a":1e300,"ts":1790000006,"seq":6}',
      '{"v":1e300,"a":1e300,"w":1,"ts":1790000007,"seq":7}',
    ]
    const input = `${lines.join('\n')}\n`
    const ran = await monitor(db, input, '--output', 'ndjson')
    expect(ran.code).toBe(0)
    const powers = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { power_w: number }).power_w)
    expect(powers).toEqual([5e300, -1000, 1e308, 19999980, 2e301, 20])
    const span = ['--db', db, '--from', '1790000000', '--to', '1790000010']
    const outputs = await Promise.all([
      ina219(['export', ...span]),
      ina219(['export', ...span, '--format', 'ndjson']),
      ina219(['export', ...span, '--every', '1s']),
      ina219(['export', ...span, '--every', '1s', '--format', 'ndjson']),
      ina219(['history', ...span, '--format', 'json']),
      ina219(['history', ...span]),
      ina219(['history', ...span, '--format', 'plot']),
      monitor(join(temporaryFolder(), 'u.db'), input, '--output', 'plain'),
      monitor(join(temporaryFolder(), 'v.db'), input, '--output', 'none', '--summary', '-'),
    ])
    for (const { code, stdout } of outputs) {
      expect(code).toBe(0)
      // As JavaScript writes them, anywhere; as SQLite and others do, as a word (`reads_unanswered` is none).
      expect(stdout).not.toMatch(/Infinity|NaN|∞|\b(?:inf|nan)\b/)
    }
    expect(outputs[1]?.stdout).toContain('"power_w":5e+300')
    const ledger: unknown = JSON.parse(outputs.at(-1)?.stdout ?? '')
    expect(ledger).toMatchObject({ samples: 2, out_of_range: 4, malformed: 2 })
  })
})

describe('a byte order mark', () => {
  it('costs no sample, at the beginning of a capture or of one joined to it', async () => {
    const db = join(temporaryFolder(), 't.db')
    const capture = (seq: number): string =>
      `\ufeff{"v":5,"a":1,"seq":${seq}}\r\n{"v":5,"a":1,"seq":${seq + 1}}\r\n`
    const ran = await monitor(
      db,
      `${capture(0)}${capture(2)}`,
      '--output',
      'none',
      '--summary',
      '-',
    )
    expect(JSON.parse(ran.stdout)).toMatchObject({ lines: 4, samples: 4, malformed: 0, lost: 0 })
  })
})
