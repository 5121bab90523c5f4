import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Noise } from '../../mock/random.ts'
import { type Comparison, compare } from './fleet-database.ts'
import { query } from './log-fixture.ts'
import { until } from './polling.ts'
import type { PostgresServer } from './servers/postgres.ts'
import { TroubledProxy } from './servers/troubled-proxy.ts'

/** Also right in a bundled bench, which is two folders below the root as this file is. */
const CLI = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))
const FAULTS = 'drop=0.02,corrupt=0.005,duplicate=0.01,truncate=0.002,garbage=0.001,reset=0.0005'

const TROUBLES = {
  'server killed': async ({ server }: Scene, ms: number) => {
    await server.kill()
    await pause(ms)
    await server.up()
  },
  'server stands still': async ({ server }: Scene, ms: number) => {
    server.pause()
    await pause(ms)
    server.resume()
  },
  'network cut': async ({ proxy }: Scene) => proxy.reset(),
  'network deaf': async ({ proxy }: Scene, ms: number) => {
    proxy.isDeaf = true
    await pause(ms)
    proxy.reset()
    proxy.isDeaf = false
  },
  'backends ended': async ({ server }: Scene) => {
    await server.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ina219'",
    )
  },
  'table locked': async ({ server }: Scene, ms: number) => {
    await server.query(`BEGIN; LOCK TABLE power_sample; SELECT pg_sleep(${ms / 1000}); COMMIT`)
  },
  'logger killed': async ({ loggers }: Scene, ms: number) => {
    const logger = loggers[Math.floor(ms) % loggers.length]
    await logger?.kill()
    logger?.start()
  },
} as const

export type Trouble = keyof typeof TROUBLES

interface Scene {
  readonly server: PostgresServer
  readonly proxy: TroubledProxy
  readonly loggers: readonly Logger[]
}

export interface TroubledOptions {
  readonly folder: string
  readonly loggers: number
  readonly rateHz: number
  readonly seed: number
  /** In this order; a number: so many, at random. */
  readonly troubles: readonly Trouble[] | number
  /** Between them, at most, ms. */
  readonly pauseMs: number
  /** Samples that each logger has in the end, at least. */
  readonly samples: number
  readonly told?: (text: string) => void
}

/**
 * Loggers with boards on bad lines send into one database, all under one label, while everything happens to them; in
 * the end what is left is sent, and each log compared with the tables.
 */
export async function throughTroubles(
  server: PostgresServer,
  options: TroubledOptions,
): Promise<Comparison[]> {
  const { folder, seed, troubles, pauseMs, told = () => {} } = options
  const proxy = await TroubledProxy.start(server.port)
  const url = server.url('', undefined, undefined, proxy.port)
  const loggers = Array.from(
    { length: options.loggers },
    (_, i) => new Logger(join(folder, `log-${i}`), url, options.rateHz, seed + i),
  )
  const noise = new Noise(seed)
  const kinds = Object.keys(TROUBLES) as Trouble[]
  const order =
    typeof troubles === 'number'
      ? Array.from(
          { length: troubles },
          (_, i) => kinds[Math.floor(noise.uniform(i, 0) * kinds.length)] as Trouble,
        )
      : troubles
  try {
    for (const logger of loggers) await logger.begin()
    await until('rows come', async () => {
      const isMade = "SELECT to_regclass('power_sample') IS NOT NULL"
      if ((await server.query(isMade))[0]?.[0] !== 't') return false
      return (await server.query('SELECT count(*) FROM power_sample'))[0]?.[0] !== '0'
    })
    for (const [i, trouble] of order.entries()) {
      await pause(noise.uniform(i, 1) * pauseMs)
      told(trouble)
      await TROUBLES[trouble]({ server, proxy, loggers }, noise.uniform(i, 2) * pauseMs)
    }
    await pause(pauseMs)
    await until('there is enough to compare', () =>
      loggers.every((logger) => logger.samples() >= options.samples),
    )
    for (const logger of loggers) await logger.end(server.url())
    return await Promise.all(loggers.map(({ file }) => compare(file, server)))
  } finally {
    for (const logger of loggers) logger.abandon()
    await proxy.close()
  }
}

/** A board behind a bad line, and the program that logs it. */
class Logger {
  readonly file: string
  readonly #place: string
  readonly #url: string
  readonly #board: ChildProcess
  #monitor: ChildProcess | null = null

  constructor(place: string, url: string, rateHz: number, seed: number) {
    this.#place = place
    this.file = `${place}.db`
    this.#url = url
    const line = ['--rate', String(rateHz), '--fault', FAULTS, '--seed', String(seed)]
    this.#board = run(['mock', '--scenario', 'solar-node', ...line, '--pty', `${place}.tty`])
  }

  async begin(): Promise<void> {
    await until('the board is there', () => existsSync(`${this.#place}.tty`))
    this.start()
  }

  start(): void {
    const what = ['--port', `${this.#place}.tty`, '--device', 'bench', '--output', 'none', '--wait']
    this.#monitor = run(['monitor', ...what, '--db', this.file, '--sink', this.#url])
  }

  /** In its log. */
  samples(): number {
    return query(this.file, 'SELECT count(*) AS n FROM sample')[0]?.['n'] as number
  }

  async kill(): Promise<void> {
    if (this.#monitor !== null) await ended(this.#monitor, 'SIGKILL')
  }

  /** Stops it, and sends what is left. @param url of the server itself: the same sink by its name */
  async end(url: string): Promise<void> {
    if (this.#monitor !== null) await ended(this.#monitor, 'SIGTERM')
    const name = new URL(this.#url)
    const sink = `${url}?name=${encodeURIComponent(`postgres://${name.host}/postgres`)}`
    const sent = run(['forward', '--once', '--db', this.file, '--sink', sink])
    await once(sent, 'exit')
  }

  abandon(): void {
    this.#board.kill('SIGKILL')
    this.#monitor?.kill('SIGKILL')
  }
}

function run(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  child.stdout?.resume()
  return child
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}
