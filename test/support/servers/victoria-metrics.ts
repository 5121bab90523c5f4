import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../free-port.ts'
import { within } from '../polling.ts'

/** Whether Debian's VictoriaMetrics 1.79 is there. */
export const hasVictoriaMetrics = spawnSync('victoria-metrics', ['-version']).error === undefined

/**
 * A real server of the write path of InfluxDB 2. A judge of path, precision and gzip; not of lines, of which it takes what
 * it can read, and only numbers.
 */
export class VictoriaMetrics {
  readonly #child: ChildProcess
  readonly url: string

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.url = `http://127.0.0.1:${port}`
  }

  static async start(folder: string): Promise<VictoriaMetrics> {
    const port = await freePort()
    const child = spawn(
      'victoria-metrics',
      [
        `-storageDataPath=${folder}`,
        `-httpListenAddr=127.0.0.1:${port}`,
        '-retentionPeriod=100y',
        '-search.latencyOffset=0s',
      ],
      { stdio: 'ignore' },
    )
    const server = new VictoriaMetrics(child, port)
    const isUp = await within(20_000, async () => {
      try {
        return (await fetch(`${server.url}/health`)).ok
      } catch {
        return false
      }
    })
    if (!isUp) throw new Error('VictoriaMetrics is not up')
    return server
  }

  async down(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  /** All values of a field, with their times in ms. */
  async values(
    name: string,
  ): Promise<{ readonly values: number[]; readonly timestamps: number[] }> {
    // What came in is seen by questions after a while, or when asked to.
    await fetch(`${this.url}/internal/force_flush`)
    const answer = await fetch(`${this.url}/api/v1/export?match[]=${encodeURIComponent(name)}`)
    const text = await answer.text()
    return text === ''
      ? { values: [], timestamps: [] }
      : JSON.parse(text.split('\n', 1)[0] as string)
  }
}
