import type { MockDeviceOptions } from './device.ts'
import type { DayPlan } from './energy-store/store-feed.ts'
import type { FaultSpec } from './faults.ts'
import type { ReplayFeed } from './replay/replay-feed.ts'

/** What was requested on the command line, as far as it says how a device runs. */
export interface RunChoice {
  readonly scenario: string
  readonly seed: number
  /** Hz */
  readonly rate?: number | 'max'
  /** Device time between samples in ms. */
  readonly interval?: number
  readonly count?: number
  /** ms */
  readonly duration?: number
  /** Unix s */
  readonly start?: number
  readonly fault?: FaultSpec
  readonly plainFrames?: boolean
  /** Be an energy store. */
  readonly energyStore?: boolean
  /** How long its days are, ms. */
  readonly day?: number
}

export const DEFAULT_RATE_HZ = 1

/** @param nowMs Unix time, for a start that was not given */
export function deviceOptions(
  choice: RunChoice,
  replay: ReplayFeed | null,
  nowMs: number,
): MockDeviceOptions {
  return {
    scenario: choice.scenario,
    seed: choice.seed,
    startS: choice.start ?? nowMs / 1000,
    intervalMs: intervalOf(choice),
    plain: choice.plainFrames === true,
    // An interval asked for replaces a recording's own spacing, a rate only its pace.
    ownTime: choice.interval === undefined,
    ownPace: choice.interval === undefined && !isRated(choice),
    ...(replay === null ? {} : { replay }),
    ...(choice.energyStore === true ? { store: dayPlan(choice.day, nowMs) } : {}),
    ...(choice.fault === undefined ? {} : { faults: choice.fault }),
  }
}

function dayPlan(dayMs: number | undefined, nowMs: number): DayPlan {
  const zoneS = -60 * new Date(nowMs).getTimezoneOffset()
  return { dayS: (dayMs ?? 86_400_000) / 1000, zoneS }
}

/** Host ms per ms of the device: not 1 where rate and interval were both given. */
export function paceOf(choice: RunChoice, replay: ReplayFeed | null): number {
  if (choice.rate === 'max' || (replay !== null && choice.rate === undefined)) return 1
  return 1000 / (choice.rate ?? DEFAULT_RATE_HZ) / intervalOf(choice)
}

/**
 * Samples until `count` or `duration`, so that the end is known from the
 * beginning and the last sample can be shielded from faults.
 *
 * @returns null where there is no end but that of a recording
 */
export function sampleLimit(choice: RunChoice, replay: ReplayFeed | null): number | null {
  const { count, duration } = choice
  const byTime = duration === undefined ? null : samplesWithin(duration, choice, replay)
  if (count === undefined) return byTime
  return byTime === null ? count : Math.min(count, byTime)
}

function intervalOf(choice: RunChoice): number {
  return choice.interval ?? 1000 / (isRated(choice) ? choice.rate : DEFAULT_RATE_HZ)
}

/** A rate in Hz was given. */
function isRated(choice: RunChoice): choice is RunChoice & { rate: number } {
  return typeof choice.rate === 'number'
}

function samplesWithin(durationMs: number, choice: RunChoice, replay: ReplayFeed | null): number {
  const isOwnPace = replay !== null && !isRated(choice) && choice.interval === undefined
  if (isOwnPace && replay.offsetUs(0) !== null) {
    for (let n = 1; n < replay.length; n++) {
      if ((replay.offsetUs(n) ?? 0) >= durationMs * 1000) return n
    }
    return replay.length
  }
  const periodMs = intervalOf(choice) * paceOf(choice, replay)
  return Math.max(1, Math.ceil(durationMs / periodMs))
}
