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

const DEADLINE_MS = 20_000

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
    if (user)
      await server.query(`CREATE USER ${user[0]} WITH PASSWORD '${user[1]}' WITH ALL PRIVILEGES`)
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

  /** The answer to a query, times in ns; its numbers as they stand there where `asText`. */
  async query(text: string): Promise<InfluxResult[]> {
    const body = JSON.parse(await this.queryText(text)) as {
      results: { series?: InfluxResult[]; error?: string }[]
    }
    const [result] = body.results
    if (result?.error !== undefined) throw new Error(result.error)
    return result?.series ?? []
  }

  /** The same, as it came. */
  async queryText(text: string, accept = 'application/json'): Promise<string> {
    const { user } = this.#options
    const parameters = new URLSearchParams({
      db: 'lab',
      q: text,
      epoch: 'ns',
      ...(user && { u: user[0], p: user[1] }),
    })
    const answer = await fetch(`${this.url}/query`, {
      method: 'POST',
      body: parameters,
      headers: { accept },
    })
    return answer.text()
  }
}

/** A measurement, or one of its groups. */
export interface InfluxResult {
  readonly name: string
  readonly tags?: Readonly<Record<string, string>>
  readonly columns: readonly string[]
  readonly values: readonly (readonly (string | number | boolean | null)[])[]
}
