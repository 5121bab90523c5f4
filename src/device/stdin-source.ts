import type { Readable } from 'node:stream'
import { LineSplitter } from '../protocol/line-splitter.ts'
import type { Source, SourceSink } from './source.ts'

/** Frames from standard input: one way, perhaps faster than real time. */
export class StdinSource implements Source {
  readonly label = 'stdin'
  readonly duplex = false
  readonly live = false
  readonly bytesPerSecond = null
  readonly #input: Readable

  constructor(input: Readable) {
    this.#input = input
  }

  start(sink: SourceSink): void {
    const splitter = new LineSplitter(sink)
    let over = false
    const end = (): void => {
      if (over) return
      over = true
      splitter.end()
      sink.state('ended', 'end of input')
      sink.ended()
    }
    sink.connected()
    sink.state('live', '')
    this.#input.on('data', (chunk: Buffer) => {
      splitter.push(chunk)
      sink.bytes(chunk.length)
    })
    this.#input.on('end', end)
    // A broken pipe on the writer's side is the end of input, too.
    this.#input.on('error', end)
  }

  write(): void {}

  pause(): void {
    this.#input.pause()
  }

  resume(): void {
    this.#input.resume()
  }

  async stop(): Promise<void> {
    this.#input.pause()
    this.#input.removeAllListeners('data')
    // An open pipe would keep the process alive.
    this.#input.destroy()
  }
}
