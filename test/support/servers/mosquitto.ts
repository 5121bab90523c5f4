import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../folder.ts'
import { until } from '../polling.ts'

/** Broker and clients are of Debian's `mosquitto` and `mosquitto-clients`, which are not everywhere. */
export const hasMosquitto =
  spawnSync('mosquitto', ['-h']).status !== null &&
  spawnSync('mosquitto_sub', ['--help']).status !== null

/** A message as `mosquitto_sub` printed it. */
export interface Heard {
  readonly topic: string
  readonly payload: string
  readonly isRetained: boolean
}

/** A free port of this machine; another program may take it before it is used, which is then seen. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A mosquitto of its own, on a temporary folder and a free port; gone at the end of the test. */
export class Mosquitto {
  readonly port: number
  readonly folder: string
  #child: ChildProcess | null = null
  #log = ''

  private constructor(port: number, folder: string) {
    this.port = port
    this.folder = folder
  }

  /** @param lines of its configuration, behind `listener`; `{folder}` is its folder */
  static async start(lines: readonly string[] = ['allow_anonymous true']): Promise<Mosquitto> {
    const broker = new Mosquitto(await freePort(), temporaryFolder())
    const text = [
      'user root',
      // As many as a test makes for somebody who reads slowly; with 0, for all, 2.0.11 ends a connection after a
      // message that is denied.
      'max_queued_messages 1000000',
      `listener ${broker.port} 127.0.0.1`,
      ...lines,
    ].join('\n')
    writeFileSync(join(broker.folder, 'conf'), text.replaceAll('{folder}', broker.folder))
    onTestFinished(() => broker.kill())
    await broker.up()
    return broker
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}/`
  }

  /** What it has written about itself. */
  get log(): string {
    return this.#log
  }

  /** Begins, or begins again with what it kept. */
  async up(): Promise<void> {
    const child = spawn('mosquitto', ['-v', '-c', join(this.folder, 'conf')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    const from = this.#log.length
    const note = (chunk: Buffer): void => {
      this.#log += chunk.toString()
    }
    child.stdout.on('data', note)
    child.stderr.on('data', note)
    await until('mosquitto listens', () => {
      if (child.exitCode !== null)
        throw new Error(
          `mosquitto ended, ${child.exitCode} ${child.signalCode}: ${this.#log.slice(from)}`,
        )
      return /running$/m.test(this.#log.slice(from))
    })
  }

  /** As a power cut does it, or in order with SIGTERM. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (child === null) return
    this.#child = null
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }

  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  /** A client that has subscribed to all below a filter, and collects. */
  async subscriber(filter: string, ...more: readonly string[]): Promise<Subscriber> {
    const id = `heard-${++subscribers}`
    const subscriber = new Subscriber(this.port, id, ['-t', filter, ...more])
    onTestFinished(() => subscriber.end())
    await until('mosquitto_sub has subscribed', () => this.#log.includes(`SUBACK to ${id}`))
    return subscriber
  }

  /** All that is retained, by topic. */
  async retained(filter = '#'): Promise<Map<string, string>> {
    const args = [...this.#at, '-t', filter, '-F', FORMAT, '--retained-only', '-W', '1']
    const { stdout } = await run('mosquitto_sub', args)
    return new Map(parsed(stdout).map(({ topic, payload }) => [topic, payload]))
  }

  /** @param more of mosquitto_pub, such as `-r` */
  async publish(topic: string, payload: string, ...more: readonly string[]): Promise<void> {
    const what = payload === '' ? ['-n'] : ['-m', payload]
    const { code, stderr } = await run('mosquitto_pub', [
      ...this.#at,
      '-q',
      '1',
      '-t',
      topic,
      ...what,
      ...more,
    ])
    if (code !== 0) throw new Error(stderr)
  }

  /** Waits until all that the broker has acknowledged so far has come to somebody who has subscribed to `ina219/#`. */
  async deliveredTo(heard: Subscriber): Promise<void> {
    const mark = `mark ${++marks}`
    await this.publish('ina219/mark', mark)
    await until('all is there', () => heard.all.some(({ payload }) => payload === mark))
  }

  get #at(): string[] {
    return ['-h', '127.0.0.1', '-p', String(this.port), '-V', '5']
  }
}

let subscribers = 0
let marks = 0

/** Between its fields a character that no payload of ours has; JSON has no raw newline. */
const FORMAT = '%r\x1f%t\x1f%p'

function parsed(text: string): Heard[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [retained, topic = '', payload = ''] = line.split('\x1f')
      return { topic, payload, isRetained: retained === '1' }
    })
}

function run(
  program: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 1e9 }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

/** `mosquitto_sub`: what a client of somebody else gets. */
export class Subscriber {
  readonly id: string
  readonly #child: ChildProcess
  #text = ''
  #all: Heard[] = []

  /** @param id of its connection, as the broker logs it */
  constructor(port: number, id: string, more: readonly string[]) {
    this.id = id
    const at = ['-i', id, '-h', '127.0.0.1', '-p', String(port), '-V', '5', '-q', '1']
    this.#child = spawn('mosquitto_sub', [...at, '-F', FORMAT, ...more], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString()
      const end = this.#text.lastIndexOf('\n') + 1
      this.#all.push(...parsed(this.#text.slice(0, end)))
      this.#text = this.#text.slice(end)
    })
  }

  /** All so far, in order. */
  get all(): readonly Heard[] {
    return this.#all
  }

  /** The payloads of topics that end so, read as JSON. */
  json<T = Record<string, unknown>>(end: string): T[] {
    return this.#all
      .filter(({ topic, payload }) => topic.endsWith(end) && payload !== '')
      .map(({ payload }) => JSON.parse(payload) as T)
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }
}
