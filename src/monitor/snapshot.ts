import type { Quantity } from '../domain/channels.ts'
import type { SourceState } from '../sources/source.ts'
import type { WindowStats } from '../stats/windows.ts'
import type { LogState } from '../storage/client/log.ts'
import type { Ledger } from '../stream/ledger.ts'

export type { SourceState } from '../sources/source.ts'
export type { WindowStat, WindowStats } from '../stats/windows.ts'
export type { Ledger } from '../stream/ledger.ts'

/**
 * Samples folded into equal time slots, oldest first; what the chart draws.
 * Slot i covers `startUs + i * slotUs`. Empty slots have count 0.
 */
export interface Trace {
  readonly slotUs: number
  readonly startUs: number
  readonly length: number
  readonly count: Uint32Array
  /** 1: samples are missing between the slot's first sample and the one before it. */
  readonly gapBefore: Uint8Array
  readonly min: Readonly<Record<Quantity, Float64Array>>
  readonly max: Readonly<Record<Quantity, Float64Array>>
  readonly last: Readonly<Record<Quantity, Float64Array>>
}

export interface EventLine {
  readonly timeUs: number
  readonly kind: string
  /** Clean text, safe to show. */
  readonly text: string
}

/** Where the log is, and how large it gets. */
export interface LogPlace {
  readonly file: string
  /** Bytes that samples of the whole retention take at the present rate; null before there is a rate. */
  readonly bytesAtRetention: number | null
}

/** Everything a view may know, immutable, taken between two frames of the screen. */
export interface Snapshot {
  readonly nowUs: number
  /** Time of the newest sample; null before the first. */
  readonly sampleUs: number | null
  readonly device: string
  readonly source: { readonly label: string; readonly state: SourceState; readonly reason: string }
  /** Newest sample that is measured and in range; null before the first. */
  readonly values: Readonly<Record<Quantity, number>> | null
  /** Time of that sample; other than `sampleUs`: `values` are not those of the newest sample. */
  readonly valuesUs: number | null
  /** Of the newest sample, measured or not. */
  readonly status: string
  readonly mode: string | null
  /** Full scale of the gauges, from the device's range: V, A, W. */
  readonly fullScale: Readonly<Record<Quantity, number>>
  /** Samples a second over the last 5 s of device time; 0 as soon as they stay away. */
  readonly rate: number
  /** Arrival minus measurement of the newest sample in ms. */
  readonly lagMs: number
  readonly ledger: Readonly<Ledger>
  /** null with `--no-log` */
  readonly log: (LogState & LogPlace) | null
  readonly windows: readonly WindowStats[]
  /** Since the monitor began or the totals were reset. */
  readonly totals: {
    readonly sinceUs: number
    readonly chargeMah: number
    readonly energyMwh: number
    readonly samples: number
  }
  readonly startedUs: number
  /** Newest first, at most 50. */
  readonly events: readonly EventLine[]
  /** True where the device numbers nothing, so that no loss can be seen. */
  readonly unnumbered: boolean
}

/** What a screen may ask of the running monitor. */
export interface MonitorControls {
  snapshot(): Snapshot
  /** The last `spanMs` of the trace up to the newest sample, folded to at most `slots`. */
  trace(spanMs: number, slots: number, endUs?: number): Trace
  resetTotals(): void
  quit(): void
}
