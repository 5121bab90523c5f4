import type { Readable } from 'node:stream'
import { type Clock, systemClock } from '../util/clock.ts'
import { AUTO, type FormatChoice } from './formats/format-choice.ts'
import { FormatDecoder } from './formats/format-decoder.ts'
import { PAUSE_MS } from './formats/format-lines.ts'
import { SilenceWatch } from './silence.ts'
import type { Source, SourceSink } from './source.ts'

/** How often it is looked whether something still comes, in ms. */
const WATCH_MS = 500
/** Of a writer that failed, whose own words a screen may have covered. */
const NOTHING_CAME = 'end of input, of which nothing came: does its writer start by itself?'

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
  readonly #format: FormatChoice
  /** null: not started, or over */
  #decoder: FormatDecoder | null = null
  #timer: NodeJS.Timeout | undefined
  #pause: NodeJS.Timeout | undefined

  constructor(input: Readable, clock: Clock = systemClock, format: FormatChoice = AUTO) {
    this.#input = input
    this.#clock = clock
    this.#format = format
  }

  start(sink: SourceSink): void {
    const decoder = new FormatDecoder(sink, this.#format, this.#clock)
    this.#decoder = decoder
    let over = false
    let isEmpty = true
    const end = (): void => {
      if (over) return
      over = true
      clearInterval(this.#timer)
      clearTimeout(this.#pause)
      decoder.end()
      this.#decoder = null
      sink.state('ended', isEmpty ? NOTHING_CAME : 'end of input')
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
      isEmpty = false
      silence.bytes(nowMs)
      // A pipe hands on blocks, with many lines or a part of one: their intervals are the usual ones.
      silence.line(nowMs)
      look()
      decoder.push(chunk)
      sink.bytes(chunk.length)
      clearTimeout(this.#pause)
      const pause = (): void => {
        // What is not read yet may be the rest of the block.
        if (this.#paused) this.#pause = setTimeout(pause, PAUSE_MS)
        else decoder.pause()
      }
      if (decoder.isWaiting) this.#pause = setTimeout(pause, PAUSE_MS)
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

  /** Lines that wait for others are handed on as they are. */
  async stop(): Promise<void> {
    this.#decoder?.settle()
    clearInterval(this.#timer)
    clearTimeout(this.#pause)
    this.#input.pause()
    this.#input.removeAllListeners('data')
    // An open pipe would keep the process alive.
    this.#input.destroy()
  }
}
