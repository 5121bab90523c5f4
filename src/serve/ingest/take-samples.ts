import type { HubDevice } from '../../monitor/hub.ts'
import type { SampleFrame } from '../../protocol/frames.ts'
import { type Problem, problem } from '../problem.ts'
import type { Durable } from './durable.ts'

export interface Taken {
  readonly device: string
  /** Samples that are in the log now. */
  readonly samples: number
  /** How many of them had been posted before. */
  readonly repeated: number
}

/**
 * Hands samples to a device of the run, and waits until they are in the log.
 *
 * @param bytes that they came in
 */
export async function takeSamples(
  { stream }: HubDevice,
  samples: readonly SampleFrame[],
  bytes: number,
  durable: Durable,
): Promise<Taken | Problem> {
  const { inbox } = stream.source
  if (inbox?.isOpen !== true) return notOpen()
  const before = stream.ledger
  const repeated = inbox.take(samples, bytes)
  const after = stream.ledger
  const count = (name: 'samples' | 'out_of_range' | 'duplicates'): number =>
    after[name] - before[name]
  const taken = count('samples') + count('out_of_range') + count('duplicates')
  // The run has as many as it was to take (`--count`).
  if (taken < samples.length) return notOpen()
  if (!(await durable.settled())) return notLogged()
  return { device: stream.device, samples: samples.length, repeated }
}

function notOpen(): Problem {
  const hint = 'send it again; what was taken of it is not taken twice'
  return problem(503, 'not-open', 'serve is starting or ending', hint)
}

function notLogged(): Problem {
  const hint = 'send it again: samples with seq, ts or ms are not taken twice'
  return problem(503, 'log-not-written', 'the log can not be written at the moment', hint)
}
