import type { Trace } from '../chart/trace.ts'
import type { Burst } from '../domain/burst.ts'
import type {
  DeviceNumber,
  FindRequest,
  Moment,
  Snapshot,
  SourceView,
  SpanStatistics,
  StatisticsRequest,
  TraceRequest,
  View,
  ViewControl,
} from '../monitor/view.ts'
import type { Asked, AskedKind } from '../serve/view/messages.ts'
import type { SavedFile, SaveRequest } from '../serve/view/save/save-messages.ts'
import { InaError } from '../util/errors.ts'
import { Connector, type ConnectorOptions } from './connector.ts'
import type { Link } from './link.ts'

/** A snapshot that has not come by then is said to stay away, ms. */
const PATIENCE_MS = 2000
/** Once it does, it is looked so often whether it has come, ms. */
const LOOK_MS = 250

interface Held {
  readonly snapshot: Snapshot
  /** Monotonic, ms. */
  readonly atMs: number
}

/**
 * The view of a monitor elsewhere. While the connection is lost its snapshots are the last there were,
 * of devices that are away, so that nothing old looks as if it were of now; traces and statistics
 * come when it is back.
 */
export class RemoteView implements View {
  readonly #connector: Connector
  readonly #options: ConnectorOptions
  readonly #held = new Map<DeviceNumber, Held>()
  readonly #asked = new Map<DeviceNumber, Promise<Snapshot>>()
  #isAway = false
  /** When the newest snapshot of any device has come, monotonic, ms. */
  #heardMs: number

  private constructor(connector: Connector, options: ConnectorOptions) {
    this.#connector = connector
    this.#options = options
    this.#heardMs = options.clock.monoMs()
  }

  /** @throws InaError as `Connector.open` */
  static async open(options: ConnectorOptions): Promise<RemoteView> {
    return new RemoteView(await Connector.open(options), options)
  }

  close(): void {
    this.#connector.close()
  }

  async snapshot(device: DeviceNumber): Promise<Snapshot> {
    const { link } = this.#connector
    if (link === null) return this.#away(device, this.#connector.trouble)
    const patienceMs = this.#isAway ? LOOK_MS : PATIENCE_MS
    const snapshot = await inTime(this.#ask(device, link), patienceMs)
    if (snapshot !== null) {
      this.#isAway = false
      return snapshot
    }
    return this.#away(device, this.#connector.link === null ? this.#connector.trouble : SILENT)
  }

  trace(request: TraceRequest): Promise<Trace> {
    return this.#patient('trace', request)
  }

  statistics(request: StatisticsRequest): Promise<SpanStatistics> {
    return this.#patient('statistics', request)
  }

  async find(request: FindRequest): Promise<Moment | null> {
    return this.#linked('nothing can be looked up').ask('find', request)
  }

  async burst(device: DeviceNumber): Promise<Burst | null> {
    return this.#linked('no burst is to be had').ask('burst', { device })
  }

  async control(control: ViewControl): Promise<string> {
    return this.changing().ask('control', control)
  }

  /** What is to stand in a file about a span. @throws InaError what the server says; device_silent */
  async save(request: SaveRequest): Promise<SavedFile> {
    return this.#linked('nothing was written').ask('save', request)
  }

  /** The connection, for what changes something. @throws InaError device_silent, device_denied */
  changing(): Link {
    const link = this.#linked('nothing was changed')
    if (link.mayChange) return link
    throw new InaError(
      'device_denied',
      'to change something there takes its token',
      this.#connector.tokenHint,
    )
  }

  #linked(otherwise: string): Link {
    const { link, trouble } = this.#connector
    if (link !== null) return link
    throw new InaError('device_silent', `${otherwise}: there is no connection`, trouble)
  }

  /** Asks again where the connection is lost before the answer; nothing is changed by it. */
  async #patient<Kind extends AskedKind>(
    ask: Kind,
    request: Asked[Kind]['request'],
  ): Promise<Asked[Kind]['answer']> {
    for (;;) {
      const link = await this.#connector.whenLinked()
      try {
        return await link.ask(ask, request)
      } catch (error) {
        if (this.#connector.link === link) throw error
      }
    }
  }

  /** One question under way for a device: an answer that comes late is taken all the same. */
  #ask(device: DeviceNumber, link: Link): Promise<Snapshot> {
    const before = this.#asked.get(device)
    if (before !== undefined) return before
    const asked = link.ask('snapshot', { device })
    this.#asked.set(device, asked)
    const settle = (): void => {
      this.#asked.delete(device)
    }
    asked.then((snapshot) => {
      this.#heardMs = this.#options.clock.monoMs()
      this.#held.set(device, { snapshot, atMs: this.#heardMs })
      settle()
    }, settle)
    return asked
  }

  #away(device: DeviceNumber, reason: string): Snapshot {
    this.#isAway = true
    const held = this.#held.get(device)
    if (held === undefined) throw new InaError('device_silent', reason, 'it is tried again')
    const { snapshot, atMs } = held
    const nowMs = this.#options.clock.monoMs()
    const serverAwayMs = nowMs - this.#heardMs
    const away = (source: SourceView, why: string): SourceView => ({
      ...source,
      state: 'waiting',
      reason: why,
      serverAwayMs,
    })
    return {
      ...snapshot,
      nowUs: snapshot.nowUs + (nowMs - atMs) * 1000,
      devices: snapshot.devices.map((each) => ({
        ...each,
        source: away(each.source, ''),
        values: null,
        rate: 0,
      })),
      source: away(snapshot.source, reason),
      rate: 0,
      log: snapshot.log && { ...snapshot.log, isUnknown: true },
    }
  }
}

const SILENT = 'the server does not answer'

/** @returns null: it has not come, or never will since the connection is lost */
async function inTime(asked: Promise<Snapshot>, ms: number): Promise<Snapshot | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms)
  })
  try {
    return await Promise.race([asked, late])
  } catch (error) {
    if (error instanceof InaError && error.code === 'device_silent') return null
    throw error
  } finally {
    clearTimeout(timer)
  }
}
