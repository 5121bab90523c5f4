import type { Trace } from '../../../chart/trace.ts'
import type { DeviceNumber, Moment, Snapshot, SpanStatistics } from '../../../monitor/view.ts'
import type { UnitChoice } from '../../../util/scaled-unit.ts'
import type { LinkState } from '../link/link-state.ts'
import type { Missed } from './missed.ts'
import type { Span } from './selection.ts'
import type { TimeWindow } from './time-window.ts'

export type ThemeWish = 'auto' | 'dark' | 'light'
export type DialogName = 'token' | 'help' | 'marker' | 'totals'

/** A line for the user: what a command came to. */
export interface Notice {
  readonly text: string
  readonly kind: 'pending' | 'done' | 'failed'
}

/** Percentiles of the table's windows, by their length in s, by channel id. */
export type PercentilesByWindow = ReadonlyMap<number, Readonly<Record<string, number>>>

/** Everything that is shown depends on this alone. */
export interface PageState {
  readonly link: LinkState
  /** null: before the first answer */
  readonly snapshot: Snapshot | null
  /** When it came, `performance.now`. */
  readonly snapshotMs: number
  /** The one that is shown in full. */
  readonly device: DeviceNumber
  /** As the address names it, until it is known which one that is. */
  readonly wantedDevice: string | null
  readonly window: TimeWindow
  readonly trace: Trace | null
  /** All that there is of the first channel. */
  readonly overview: Trace | null
  /** Of each device, for its sparkline. */
  readonly sparks: ReadonlyMap<DeviceNumber, Trace>
  /** Device time, Unix µs; null: nobody points at the chart. */
  readonly cursorUs: number | null
  /** The sample at the cursor; null: there is none, undefined: not asked for yet. */
  readonly moment: Moment | null | undefined
  readonly selection: Span | null
  /** Drags in the chart select. */
  readonly isSelecting: boolean
  readonly statistics: SpanStatistics | null
  readonly percentiles: PercentilesByWindow
  readonly layout: 'strips' | 'overlay'
  readonly hidden: ReadonlySet<string>
  readonly units: UnitChoice
  readonly theme: ThemeWish
  readonly hasKeys: boolean
  readonly dialog: DialogName | null
  readonly notice: Notice | null
  /** Why the token that was entered last is none; null: it is, or none was. */
  readonly refused: string | null
  readonly missed: Missed | null
}

type Listener = () => void

/** The state, and who hears of its changes. */
export class Store {
  #state: PageState
  readonly #listeners = new Set<Listener>()

  constructor(state: PageState) {
    this.#state = state
  }

  get state(): PageState {
    return this.#state
  }

  set(change: Partial<PageState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }

  /** @returns ends it */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
