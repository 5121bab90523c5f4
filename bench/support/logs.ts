import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ENVIRONMENT, ina219 } from './child.ts'
import { chunksOf, frameLine } from './frame-file.ts'
import { LOGS, ROOT } from './paths.ts'

/** What decides what is in such a file, and how. */
const MADE_BY = [
  'bench/support/frame-file.ts',
  'src/storage/file/schema.ts',
  'src/storage/write/roll-ups.ts',
]

/** A closed log with so many hours at that rate, made by the program as it is built; not to be written to. */
export async function syntheticLog(rateHz: number, hours: number): Promise<string> {
  const hash = createHash('sha256')
  for (const each of MADE_BY) hash.update(readFileSync(join(ROOT, each)))
  const file = join(LOGS, `${rateHz}hz-${hours}h-${hash.digest('hex').slice(0, 12)}.db`)
  if (existsSync(file)) return file
  const count = rateHz * hours * 3600
  console.error(`making ${file}: ${count.toLocaleString('en')} samples, once`)
  mkdirSync(LOGS, { recursive: true })
  const draft = `${file}.${process.pid}`
  const lines = function* (): Iterable<string> {
    for (let seq = 0; seq < count; seq++) yield frameLine(seq, rateHz)
  }
  try {
    await makeLog(draft, lines())
    renameSync(draft, file)
  } finally {
    for (const end of ['', '-wal', '-shm', '.lock']) rmSync(draft + end, { force: true })
  }
  return file
}

/** A log of these lines, as if a device had sent them. */
export async function makeLog(file: string, lines: Iterable<string>): Promise<void> {
  const [program = '', ...args] = ina219(
    ...['monitor', '--stdin', '--keep-time', '--output', 'none', '--retain', '30d', '--db', file],
  )
  const child = spawn(program, args, {
    env: ENVIRONMENT,
    cwd: ROOT,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  for (const chunk of chunksOf(lines)) {
    if (!child.stdin.write(chunk)) await Promise.race([once(child.stdin, 'drain'), ended])
  }
  child.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new Error(`the log was not made: exit code ${code}`)
}
