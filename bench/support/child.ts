import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { CLI, ROOT } from './paths.ts'

/** What a whole process cost, from its start to its end. */
export interface Cost {
  readonly wallS: number
  /** User and system, of all threads. */
  readonly cpuS: number
  /** Largest resident memory. */
  readonly peakMb: number
}

export interface Streams {
  /** A file; nothing if not given. */
  readonly stdin?: string
  /** A file, which is made; else /dev/null. */
  readonly stdout?: string
  readonly env?: NodeJS.ProcessEnv
}

/** A folder of this bench alone; gone when it ends. */
export const folder = mkdtempSync(join(tmpdir(), 'ina219-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code))
}

/** As the caller's, but without settings for this program and without the user's data. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(INA219|XDG)_/.test(name)),
  ),
  HOME: folder,
  LANG: 'C.UTF-8',
  TERM: 'xterm-256color',
  TZ: 'UTC',
}
/** Nothing but that: NODE_EXTRA_CA_CERTS, for one, makes each Node start 40 ms later, an empty one, too. */
export const BARE_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: folder,
  LANG: 'C.UTF-8',
  TERM: 'xterm-256color',
  TZ: 'UTC',
}

/** Compiles a C program of the bench. @param source relative to bench/ @returns the program */
export function compiled(source: string, ...options: readonly string[]): string {
  const program = join(folder, basename(source, '.c'))
  const file = join(ROOT, 'bench', source)
  execFileSync('cc', ['-O2', '-o', program, file, ...options], { stdio: 'inherit' })
  return program
}

/** The same with SQLite: the system's, as a program in C would have it, else the one that our package compiles. */
export function compiledWithSqlite(source: string): string {
  const header = spawnSync('cc', ['-E', '-include', 'sqlite3.h', '-x', 'c', '/dev/null'])
  if (header.status === 0) return compiled(source, '-lsqlite3', '-lm')
  const deps = join(ROOT, 'node_modules/better-sqlite3/deps/sqlite3')
  console.error(`no sqlite3.h: compiling ${deps}`)
  return compiled(source, `-I${deps}`, join(deps, 'sqlite3.c'), '-lpthread', '-ldl', '-lm')
}

let runner: string | undefined

/** The command to its end. @throws where it fails: a figure of a failed run is none */
export function costOf(command: readonly string[], streams: Streams = {}): Cost {
  runner ??= compiled('support/run-child.c')
  const stdin = openSync(streams.stdin ?? '/dev/null', 'r')
  const stdout = openSync(streams.stdout ?? '/dev/null', 'w')
  try {
    const { output, stderr, error } = spawnSync(runner, command, {
      stdio: [stdin, stdout, 'pipe', 'pipe'],
      env: streams.env ?? ENVIRONMENT,
      cwd: ROOT,
      maxBuffer: 1 << 26,
    })
    if (error) throw error
    const { code, ...cost } = JSON.parse(String(output[3])) as Cost & { readonly code: number }
    if (code !== 0) throw new Error(`${command.join(' ')}: exit code ${code}\n${stderr}`)
    return cost
  } finally {
    closeSync(stdin)
    closeSync(stdout)
  }
}

/** `ina219 ...`, as a command for `costOf`. */
export function ina219(...args: readonly string[]): string[] {
  return [process.execPath, CLI, ...args]
}

/** The empty Node process, which start and memory are compared with. */
export const EMPTY_NODE = [process.execPath, '-e', '0']

/** Whether a program is there; a bench without its peer says so and goes on. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
}
