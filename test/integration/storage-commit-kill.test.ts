import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { CommitReader } from '../../src/storage/read/commit-reader.ts'
import { bundleProgram } from '../support/bundle.ts'
import { temporaryFolder } from '../support/folder.ts'
import { query, WORKER_URL } from '../support/log-fixture.ts'

let writerProgram: string
let readerProgram: string

beforeAll(async () => {
  writerProgram = await bundleProgram('test/support/log-writer-child.ts')
  readerProgram = await bundleProgram('test/support/commit-reader-child.ts')
})

function start(program: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Shows each line of a child's output, and kills the child once that says so. */
async function killWhen(child: ChildProcess, isDue: (line: string) => boolean): Promise<void> {
  const exit = once(child, 'exit')
  let isKilled = false
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (!isDue(line) || isKilled) continue
    isKilled = true
    child.kill('SIGKILL')
  }
  await exit
}

test('a reader that resumes with its cursor gets each sample once, whoever is killed when', async () => {
  const file = join(temporaryFolder(), 'log.db')
  const received: number[] = []
  let cursor = '0'
  const take = (line: string): number => {
    const [next = '', numbers = '', end] = line.split(' ')
    // Killed while it wrote: the rest of the page was not received, so that none of it was.
    if (end !== '.') return 0
    const seqs = numbers.split(',').map(Number)
    cursor = next
    received.push(...seqs)
    return seqs.length
  }
  // Samples after which the writer, and then the reader, is killed.
  const rounds = [
    [1, 1],
    [4000, 900],
    [700, 3000],
    [9000, 2],
    [3000, 5000],
  ] as const
  for (const [durable, read] of rounds) {
    const writer = start(writerProgram, file, WORKER_URL.href, 'late')
    let first: number | null = null
    let isRead = false
    let following: Promise<void> | null = null
    const follow = (): void => {
      let count = 0
      following = killWhen(start(readerProgram, file, cursor), (line) => {
        count += take(line)
        isRead = count >= read
        return isRead
      })
    }
    await killWhen(writer, (line) => {
      first ??= Number(line)
      if (following === null) follow()
      // The reader is killed while the writer writes, or later.
      return Number(line) - first >= durable && isRead
    })
    await following
  }
  const reader = CommitReader.open(file)
  for (let isComplete = false; !isComplete; ) {
    const page = reader.since(cursor, 999)
    received.push(...page.samples.map(({ seq }) => seq as number))
    cursor = page.cursor
    isComplete = page.isComplete
  }
  expect(cursor).toBe(reader.head())
  reader.close()

  const logged = query(file, 'SELECT sequence FROM power_log ORDER BY sequence')
  expect(received.toSorted((a, b) => a - b)).toEqual(logged.map((row) => row['sequence']))
  expect(received.length).toBeGreaterThan(15_000)
  const [late] = query(file, 'SELECT count(*) AS n FROM commit_run WHERE late = 1')
  expect(late?.['n']).toBeGreaterThan(100)
  // What the reader stored on the way never kept the writer from writing.
  expect(query(file, `SELECT * FROM event WHERE kind = 'spill'`)).toEqual([])
  const registry = ReaderRegistry.open(file)
  expect(registry.list()).toMatchObject([{ name: 'child', keepBytes: 1e6, missed: 0 }])
  registry.close()
})
