import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { reportText } from '../../src/sinks/sink-report.ts'
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { CLI, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, series } from '../support/log-fixture.ts'
import { statusOf } from '../support/sink-status.ts'

/** A log with a sink that has said this of itself. */
async function logWithSink(folder: string, status = statusOf()): Promise<string> {
  const file = join(folder, 'log.db')
  makeLog(file, series(10, 1000))
  const registry = ReaderRegistry.open(file)
  await registry.register('x', 1e9)
  await registry.report('x', reportText(status, 'run'))
  registry.close()
  return file
}

test('says when the next attempt is', async () => {
  const atMs = Date.now()
  const status = statusOf({ state: 'waiting', atMs, retryAtMs: atMs + 45_000 })
  const file = await logWithSink(temporaryFolder(), status)
  const { stdout } = await ina219(['sinks', '--db', file])
  expect(stdout).toMatch(/^ {2}state {4}failed, will try again in 4[0-5] s/m)
  const { sinks } = JSON.parse((await ina219(['sinks', '--db', file, '--format', 'json'])).stdout)
  expect(sinks[0].next_attempt).toBe(new Date(atMs + 45_000).toISOString())
})

test.skipIf(process.getuid?.() !== 0)(
  'a log of somebody else, read-only, is read as well',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ina219-sinks-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const file = await logWithSink(folder)
    const closed = new Database(file)
    closed.pragma('wal_checkpoint(TRUNCATE)')
    closed.close()
    chmodSync(file, 0o444)
    chmodSync(folder, 0o555)
    const run = (...args: readonly string[]): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, [CLI, 'sinks', '--db', file, ...args], {
        ...{ uid: 65_534, gid: 65_534, encoding: 'utf8' },
        env: { HOME: '/nonexistent', NODE_DISABLE_COMPILE_CACHE: '1' },
      })
    expect(run()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('to send  10 samples'),
    })
    expect(existsSync(`${file}-wal`)).toBe(false)
    expect(run('--remove', 'x')).toMatchObject({
      status: 4,
      stderr: expect.stringMatching(/^ina219: /),
    })
  },
)

test('doctor says how far each one is, and what it missed, and changes nothing', async () => {
  const file = await logWithSink(temporaryFolder())
  const db = new Database(file)
  db.prepare(
    'INSERT INTO reader_position(name, device_id, run, sample_id, missed) VALUES (?, 1, 0, -1, 7)',
  ).run('x')
  db.close()
  const before = readFileSync(file)
  const doctor = async (): Promise<string> => (await ina219(['doctor', '--db', file])).stdout
  const said = await doctor()
  expect(said).toMatch(/sink x: 10 samples to send, \S+ of them/)
  expect(said).toContain('sink x: 7 samples were deleted before they were sent')
  expect(readFileSync(file)).toEqual(before)
  const registry = ReaderRegistry.open(file)
  const status = statusOf({ state: 'waiting', lastError: { text: 'no route', atMs: 0 } })
  await registry.report('x', reportText({ ...status, atMs: Date.now() }, 'run'))
  expect(await doctor()).toContain('sink x: no route; 10 samples to send')
  await registry.report('x', reportText({ ...status, state: 'ended' }, 'run'))
  registry.close()
  expect(await doctor()).toMatch(/sink x: 10 samples to send, .*, and nobody sends them at present/)
})

describe('sinks --remove', () => {
  async function logWith(...names: readonly string[]): Promise<string> {
    const file = join(temporaryFolder(), 'log.db')
    makeLog(file, series(10, 1000))
    const registry = ReaderRegistry.open(file)
    for (const name of names) await registry.register(name, 1e9)
    registry.close()
    return file
  }

  test.each([
    ['postgres://h/lab', 'postgres://logger:hunter2@h/lab?password-file=/gone&sslmode=disable'],
    ['mqtt://old-broker:1883/', 'mqtt://old-broker'],
    ['lab', 'influx+http://u:hunter2@h/?db=x&name=lab'],
    ['mqtt://u', 'mqtt://u'],
  ])('%s takes %s for its name', async (name, url) => {
    const file = await logWith(name, 'other')
    const { code, stdout, stderr } = await ina219(['sinks', '--db', file, '--remove', url])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^other:/)
    expect(stdout).not.toContain(`${name}:\n`)
  })

  test.each([
    'postgres://logger:hunter2@h/other',
    'postgres:logger:hunter2@h/lab',
    'logger:hunter2@h/lab',
    'nix://logger:hunter2@h/lab',
  ])('shows nothing of %s, which is none', async (url) => {
    const file = await logWith('postgres://h/lab')
    const { code, stdout, stderr } = await ina219(['sinks', '--db', file, '--remove', url])
    expect(code).toBe(2)
    expect(stderr).toContain('there is no sink of that name')
    expect(stderr).toContain('postgres://h/lab')
    expect(stdout + stderr).not.toContain('hunter2')
  })
})

test('a URL in place of a file is refused without a part of it', async () => {
  const said = await ina219(['history', '--db', 'postgres://u:hunter2@h/d'])
  expect(said).toMatchObject({ code: 2, stdout: '' })
  expect(said.stderr).toContain('--from-db')
  expect(said.stderr).not.toContain('hunter2')
})
