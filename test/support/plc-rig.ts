import { PlcMemory, pointOf } from '../../mock/mc3e/memory.ts'
import { noRequestFaults, type RequestFault } from '../../mock/mc3e/request-faults.ts'
import { McServer } from '../../mock/mc3e/server.ts'
import type { EventKind } from '../../src/domain/events.ts'
import type { PollMode } from '../../src/domain/poll-mode.ts'
import type { SampleFrame } from '../../src/protocol/frames.ts'
import { OUT_OF_RANGE } from '../../src/protocol/mc3e/end-codes.ts'
import { parseTag } from '../../src/protocol/mc3e/tag.ts'
import { PlcSource } from '../../src/sources/mc/plc-source.ts'
import { parsePlcUrl } from '../../src/sources/mc/plc-url.ts'
import type { PlcPlan, PollGroupPlan, PollTag } from '../../src/sources/mc/poll-plan.ts'
import type { SourceSink, SourceState } from '../../src/sources/source.ts'
import { ManualTime } from './manual-time.ts'
import { patternMemory } from './mc3e.ts'

/** `v=D100`, `name=D130/string 8`. */
export function pollTag(text: string): PollTag {
  const [channel = '', rest = ''] = text.split('=')
  const [address = '', type] = rest.split('/')
  const tag = parseTag({ address, ...(type !== undefined && { type }) })
  return { channel, unit: '', address, tag }
}

/** @param intervalMs null: of mode `handshake` */
export function pollGroup(
  name: string,
  intervalMs: number | null,
  tags: readonly string[],
): PollGroupPlan {
  const mode: PollMode = intervalMs === null ? 'handshake' : 'fixed'
  return { name, mode, intervalMs, tags: tags.map(pollTag) }
}

export function plcPlan(port: number, groups: readonly PollGroupPlan[], connections = 5): PlcPlan {
  const target = parsePlcUrl(`mc3e://127.0.0.1:${port}`)
  return { label: 'press', target, code: null, line: null, process: null, connections, groups }
}

/** What a source said, and when, in ms of the test's time. */
export type Said =
  | { readonly atMs: number; readonly what: 'frame'; readonly frame: SampleFrame }
  | { readonly atMs: number; readonly what: 'gap' | 'connected' }
  | { readonly atMs: number; readonly what: 'state'; readonly state: SourceState }
  | {
      readonly atMs: number
      readonly what: 'event'
      readonly kind: EventKind
      readonly text: string
    }

/** A PLC of the mock with a source that polls it, in time that the test lets pass. */
export class PlcRig {
  readonly time = new ManualTime()
  readonly memory: PlcMemory = patternMemory()
  readonly faults = noRequestFaults()
  readonly said: Said[] = []
  readonly #servers: McServer[] = []
  #source: PlcSource | null = null
  port = 0

  async listen(port = 0): Promise<McServer> {
    const { memory, faults, time } = this
    const server = new McServer({ memory, code: 'ascii', faults, seed: 1, schedule: time.schedule })
    this.#servers.push(server)
    this.port = await server.listen(port)
    return server
  }

  /** A source that polls it, not yet started. */
  source(groups: readonly PollGroupPlan[], connections?: number): PlcSource {
    const { clock, schedule } = this.time
    const source = new PlcSource(plcPlan(this.port, groups, connections), { clock, schedule })
    this.#source = source
    return source
  }

  /** The same, which tells this rig. */
  poll(groups: readonly PollGroupPlan[], connections?: number): PlcSource {
    const source = this.source(groups, connections)
    source.start(this.#sink)
    return source
  }

  setWord(name: string, number: number, value: number): void {
    this.memory.setWord(pointOf(name, number), value)
  }

  /** Requests of words with that one are refused from now on; null: none. */
  withdraw(name: string, number: number | null): void {
    const { memory } = this
    memory.read = (request) => {
      const isAsked =
        number !== null &&
        request.kind === 'words' &&
        request.from.device.name === name &&
        request.from.number <= number &&
        number < request.from.number + request.points
      return isAsked ? OUT_OF_RANGE : PlcMemory.prototype.read.call(memory, request)
    }
  }

  /** All requests from now on have that fault; null: none. */
  fault(kind: RequestFault | null): void {
    for (const each of Object.keys(this.faults) as RequestFault[]) {
      this.faults[each] = each === kind ? 1 : 0
    }
  }

  /** So much time passes, with room for what goes over sockets. */
  async pass(ms: number, stepMs = 10): Promise<void> {
    const endMs = this.time.clock.monoMs() + ms
    await this.time.runUntil(() => this.time.clock.monoMs() >= endMs, stepMs)
  }

  async until(holds: () => boolean): Promise<void> {
    await this.time.runUntil(holds, 10)
  }

  get frames(): readonly (Said & { readonly what: 'frame' })[] {
    return this.said.filter((each) => each.what === 'frame')
  }

  /** Those that have a channel. */
  withChannel(id: string): readonly (Said & { readonly what: 'frame' })[] {
    return this.frames.filter(({ frame }) => frame.extras?.[id] !== undefined)
  }

  texts(kind: EventKind): string[] {
    return this.said.flatMap((each) =>
      each.what === 'event' && each.kind === kind ? [each.text] : [],
    )
  }

  async end(): Promise<void> {
    await this.#source?.stop()
    for (const server of this.#servers.splice(0)) await server.close()
  }

  get #sink(): SourceSink {
    const note = <T extends object>(said: T): void => {
      this.said.push({ atMs: this.time.clock.monoMs(), ...said } as unknown as Said)
    }
    return {
      frame: (frame) => note({ what: 'frame', frame }),
      gap: () => note({ what: 'gap' }),
      connected: () => note({ what: 'connected' }),
      state: (state) => note({ what: 'state', state }),
      event: (kind, text) => note({ what: 'event', kind, text }),
      bytes: () => {},
      format: () => {},
      unit: () => {},
      ended: () => {},
      failed: (error) => {
        throw error
      },
    }
  }
}
