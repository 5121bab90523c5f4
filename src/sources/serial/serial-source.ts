import { realpath } from 'node:fs/promises'
import type { Clock } from '../../util/clock.ts'
import { asInaError } from '../../util/errors.ts'
import { AUTO, type FormatChoice, mayHear } from '../formats/format-choice.ts'
import type { Source, SourceSink } from '../source.ts'
import { Connection } from './connection.ts'
import { findAgain, identityOf, type PortIdentity } from './identity.ts'
import { absent } from './open-failure.ts'
import { listPorts, type PortInfo } from './ports.ts'
import { INITIAL, type ReconnectAction, type ReconnectEvent, transition } from './reconnect.ts'
import { type PortFactory, realPortFactory } from './serial-port.ts'

export interface SerialSourceOptions {
  /** As the user names it: a device, a stable link, `COM3`, a pseudo-terminal. */
  readonly path: string
  /** Bits a second. */
  readonly baud: number
  /** Wait for a port that is absent, refused or in use at the start. */
  readonly wait: boolean
  /** What the lines are; absent: found out. */
  readonly format?: FormatChoice
  readonly clock: Clock
  readonly factory?: PortFactory
  readonly listPorts?: () => Promise<readonly PortInfo[]>
}

/** A device on a serial port, through all its comings and goings. */
export class SerialSource implements Source {
  readonly label: string
  /** False: what the user names prints another form of lines, and hears nothing. */
  readonly duplex: boolean
  readonly live = true
  readonly mayFail = true
  /** 8N1: ten bits a byte. */
  readonly bytesPerSecond: number
  readonly #options: SerialSourceOptions
  #sink: SourceSink | null = null
  #state = INITIAL
  #connection: Connection | null = null
  #identity: PortIdentity | null = null
  /** The attempt under way, or the last. */
  #attempt: Promise<void> = Promise.resolve()
  #pause: NodeJS.Timeout | undefined

  constructor(options: SerialSourceOptions) {
    this.#options = options
    this.label = options.path
    this.duplex = mayHear(options.format ?? AUTO)
    this.bytesPerSecond = options.baud / 10
  }

  /** @throws InaError device_absent: there is no such port now */
  async expectPresent(): Promise<void> {
    const { path } = this.#options
    const { presence } = this.#options.factory ?? realPortFactory
    if ((await presence(path)) === null) throw absent(path)
  }

  start(sink: SourceSink): void {
    this.#sink = onChange(sink)
    this.#handle({ type: 'start' })
  }

  write(line: string): void {
    this.#connection?.write(`${line}\n`)
  }

  /** Until the connection is over: what a device comes back with is what it has saved. */
  setBaud(baud: number | null): void {
    this.#connection?.setBaud(baud ?? this.#options.baud)
  }

  // A device can't be told to wait: what is not read is lost, so it is always read.
  pause(): void {}
  resume(): void {}

  async stop(): Promise<void> {
    this.#handle({ type: 'stop' })
    clearTimeout(this.#pause)
    await this.#attempt
    await this.#connection?.close()
    this.#connection = null
  }

  #handle(event: ReconnectEvent): void {
    const [next, actions] = transition(this.#state, event, this.#options.wait)
    this.#state = next
    for (const action of actions) this.#act(action)
  }

  #act(action: ReconnectAction): void {
    switch (action.do) {
      case 'open':
        this.#attempt = this.#open()
        return
      case 'pause':
        this.#pause = setTimeout(() => this.#handle({ type: 'pause_over' }), action.ms)
        return
      case 'connected':
        this.#sink?.connected()
        return
      case 'tell':
        this.#sink?.state(action.state, action.reason)
        return
      case 'fail':
        this.#sink?.failed(action.error)
    }
  }

  async #open(): Promise<void> {
    const { baud, clock, format = AUTO } = this.#options
    const factory = this.#options.factory ?? realPortFactory
    let connection: Connection
    try {
      const path = await this.#resolve()
      connection = await Connection.open({ path, baud, format, clock, factory })
    } catch (error) {
      this.#handle({ type: 'open_failed', nowMs: clock.monoMs(), error: asInaError(error) })
      return
    }
    this.#connection = connection
    this.#handle({ type: 'opened', nowMs: clock.monoMs() })
    if (this.#sink !== null && this.#state.phase === 'open') {
      await connection.listen(this.#sink, (reason) => this.#lost(reason))
      void this.#identify(connection.path)
    }
  }

  #lost(reason: string): void {
    this.#connection = null
    this.#handle({ type: 'lost', nowMs: this.#options.clock.monoMs(), reason })
  }

  /** The name to open: the one that was given, until the system lists the device under another. */
  async #resolve(): Promise<string> {
    const { path } = this.#options
    if (this.#identity === null || (await leadsElsewhere(path))) return path
    const found = findAgain(await this.#list(), this.#identity)
    if (found === null) throw absent(path)
    if (found.path !== this.#identity.port.path) {
      this.#sink?.state('opening', `${path} is back as ${found.path}`)
    }
    return found.path
  }

  /** Remembers who the device is, to know it again; the line is read meanwhile. */
  async #identify(path: string): Promise<void> {
    const real = await realpath(path).catch(() => path)
    const identity = identityOf(await this.#list(), real)
    if (identity !== null) this.#identity = identity
  }

  async #list(): Promise<readonly PortInfo[]> {
    return (this.#options.listPorts ?? listPorts)().catch(() => [])
  }
}

/** A link that leads to a port now: whoever named it wants what it leads to. */
async function leadsElsewhere(path: string): Promise<boolean> {
  return (await realpath(path).catch(() => path)) !== path
}

/** Says a state and its reason once, not at every chunk or attempt. */
function onChange(sink: SourceSink): SourceSink {
  let reported = ''
  return {
    frame: (frame, origin) => sink.frame(frame, origin),
    format: (text, isChange) => sink.format(text, isChange),
    unit: (channel, unit) => sink.unit(channel, unit),
    gap: () => sink.gap(),
    event: (kind, text) => sink.event(kind, text),
    bytes: (count) => sink.bytes(count),
    connected: () => sink.connected(),
    ended: () => sink.ended(),
    failed: (error) => sink.failed(error),
    state: (state, reason) => {
      if (reported === `${state} ${reason}`) return
      reported = `${state} ${reason}`
      sink.state(state, reason)
    },
  }
}
