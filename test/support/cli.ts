import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterThisTest } from './cleanups.ts'
import { temporaryFolder } from './folder.ts'
import { until } from './polling.ts'

export const CLI = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A configuration file of this test alone. @returns its name */
export function configFile(text: string): string {
  const path = join(temporaryFolder(), 'config.toml')
  writeFileSync(path, text)
  return path
}

/** The real command as a child process, with an environment that knows no user settings. */
export function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: temporaryFolder(),
      XDG_DATA_HOME: '',
      XDG_CONFIG_HOME: '',
      XDG_CACHE_HOME: process.env['CODE_CACHE_OF_TESTS'] ?? '',
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // A command that ends before it has read everything: the pipe breaks, which is fine here.
  child.stdin?.on('error', () => {})
  afterThisTest(() => child.kill('SIGKILL'))
  return child
}

/** What has come from a stream so far. */
export function heard(stream: Readable | null): () => string {
  let text = ''
  stream?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return () => text
}

/** A mock on a pseudo-serial port. @returns the name of the port, once it is there */
export async function served(...args: readonly string[]): Promise<string> {
  const path = join(temporaryFolder(), 'board')
  const printed = heard(start(['mock', ...args, '--pty', path]).stdout)
  await until('the device is there', () => printed().endsWith('\n'))
  return path
}

export function finished(child: ChildProcess): Promise<Finished> {
  return new Promise((resolve) => {
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('close', (code) =>
      resolve({
        code,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    )
  })
}

/** Runs a command to its end. */
export function ina219(
  args: readonly string[],
  input: string | Uint8Array = '',
  env: Record<string, string> = {},
): Promise<Finished> {
  const child = start(args, env)
  child.stdin?.end(input)
  return finished(child)
}

/** `ina219 a... | ina219 b...` */
export function piped(
  from: readonly string[],
  to: readonly string[],
): Promise<[Finished, Finished]> {
  const writer = start(from)
  const reader = start(to)
  writer.stdin?.end()
  if (reader.stdin) writer.stdout?.pipe(reader.stdin)
  return Promise.all([finished(writer), finished(reader)])
}
