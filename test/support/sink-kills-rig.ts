/**
 * A board that loses, corrupts and doubles lines, on a real pseudo-serial port; a monitor of it, and whoever sends its log on,
 * both killed again and again, and the server as well.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './polling.ts'
import { contentOf, type LogContent } from './sink-rig.ts'

/** Also right in a bundled bench, which is two folders below the root as this file is. */
const CLI = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))

const FAULTS = 'drop=0.01,corrupt=0.005,duplicate=0.01,truncate=0.002,garbage=0.002,reset=0.0005'

/** What a round kills. */
export type Victim = 'monitor' | 'forward' | 'server'

export interface KillsOptions {
  readonly folder: string
  /** `--sink` */
  readonly sinkUrl: string
  readonly rateHz: number
  readonly seed: number
}

export class SinkKills {
  readonly log: string
  readonly #options: KillsOptions
  readonly #link: string
  readonly #running = new Set<ChildProcess>()
  #board: ChildProcess | null = null
  #monitor: ChildProcess | null = null
  #forward: ChildProcess | null = null
  /** Of all children. */
  said = ''

  constructor(options: KillsOptions) {
    this.#options = options
    this.log = join(options.folder, 'log.db')
    this.#link = join(options.folder, 'board')
  }

  /** Until so many more samples are in the log. */
  async more(samples: number): Promise<void> {
    const { length } = contentOf(this.log).samples
    await until('more samples', () => contentOf(this.log).samples.length > length + samples)
  }

  async begin(): Promise<void> {
    const { rateHz, seed } = this.#options
    this.#board = this.#start(
      'mock',
      '--pty',
      this.#link,
      '--rate',
      `${rateHz}`,
      '--seed',
      `${seed}`,
      '--fault',
      FAULTS,
    )
    await until('the board is there', () => existsSync(this.#link))
    this.monitor(true)
    await until('the log is there', () => existsSync(this.log))
  }

  /** Begins (again). @param isSending whether it has the sink, or a `forward` beside it */
  monitor(isSending: boolean): void {
    const sink = isSending ? ['--sink', this.#options.sinkUrl] : []
    this.#monitor = this.#start(
      'monitor',
      '--port',
      this.#link,
      '--db',
      this.log,
      '--output',
      'none',
      ...sink,
    )
    if (!isSending && this.#forward === null) this.forward()
  }

  forward(): void {
    this.#forward = this.#start('forward', '--db', this.log, '--sink', this.#options.sinkUrl)
  }

  async kill(victim: 'monitor' | 'forward'): Promise<void> {
    const child = victim === 'monitor' ? this.#monitor : this.#forward
    if (victim === 'monitor') this.#monitor = null
    else this.#forward = null
    await ended(child, 'SIGKILL')
  }

  /** All of it in order, and what is left to send. @returns what the log has now */
  async end(): Promise<LogContent> {
    await ended(this.#board, 'SIGKILL')
    await ended(this.#forward, 'SIGTERM')
    await ended(this.#monitor, 'SIGTERM')
    const last = this.#start('forward', '--once', '--db', this.log, '--sink', this.#options.sinkUrl)
    await once(last, 'close')
    if (last.exitCode !== 0)
      throw new Error(`forward --once ended with ${last.exitCode}: ${this.said}`)
    return contentOf(this.log)
  }

  /** Nothing stays behind, whatever went wrong. */
  dispose(): void {
    for (const child of this.#running) child.kill('SIGKILL')
  }

  #start(...args: string[]): ChildProcess {
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr?.on('data', (chunk: Buffer) => {
      this.said += chunk.toString()
    })
    this.#running.add(child)
    child.once('close', () => this.#running.delete(child))
    return child
  }
}

async function ended(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
}
