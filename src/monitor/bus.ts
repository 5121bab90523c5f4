import type { Anomaly } from '../stats/anomaly.ts'
import type { StreamListener } from '../stream/stream-listener.ts'
import type { DeviceNumber } from './view.ts'

/** Who hears of some or all devices; each call is short, never waits and never throws. */
export type BusSubscriber = {
  readonly [Name in keyof StreamListener]?: (
    device: DeviceNumber,
    ...args: Parameters<StreamListener[Name]>
  ) => void
} & {
  /** A value stood out for a short while; an event says so as well. @param channel its id */
  readonly anomaly?: (device: DeviceNumber, channel: string, anomaly: Anomaly) => void
}

/**
 * What the streams publish goes to all subscribers, in the order in which they
 * subscribed. One that writes somewhere that may be slow keeps a bounded queue of
 * its own and reports that as `Congestion`, so that it never holds up another.
 */
export class Bus {
  #subscribers: readonly BusSubscriber[] = []
  /** Those who hear of samples, by far the most frequent: to look who does each time costs more than the call. */
  #sampleListeners: readonly NonNullable<BusSubscriber['sample']>[] = []

  /** @returns ends the subscription */
  subscribe(subscriber: BusSubscriber): () => void {
    this.#set([...this.#subscribers, subscriber])
    return () => this.#set(this.#subscribers.filter((each) => each !== subscriber))
  }

  #set(subscribers: readonly BusSubscriber[]): void {
    this.#subscribers = subscribers
    this.#sampleListeners = subscribers.flatMap((each) => each.sample?.bind(each) ?? [])
  }

  /** For `AnomalyWatch`: what it has found. */
  anomaly(device: DeviceNumber, channel: string, anomaly: Anomaly): void {
    for (const each of this.#subscribers) each.anomaly?.(device, channel, anomaly)
  }

  /** The side of the stream with that number. */
  publisher(device: DeviceNumber): StreamListener {
    return {
      sample: (sample, arrivalUs, mode) => {
        for (const each of this.#sampleListeners) each(device, sample, arrivalUs, mode)
      },
      channel: (channel) => {
        for (const each of this.#subscribers) each.channel?.(device, channel)
      },
      event: (event) => {
        for (const each of this.#subscribers) each.event?.(device, event)
      },
      burst: (burst) => {
        for (const each of this.#subscribers) each.burst?.(device, burst)
      },
      outputs: () => {
        for (const each of this.#subscribers) each.outputs?.(device)
      },
      lost: (count, fromUs, toUs) => {
        for (const each of this.#subscribers) each.lost?.(device, count, fromUs, toUs)
      },
      clockSet: () => {
        for (const each of this.#subscribers) each.clockSet?.(device)
      },
      sourceState: (state, reason) => {
        for (const each of this.#subscribers) each.sourceState?.(device, state, reason)
      },
      ended: (reason) => {
        for (const each of this.#subscribers) each.ended?.(device, reason)
      },
      failed: (error) => {
        for (const each of this.#subscribers) each.failed?.(device, error)
      },
    }
  }
}
