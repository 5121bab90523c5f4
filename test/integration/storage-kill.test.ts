import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { bundleProgram } from '../support/bundle.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ALL, query, WORKER_URL } from '../support/log-fixture.ts'

let program: string

beforeAll(async () => {
  program = await bundleProgram('test/support/log-writer-child.ts')
})

function startWriter(file: string): ChildProcess {
  const child = spawn(process.execPath, [program, file, WORKER_URL.href], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Lets it write until it has called `more` further samples durable, then kills it. */
async function killAfter(file: string, more: number): Promise<number> {
  const child = startWriter(file)
  const exit = once(child, 'exit')
  let first: number | null = null
  let durable = -1
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    durable = Number(line)
    first ??= durable
    if (durable - first >= more) child.kill('SIGKILL')
  }
  await exit
  return durable
}

test('what was called durable survives SIGKILL, and the next run goes on behind it', async () => {
  const file = join(temporaryFolder(), 'log.db')
  for (const more of [1, 3000, 20_000, 700, 9000]) {
    const durable = await killAfter(file, more)
    const newest = query(file, 'SELECT max(sequence) AS seq FROM power_log')[0]?.['seq'] as number
    expect(newest).toBeGreaterThanOrEqual(durable)
    expect(query(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    const [total] = query(file, 'SELECT count(*) AS n, max(sequence) AS top FROM power_log')
    // None lost, none twice.
    expect(total?.['n']).toBe((total?.['top'] as number) + 1)
  }
  const reader = LogReader.open(file)
  const rows = [...reader.buckets(ALL, 60e6)]
  const [total] = reader.totals(ALL)
  reader.close()
  expect(rows.reduce((sum, row) => sum + row.samples, 0)).toBe(total?.samples)
  // All are neighbours of each other, over every kill.
  expect(total?.coveredUs).toBe(((total?.samples ?? 0) - 1) * 1000)
  expect(query(file, 'SELECT * FROM epoch')).toHaveLength(1)
})

test('other programs read it while it is being written', async () => {
  const file = join(temporaryFolder(), 'log.db')
  const child = startWriter(file)
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  let seen = -1
  let reads = 0
  for await (const line of lines) {
    const durable = Number(line)
    const db = new Database(file, { readonly: true })
    const [row] = db.prepare('SELECT count(*) AS n, max(sequence) AS top FROM power_log').all() as {
      n: number
      top: number
    }[]
    db.close()
    expect(row?.top).toBeGreaterThanOrEqual(durable)
    expect(row?.n).toBe((row?.top ?? 0) + 1)
    expect(row?.top).toBeGreaterThanOrEqual(seen)
    seen = row?.top ?? 0

    const reader = LogReader.open(file)
    const [total] = reader.totals(ALL)
    reader.close()
    expect(total?.samples).toBeGreaterThanOrEqual(seen + 1)
    if (++reads === 20) child.kill('SIGKILL')
  }
  expect(reads).toBeGreaterThanOrEqual(20)
})
