import type { Source, SourceSink } from './source.ts'

/** Several devices behind one source, as the channels of a sensor: each is a source of its own. */
export class SplitSource {
  readonly parts: readonly Source[]
  readonly #inner: Source
  readonly #sinks = new Map<number, SourceSink>()
  readonly #paused = new Set<number>()
  #stopping: Promise<void> | null = null

  /** @param inner whose frames say which part they are of @param count of its devices */
  constructor(inner: Source, count: number) {
    this.#inner = inner
    this.parts = Array.from({ length: count }, (_, part) => this.#part(part, count))
  }

  #part(part: number, count: number): Source {
    const inner = this.#inner
    return {
      label: `${inner.label}/ch${part + 1}`,
      duplex: false,
      live: inner.live,
      mayFail: inner.mayFail,
      bytesPerSecond: inner.bytesPerSecond,
      start: (sink) => {
        this.#sinks.set(part, sink)
        // What comes first may be of any of them.
        if (this.#sinks.size === count) inner.start(this.#sink())
      },
      write: () => {},
      pause: () => {
        this.#paused.add(part)
        inner.pause()
      },
      resume: () => {
        if (this.#paused.delete(part) && this.#paused.size === 0) inner.resume()
      },
      stop: () => {
        this.#stopping ??= inner.stop()
        return this.#stopping
      },
    }
  }

  /** Each line and byte goes to one device, what is said of the source to all. */
  #sink(): SourceSink {
    const sinks = [...this.#sinks].sort(([a], [b]) => a - b).map(([, sink]) => sink)
    const [first] = sinks
    const all = (tell: (sink: SourceSink) => void): void => {
      for (const sink of sinks) tell(sink)
    }
    return {
      frame: (frame, origin) => sinks[origin?.part ?? 0]?.frame(frame, origin),
      bytes: (count) => first?.bytes(count),
      format: (text, isChange) => all((sink) => sink.format(text, isChange)),
      unit: (channel, unit) => all((sink) => sink.unit(channel, unit)),
      state: (state, reason) => all((sink) => sink.state(state, reason)),
      gap: () => all((sink) => sink.gap()),
      event: (kind, text) => all((sink) => sink.event(kind, text)),
      connected: () => all((sink) => sink.connected()),
      ended: () => all((sink) => sink.ended()),
      failed: (error) => first?.failed(error),
    }
  }
}
