import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { within } from '../polling.ts'

/** Whether Debian's InfluxDB 1.6 is there. */
export const hasInfluxd = spawnSync('influxd', ['version']).error === undefined

export interface InfluxdOptions {
  /** Where its data goes; stays over restarts. */
  readonly folder: string
  /** Name and password of the only user, who may do everything; null: anybody may. */
  readonly user?: readonly [name: string, password: string]
  /** Of a body, bytes. */
  readonly maxBodySize?: number
  readonly https?: { readonly cert: string; readonly key: string }
}

const DEADLINE_MS = 45_000

/** A real InfluxDB 1.6 on loopback. */
export class Influxd {
  readonly port: number
  readonly #options: InfluxdOptions
  readonly #config: string
  #child: ChildProcess | null = null
  #said = ''

  private constructor(port: number, rpcPort: number, options: InfluxdOptions) {
    this.port = port
    this.#options = options
    this.#config = join(options.folder, 'influxdb.conf')
    const at = (name: string): string => JSON.stringify(join(options.folder, name))
    mkdirSync(options.folder, { recursive: true })
    writeFileSync(
      this.#config,
      `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
dir = ${at('meta')}
[data]
dir = ${at('data')}
wal-dir = ${at('wal')}
query-log-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
auth-enabled = ${options.user !== undefined}
max-body-size = ${options.maxBodySize ?? 25_000_000}
${options.https ? `https-enabled = true\nhttps-certificate = "${options.https.cert}"\nhttps-private-key = "${options.https.key}"` : ''}
[monitor]
store-enabled = false
[subscriber]
enabled = false
[continuous_queries]
enabled = false
`,
    )
  }

  /** Starts one, with a database `lab`. */
  static async start(options: InfluxdOptions): Promise<Influxd> {
    const server = new Influxd(await freePort(), await freePort(), options)
    await server.up()
    const { user } = options
    if (user !== undefined) {
      const [name, password] = user
      await server.query(`CREATE USER ${name} WITH PASSWORD '${password}' WITH ALL PRIVILEGES`)
    }
    await server.query('CREATE DATABASE lab')
    return server
  }

  get url(): string {
    return `http${this.#options.https ? 's' : ''}://127.0.0.1:${this.port}`
  }

  /** What `--sink` says. @param query behind `db=lab` */
  sinkUrl(query = ''): string {
    return `influx+${this.url}/?db=lab${query}`
  }

  /** What it logged, of all its runs. */
  get said(): string {
    return this.#said
  }

  /** (Again) on the same data. */
  async up(): Promise<void> {
    const child = spawn('influxd', ['-config', this.#config], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#said += chunk.toString()
      })
    }
    const isUp = await within(DEADLINE_MS, async () => {
      if (child.exitCode !== null) throw new Error(`influxd ended: ${this.#said}`)
      try {
        return (await fetch(`http://127.0.0.1:${this.port}/ping`)).status === 204
      } catch {
        // A server of https answers as well, though not that.
        return this.#options.https !== undefined && this.#said.includes('Listening on HTTP')
      }
    })
    if (!isUp) throw new Error(`influxd is not up: ${this.#said}`)
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  /** Ends it, as a power cut does unless said otherwise. */
  async down(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    if (signal !== 'SIGKILL') child.kill('SIGCONT')
    await exited
  }

  /** Lines as they are, times in µs. */
  async write(lines: string): Promise<void> {
    const answer = await fetch(`${this.url}/write?db=lab&precision=u`, {
      method: 'POST',
      body: lines,
    })
    if (answer.status !== 204) throw new Error(await answer.text())
  }

  /** A statement that changes something. */
  async query(text: string): Promise<void> {
    const { results, error } = JSON.parse(await this.queryText(text)) as {
      results?: { error?: string }[]
      error?: string
    }
    const trouble = error ?? results?.[0]?.error
    if (trouble !== undefined) throw new Error(trouble)
  }

  /** The answer to a question as it came, times in ns. */
  async queryText(text: string, accept = 'application/json'): Promise<string> {
    const [u, p] = this.#options.user ?? ['', '']
    const user = new URLSearchParams(u === '' ? {} : { u, p })
    const answer = await fetch(`${this.url}/query?${user}`, {
      method: 'POST',
      body: new URLSearchParams({ db: 'lab', q: text, epoch: 'ns' }),
      headers: { accept },
    })
    return answer.text()
  }
}
