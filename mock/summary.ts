import type { MockDevice, MockDeviceOptions } from './device.ts'
import type { DeviceCounts } from './device-counts.ts'
import { STORE_NAME } from './energy-store/store-feed.ts'
import type { FaultKind } from './faults.ts'
import type { Outbox } from './outbox.ts'

/** What a run of the mock did: `--summary`. */
export interface MockSummary extends Omit<DeviceCounts, 'resets'> {
  /** `mock:normal`, `replay:log.csv` */
  readonly source: string
  readonly seed: number
  /** Lines sent, those that faults made included, dropped ones not. */
  readonly lines: number
  readonly bytes: number
  /** Samples made, each once, lost ones included. */
  readonly samples: number
  /** Samples of which no line was sent whole. */
  readonly lost: number
  readonly faults: Readonly<Record<FaultKind, number>>
  /** How the columns of a recording were read. */
  readonly columns?: readonly string[]
  /** Rows and lines of a recording that are no samples. */
  readonly skipped?: number
}

export function summaryOf(
  options: MockDeviceOptions,
  { core }: MockDevice,
  outbox: Outbox,
): MockSummary {
  const { resets: _counted, ...counts } = core.counts
  const recording = options.replay?.recording
  return {
    source: options.store ? STORE_NAME : (options.replay?.name ?? `mock:${options.scenario}`),
    seed: options.seed,
    lines: outbox.lines,
    bytes: outbox.bytes,
    samples: core.made,
    lost: outbox.lost,
    faults: { ...outbox.faults },
    ...counts,
    ...(recording === undefined ? {} : { columns: recording.columns, skipped: recording.skipped }),
  }
}
