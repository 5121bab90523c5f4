import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from '../free-port.ts'
import { until } from '../polling.ts'

/** Where Debian has the newest one. */
const BIN = ((): string | null => {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const bins = versions.map((version) => join(root, version, 'bin'))
  return bins.find((each) => existsSync(join(each, 'initdb'))) ?? null
})()

/** Why there is none; null: there is one. */
export const lacksPostgres = BIN === null ? 'PostgreSQL is not installed' : null

export const USER = 'ina'
export const PASSWORD = 'pass word'

export interface PostgresOptions {
  /** Further settings. */
  readonly settings?: Readonly<Record<string, string>>
  /** Certificate and key, as PEM. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** A disk of its own of that size, where `canHaveDisk`. */
  readonly diskMb?: number
}

/** It does not run as root. */
const isRoot = process.getuid?.() === 0
const idOf = (flag: string): number =>
  Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
const owner = isRoot && BIN !== null ? { uid: idOf('-u'), gid: idOf('-g') } : {}

/** Whether a small disk can be made, in memory. */
export function canHaveDisk(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'ina219-disk-'))
  const isMade = mount(folder, 1)
  if (isMade) unmount(folder)
  rmSync(folder, { recursive: true })
  return isMade
}

function mount(folder: string, mb: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mb}M`, 'tmpfs', folder]).status === 0
}

function unmount(folder: string): void {
  spawnSync('umount', ['-l', folder])
}

/** A real server with a folder and a port of its own. */
export class PostgresServer {
  readonly folder: string
  readonly port: number
  readonly #args: readonly string[]
  #child: ChildProcess | null = null
  #stopped: number[] = []
  #hasDisk = false

  private constructor(folder: string, port: number, settings: Readonly<Record<string, string>>) {
    this.folder = folder
    this.port = port
    const all: Record<string, string> = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      // What a power cut would take is not what is tried here.
      fsync: 'off',
      // Small: each test has its own.
      shared_buffers: '32MB',
      max_connections: '30',
      ...settings,
    }
    const parts = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    this.#args = ['-D', join(folder, 'data'), '-p', String(port), ...parts]
  }

  static async start({
    settings = {},
    tls,
    diskMb,
  }: PostgresOptions = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'ina219-pg-'))
    const own = (path: string): void => {
      if (owner.uid !== undefined) chownSync(path, owner.uid, owner.gid)
    }
    if (diskMb !== undefined) mount(folder, diskMb)
    own(folder)
    const passwords = join(folder, 'password')
    writeFileSync(passwords, PASSWORD)
    own(passwords)
    const files: Record<string, string> = {}
    if (tls !== undefined) {
      for (const name of ['cert', 'key'] as const) {
        const path = join(folder, `${name}.pem`)
        writeFileSync(path, tls[name])
        chmodSync(path, 0o600)
        own(path)
        files[`ssl_${name}_file`] = path
      }
      files['ssl'] = 'on'
    }
    const made = [`-D${join(folder, 'data')}`, `-U${USER}`, `--pwfile=${passwords}`]
    execFileSync(
      join(BIN ?? '', 'initdb'),
      [
        ...made,
        '-EUTF8',
        '--no-locale',
        '--no-sync',
        '--wal-segsize=1',
        '--auth-local=trust',
        '--auth-host=scram-sha-256',
      ],
      { ...owner, cwd: folder, stdio: 'ignore' },
    )
    const server = new PostgresServer(folder, await freePort(), { ...settings, ...files })
    server.#hasDisk = diskMb !== undefined
    // Whoever ends without a word leaves none behind.
    process.once('exit', server.#onExit)
    await server.up()
    return server
  }

  /** @param query such as `table=x` */
  url(query = '', user = USER, password: string | null = PASSWORD, port = this.port): string {
    const secret = password === null ? '' : `:${encodeURIComponent(password)}`
    return `postgres://${user}${secret}@127.0.0.1:${port}/postgres${query === '' ? '' : `?${query}`}`
  }

  async up(): Promise<void> {
    await until('PostgreSQL is up', async () => {
      if (
        this.#child === null ||
        this.#child.exitCode !== null ||
        this.#child.signalCode !== null
      ) {
        // After a kill it refuses until its children of before are gone.
        this.#child = spawn(join(BIN ?? '', 'postgres'), this.#args, {
          ...owner,
          cwd: this.folder,
          stdio: 'ignore',
        })
      }
      try {
        await this.query('SELECT 1')
        return true
      } catch {
        return false
      }
    })
  }

  /** SIGKILL to the first process; the others follow. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  /** All of its processes stand still. */
  pause(): void {
    const pid = this.#child?.pid ?? 0
    this.#stopped = [pid, ...childrenOf(pid)]
    for (const each of this.#stopped) process.kill(each, 'SIGSTOP')
  }

  resume(): void {
    for (const each of this.#stopped.splice(0)) {
      try {
        process.kill(each, 'SIGCONT')
      } catch {
        // It is gone.
      }
    }
  }

  /** As the owner of all. @returns rows, values as PostgreSQL prints them */
  async query(
    sql: string,
    values: readonly unknown[] = [],
    database = 'postgres',
  ): Promise<(string | null)[][]> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: this.port,
      user: USER,
      password: PASSWORD,
      database,
      ssl: false,
      types: { getTypeParser: () => (value: string) => value },
    })
    client.on('error', () => {})
    await client.connect()
    try {
      const { rows } = await client.query({ text: sql, values: [...values], rowMode: 'array' })
      return rows as (string | null)[][]
    } finally {
      await client.end()
    }
  }

  async stop(): Promise<void> {
    this.resume()
    const child = this.#child
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGQUIT')
      await ended
    }
    process.off('exit', this.#onExit)
    this.#remove()
  }

  readonly #onExit = (): void => {
    this.#child?.kill('SIGKILL')
    this.#remove()
  }

  #remove(): void {
    if (this.#hasDisk) unmount(this.folder)
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
