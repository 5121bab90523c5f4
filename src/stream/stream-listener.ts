import type { Burst } from '../domain/burst.ts'
import type { Channel } from '../domain/channels.ts'
import type { StreamEvent } from '../domain/events.ts'
import type { Sample } from '../domain/sample.ts'
import type { SourceState } from '../sources/source.ts'
import type { InaError } from '../util/errors.ts'

/** Who hears of one device; each call is short and never waits. */
export interface StreamListener {
  /** @param arrivalUs host time, Unix µs @param mode free text of the device */
  sample(sample: Sample, arrivalUs: number, mode: string | null): void
  /** The device has sent its first value of an extra channel. */
  channel(channel: Channel): void
  event(event: StreamEvent): void
  /** A burst has come, before the event that says so. */
  burst(burst: Burst): void
  /** What is known of the switched outputs, or was asked of them, may be another: see `DeviceStream`. */
  outputs(): void
  /** Samples that will never come, between two times, Unix µs; before the sample behind them. */
  lost(count: number, fromUs: number, toUs: number): void
  /** A clock was set, or the device was armed: the time from the sample before to the next one is none that passed. */
  clockSet(): void
  sourceState(state: SourceState, reason: string): void
  /** The source is over, or the limit of samples is reached. */
  ended(reason: 'source' | 'limit'): void
  /** The source can't go on. */
  failed(error: InaError): void
}
