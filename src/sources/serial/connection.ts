import type { Clock } from '../../util/clock.ts'
import type { FormatChoice } from '../formats/format-choice.ts'
import { FormatLines, PAUSE_MS } from '../formats/format-lines.ts'
import { SilenceWatch } from '../silence.ts'
import type { SourceSink } from '../source.ts'
import { BaudDoubt, baudAdvice, WINDOW_BYTES } from './baud-doubt.ts'
import { createLineChain, type LineChain } from './line-chain.ts'
import { absent } from './open-failure.ts'
import type { OpenPort, PortFactory } from './serial-port.ts'

export interface ConnectionOptions {
  readonly path: string
  /** Bits a second. */
  readonly baud: number
  readonly format: FormatChoice
  readonly clock: Clock
  readonly factory: PortFactory
}

/** How often an open port is looked after, in ms. */
const WATCH_MS = 500
/** Quiet for so long: look whether the port is still there, in ms. */
const PRESENCE_AFTER_MS = 1000

/** One connection, from the opening to the loss of the port. */
export class Connection {
  readonly path: string
  readonly #options: ConnectionOptions
  readonly #port: OpenPort
  /** What stood under the path at the opening. */
  readonly #presence: string
  readonly #silence: SilenceWatch
  readonly #doubt = new BaudDoubt()
  /** As it is now. */
  #baud: number
  #chain: LineChain | null = null
  #timer: NodeJS.Timeout | undefined
  /** null: not listening */
  #lines: FormatLines | null = null
  /** Runs while a block of lines waits for its end. */
  #pause: NodeJS.Timeout | undefined
  #over = false

  private constructor(options: ConnectionOptions, port: OpenPort, presence: string) {
    this.path = options.path
    this.#options = options
    this.#port = port
    this.#presence = presence
    this.#silence = new SilenceWatch(options.clock.monoMs())
    this.#baud = options.baud
  }

  /** Rejects with an InaError that says why it can't be opened. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const presence = await options.factory.presence(options.path)
    if (presence === null) throw absent(options.path)
    const port = await options.factory.open(options.path, options.baud)
    return new Connection(options, port, presence)
  }

  /**
   * Begins to read.
   *
   * @param lost called once, after the last line, when the port is gone
   */
  async listen(sink: SourceSink, lost: (reason: string) => void): Promise<void> {
    const { clock, format } = this.#options
    const lines = new FormatLines(
      {
        frame: (frame, origin) => {
          if (frame.kind !== 'overlong') {
            this.#silence.line(clock.monoMs())
            this.#doubt.frame(frame)
          }
          sink.frame(frame, origin)
        },
        format: (text, isChange) => sink.format(text, isChange),
        unit: (channel, unit) => sink.unit(channel, unit),
      },
      format,
      clock,
      // A sketch that was running before prints its first line from anywhere on.
      true,
    )
    this.#lines = lines
    const chain = await createLineChain(lines)
    this.#chain = chain
    const lose = (reason: string): void => {
      if (this.#over) return
      lines.cut()
      chain.end()
      void this.close()
      lost(reason)
    }
    this.#timer = setInterval(() => this.#look(sink, lose), WATCH_MS)
    this.#port.listen({
      data: (chunk) => {
        this.#data(chunk, chain, sink)
        clearTimeout(this.#pause)
        if (lines.isWaiting) this.#pause = setTimeout(() => lines.pause(), PAUSE_MS)
      },
      lost: () => lose(`${this.path} went away: waiting for it`),
    })
  }

  write(data: string): void {
    this.#port.write(data)
  }

  setBaud(baud: number): void {
    this.#baud = baud
    // What came at the rate before is no part of the first line at this one.
    void this.#port.setBaud(baud).then(() => {
      this.#lines?.cut()
      this.#chain?.end()
    })
  }

  /** Lines that wait for others are handed on as they are. */
  async close(): Promise<void> {
    this.#over = true
    this.#lines?.end()
    this.#lines = null
    this.#chain = null
    clearInterval(this.#timer)
    clearTimeout(this.#pause)
    await this.#port.close()
  }

  #data(chunk: Buffer, chain: LineChain, sink: SourceSink): void {
    this.#silence.bytes(this.#options.clock.monoMs())
    sink.bytes(chunk.length)
    for (let at = 0; at < chunk.length; at += WINDOW_BYTES) {
      const piece = chunk.subarray(at, at + WINDOW_BYTES)
      chain.push(piece)
      this.#doubt.push(piece)
    }
    this.#tell(sink)
  }

  #look(sink: SourceSink, lose: (reason: string) => void): void {
    this.#tell(sink)
    if (this.#silence.quietMs(this.#options.clock.monoMs()) < PRESENCE_AFTER_MS) return
    // Not every driver tells of an unplugged adapter (node-serialport #2043, #2351), and
    // its reads then return nothing, over and over: what the system lists decides.
    this.#options.factory.presence(this.path).then(
      (presence) => {
        if (presence !== this.#presence) lose(`${this.path} was unplugged: waiting for it`)
      },
      // The system can't list its ports just now: that says nothing about this one.
      () => {},
    )
  }

  #tell(sink: SourceSink): void {
    const { clock } = this.#options
    const baud = this.#baud
    if (this.#silence.silent(clock.monoMs())) {
      sink.state(
        'silent',
        this.#silence.neverHeard
          ? `nothing has come yet: does the sketch run, and is ${baud} baud its rate?`
          : 'the device has fallen silent',
      )
    } else {
      sink.state('live', this.#doubt.doubted ? baudAdvice(baud) : '')
    }
  }
}
