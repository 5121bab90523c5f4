import { decodeLines } from '../../src/sources/lines/line-decoder.ts'
import type { Source, SourceSink, SourceState } from '../../src/sources/source.ts'

/** A source whose lines a test hands over one by one. */
export class LineSource implements Source {
  readonly label: string = 'test'
  readonly duplex: boolean
  readonly live: boolean
  readonly mayFail: boolean = false
  readonly bytesPerSecond = null
  readonly sent: string[] = []
  #sink: SourceSink | null = null

  constructor({ live, duplex = false }: { readonly live: boolean; readonly duplex?: boolean }) {
    this.live = live
    this.duplex = duplex
  }

  get isStarted(): boolean {
    return this.#sink !== null
  }

  start(sink: SourceSink): void {
    this.begin(sink)
    sink.connected()
    sink.state('live', '')
  }

  /** Takes the sink, and says nothing yet. */
  protected begin(sink: SourceSink): void {
    this.#sink = sink
    sink.state('opening', '')
  }

  line(text: string): void {
    if (this.#sink !== null) decodeLines(this.#sink).line(Buffer.from(text))
  }

  state(state: SourceState, reason: string): void {
    this.#sink?.state(state, reason)
  }

  reconnect(): void {
    this.#sink?.connected()
  }

  end(): void {
    this.#sink?.ended()
  }

  write(line: string): void {
    this.sent.push(line)
  }

  pause(): void {}
  resume(): void {}
  async stop(): Promise<void> {}
}
