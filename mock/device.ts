import { DeviceCore } from './device-core.ts'
import { type DayPlan, storeFeed } from './energy-store/store-feed.ts'
import { FaultInjector } from './fault-injector.ts'
import type { FaultSpec } from './faults.ts'
import type { ReplayFeed } from './replay/replay-feed.ts'
import { type SampleFeed, ScenarioFeed } from './sample-feed.ts'

/**
 * The mock device. The built-in source of `monitor --mock`, `ina219 mock` and
 * the tests all run this same code.
 */
export interface MockDeviceOptions {
  readonly scenario: string
  readonly seed: number
  /** Unix seconds of the first sample. */
  readonly startS: number
  /** Device time between samples in ms, above 0. */
  readonly intervalMs: number
  /** Plays this instead of the scenario. */
  readonly replay?: ReplayFeed
  /** Is an energy store instead. */
  readonly store?: DayPlan
  /** True: a recording keeps its own spacing of samples; else `intervalMs` rules. */
  readonly ownPace?: boolean
  /** False: a recording's time stamps are replaced by start and interval. */
  readonly ownTime?: boolean
  readonly faults?: FaultSpec
  /** Samples to make; endless (or to the end of the recording) without. */
  readonly limit?: number
  /** Bare frames of contract 2.1: no CRC, no `hello`. */
  readonly plain?: boolean
}

export interface MockDevice {
  readonly core: DeviceCore
  readonly faults: FaultInjector | null
}

/** @throws InaError usage_invalid where there is no such scenario */
export function createDevice(options: MockDeviceOptions): MockDevice {
  const startUs = Math.round(options.startS * 1000) * 1000
  const core = new DeviceCore({
    feed: feedOf(options),
    startUs,
    intervalMs: options.intervalMs,
    ownPace: options.replay !== undefined && (options.ownPace ?? true),
    ownTime: options.ownTime ?? true,
    plain: options.plain ?? false,
    boot: bootNumber(startUs),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  })
  const { faults } = options
  return { core, faults: faults === undefined ? null : new FaultInjector(faults, options.seed) }
}

function feedOf({ replay, store, scenario, seed, startS }: MockDeviceOptions): SampleFeed {
  if (store !== undefined) return storeFeed(store, seed, startS)
  return replay ?? new ScenarioFeed(scenario, seed)
}

/**
 * Without an EEPROM to count in, the start says which boot it is: runs at
 * different times must not look like one, or a log would take samples of the
 * second for repeats of the first. u32, +1 each 10 ms.
 */
function bootNumber(startUs: number): number {
  return Math.floor(startUs / 10_000) >>> 0
}
