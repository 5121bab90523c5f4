import { Board, type BoardOptions } from '../../mock/board/board.ts'
import { BoardDevice } from '../../mock/board/board-device.ts'
import { loadFirmware } from '../../mock/board/firmware-image.ts'
import type { SensorInput } from '../../mock/board/ina219-model.ts'
import { decodeLine } from '../../src/protocol/codec.ts'
import type { Frame, HelloFrame, SampleFrame } from '../../src/protocol/frames.ts'
import { decodeBytes } from '../../src/sources/lines/line-decoder.ts'
import { LineSplitter } from '../../src/sources/lines/line-splitter.ts'
import type { Source, SourceSink } from '../../src/sources/source.ts'
import type { ManualClock } from './simulated-wire.ts'

/** One line that arrived at the host. */
export interface Arrival {
  readonly frame: Frame
  readonly text: string
  /** Board's time of its newline, ms since power-on. */
  readonly atMs: number
}

export interface RigOptions extends Partial<Omit<BoardOptions, 'sensor'>> {
  readonly sensor?: Partial<BoardOptions['sensor']>
  /** What the line does to a byte; null: it is lost. */
  readonly toHost?: (byte: number, atMs: number) => number | null
}

export const QUIET: SensorInput = { voltage: 5, current: 0.1 }

const firmware = loadFirmware()

/** A board with the committed firmware, and a host that writes down all it hears. */
export class BoardRig {
  readonly board: Board
  readonly arrivals: Arrival[] = []
  bytes = 0
  /** Bytes of the line that is under way. */
  unfinished = 0
  #commandNumber = 0

  constructor(options: RigOptions = {}) {
    const { sensor, toHost, ...rest } = options
    this.board = new Board({
      firmware,
      ...rest,
      sensor: { feed: () => QUIET, ...sensor },
    })
    const splitter = new LineSplitter({
      line: (bytes) => {
        const text = Buffer.from(bytes).toString('latin1')
        this.arrivals.push({ frame: decodeLine(bytes), text, atMs: this.board.timeMs })
      },
      overlong: () => {
        // At a wrong rate anything may be heard.
        if (this.board.hostBaud === null)
          throw new Error('the firmware sent a line that is too long')
      },
    })
    const one = new Uint8Array(1)
    this.board.onSerial = (byte) => {
      const heard = toHost ? toHost(byte, this.board.timeMs) : byte
      if (heard === null) return
      this.bytes += 1
      this.unfinished = heard === 0x0a ? 0 : this.unfinished + 1
      one[0] = heard
      splitter.push(one)
    }
  }

  /** Runs until `found` gives something for an arrival from number `from` on, and returns that. */
  until<T>(found: (arrival: Arrival) => T | null | undefined, limitMs: number, from?: number): T {
    let next = from ?? this.arrivals.length
    const endMs = this.board.timeMs + limitMs
    for (;;) {
      for (; next < this.arrivals.length; next++) {
        const result = found(this.arrivals[next] as Arrival)
        if (result !== null && result !== undefined) return result
      }
      if (this.board.timeMs >= endMs) {
        const heard = this.arrivals.slice(-8).map(({ text }) => text)
        throw new Error(`not heard within ${limitMs} ms; last lines:\n${heard.join('\n')}`)
      }
      this.board.runMs(0.25)
    }
  }

  hello(limitMs = 3000): HelloFrame {
    return this.until(({ frame }) => (frame.kind === 'hello' ? frame : null), limitMs, 0)
  }

  sample(limitMs = 3000): SampleFrame {
    return this.until(({ frame }) => (frame.kind === 'sample' ? frame : null), limitMs)
  }

  /** Sends a command and runs until it is answered. @returns `ok`, or the error */
  command(cmd: string, members: Record<string, unknown> = {}, limitMs = 1000): string {
    this.#commandNumber += 1
    const seq = this.#commandNumber
    this.send({ cmd, ...members, seq })
    return this.until(({ frame }) => {
      if (frame.kind === 'ack' && frame.seq === seq) return 'ok'
      return frame.kind === 'nack' && frame.seq === seq ? frame.error : null
    }, limitMs)
  }

  send(line: unknown): void {
    this.board.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
  }

  /** Samples from arrival number `from` on. */
  samples(from = 0): SampleFrame[] {
    return this.arrivals
      .slice(from)
      .flatMap(({ frame }) => (frame.kind === 'sample' ? [frame] : []))
  }

  get now(): number {
    return this.arrivals.length
  }
}

/** A board at the other end of a host's line, in simulated time: a source for a stream. */
export class BoardWire implements Source {
  readonly label = 'board'
  readonly duplex = true
  readonly live = true
  readonly mayFail = false
  readonly board: Board
  readonly clock: ManualClock
  readonly lines: LineSplitter
  readonly #device: BoardDevice
  readonly #loses: (bytes: Uint8Array, toHost: boolean) => Uint8Array
  #sink: SourceSink | null = null

  /** @param loses what the line leaves of a stretch of bytes, in either direction */
  constructor(
    board: Board,
    clock: ManualClock,
    loses: (bytes: Uint8Array, toHost: boolean) => Uint8Array,
  ) {
    this.board = board
    this.clock = clock
    this.#loses = loses
    this.lines = decodeBytes({ frame: (frame) => this.#sink?.frame(frame) })
    this.#device = new BoardDevice(board, (bytes) => {
      const heard = loses(bytes, true)
      this.#sink?.bytes(heard.length)
      this.lines.push(heard)
    })
  }

  get bytesPerSecond(): number {
    return this.board.baud / 10
  }

  start(sink: SourceSink): void {
    this.#sink = sink
    sink.connected()
    sink.state('live', '')
  }

  write(line: string): void {
    this.#device.receive(this.#loses(Buffer.from(`${line}\n`), false))
  }

  pause(): void {}
  resume(): void {}
  async stop(): Promise<void> {}

  /** @param tick the host's timers, every 50 ms */
  run(ms: number, tick: () => void): void {
    for (let i = 0; i < ms; i++) {
      this.clock.advance(1)
      this.#device.advance(1)
      if (i % 50 === 0) tick()
    }
  }
}

/** Pins that give exactly these register counts with a shunt of `shuntOhm`. */
export function countsAtPins(shunt: number, bus: number, shuntOhm = 0.1): SensorInput {
  return { voltage: bus * 4e-3, current: (shunt * 10e-6) / shuntOhm }
}
