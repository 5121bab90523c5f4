import type { Readable } from 'node:stream'
import { type Clock, systemClock } from '../util/clock.ts'
import { decodeBytes } from './lines/line-decoder.ts'
import { SilenceWatch } from './silence.ts'
import type { Source, SourceSink } from './source.ts'

/** How often it is looked whether something still comes, in ms. */
const WATCH_MS = 500

/** Frames from standard input: one way, perhaps faster than real time. */
export class StdinSource implements Source {
  readonly label = 'stdin'
  readonly duplex = false
  readonly live = false
  readonly mayFail = false
  readonly bytesPerSecond = null
  readonly #input: Readable
  readonly #clock: Clock
  /** null: not started */
  #silence: SilenceWatch | null = null
  #paused = false
  #timer: NodeJS.Timeout | undefined

  constructor(input: Readable, clock: Clock = systemClock) {
    this.#input = input
    this.#clock = clock
  }

  start(sink: SourceSink): void {
    const decoder = decodeBytes(sink)
    let over = false
    const end = (): void => {
      if (over) return
      over = true
      clearInterval(this.#timer)
      decoder.end()
      sink.state('ended', 'end of input')
      sink.ended()
    }
    sink.connected()
    sink.state('live', '')
    const silence = new SilenceWatch(this.#clock.monoMs())
    this.#silence = silence
    let silent = false
    const look = (): void => {
      const now = !this.#paused && silence.silent(this.#clock.monoMs())
      if (over || now === silent) return
      silent = now
      if (silent) sink.state('silent', 'nothing comes through the pipe: does its writer still run?')
      else sink.state('live', '')
    }
    this.#timer = setInterval(look, WATCH_MS)
    this.#input.on('data', (chunk: Buffer) => {
      const nowMs = this.#clock.monoMs()
      silence.bytes(nowMs)
      // A pipe hands on blocks, with many lines or a part of one: their intervals are the usual ones.
      silence.line(nowMs)
      look()
      decoder.push(chunk)
      sink.bytes(chunk.length)
    })
    this.#input.on('end', end)
    // A broken pipe on the writer's side is the end of input, too.
    this.#input.on('error', end)
  }

  write(): void {}

  /** While nothing is read, nothing can be missed. */
  pause(): void {
    this.#paused = true
    this.#input.pause()
  }

  resume(): void {
    this.#paused = false
    this.#silence?.bytes(this.#clock.monoMs())
    this.#input.resume()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#input.pause()
    this.#input.removeAllListeners('data')
    // An open pipe would keep the process alive.
    this.#input.destroy()
  }
}
