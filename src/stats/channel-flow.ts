import { nearestMicro } from '../util/micro.ts'
import type { StatisticsSink } from './statistics-feed.ts'

/** A value and when it was measured. */
export interface Reading {
  /** Unix µs */
  readonly timeUs: number
  readonly value: number
}

/** What the measured values of one channel in a span come to over time. */
export interface ChannelFlow {
  /**
   * Sum of its pairs by the trapezoid rule (docs/log.md, `mean_time`), in millionths of the unit times µs:
   * of a power in W, pJ.
   */
  readonly integral: number
  /** The time of these pairs, µs. */
  readonly coveredUs: number
  /** null: there is none, as `last` */
  readonly first: Reading | null
  readonly last: Reading | null
}

export const NO_FLOW: ChannelFlow = { integral: 0, coveredUs: 0, first: null, last: null }

/** Of two spans of one device, neither of which has a part of the other. */
export function joinedFlow(one: ChannelFlow, other: ChannelFlow): ChannelFlow {
  return {
    integral: one.integral + other.integral,
    coveredUs: one.coveredUs + other.coveredUs,
    first: earlier(one.first, other.first),
    last: later(one.last, other.last),
  }
}

function earlier(one: Reading | null, other: Reading | null): Reading | null {
  if (one === null || other === null) return one ?? other
  return one.timeUs <= other.timeUs ? one : other
}

function later(one: Reading | null, other: Reading | null): Reading | null {
  if (one === null || other === null) return one ?? other
  return one.timeUs > other.timeUs ? one : other
}

type Growing = { -readonly [Name in keyof ChannelFlow]: ChannelFlow[Name] }

/** Gathers the flows of all channels of a device. A pair counts in the span in which its later value lies. */
export class FlowSink implements StatisticsSink {
  /** By place of the channel. */
  #flows: Growing[] = []

  value(channel: number, timeUs: number, value: number): void {
    const flow = this.#of(channel)
    // Where the times of two runs overlap, values do not come in order.
    if (flow.first === null || timeUs < flow.first.timeUs) flow.first = { timeUs, value }
    if (flow.last === null || timeUs >= flow.last.timeUs) flow.last = { timeUs, value }
  }

  /** Nothing flows by them. */
  reach(): void {}

  pair(channel: number, _timeUs: number, spanUs: number, value0: number, value1: number): void {
    const flow = this.#of(channel)
    flow.integral += ((nearestMicro(value0) + nearestMicro(value1)) / 2) * spanUs
    flow.coveredUs += spanUs
  }

  /** What has come; the next span begins. @param ids by place */
  take(ids: readonly string[]): Map<string, ChannelFlow> {
    const flows = new Map<string, ChannelFlow>()
    this.#flows.forEach((flow, place) => {
      flows.set(ids[place] as string, flow)
    })
    this.#flows = []
    return flows
  }

  #of(place: number): Growing {
    this.#flows[place] ??= { ...NO_FLOW }
    return this.#flows[place]
  }
}
