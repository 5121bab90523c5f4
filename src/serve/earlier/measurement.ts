import type { HubDevice } from '../../monitor/hub.ts'

/** A sample as clients of the earlier back end know it: the members of the wire. */
export interface Measurement {
  /** V; null: it was not measured, as with the next two */
  readonly v: number | null
  readonly a: number | null
  readonly w: number | null
  /** Unix seconds */
  readonly ts: number
  readonly seq: number | null
  readonly status: string
  readonly mode: string | null
  readonly device: string
}

/** The newest sample of a device; null: none yet. */
export function measurementOf({ stream, state }: HubDevice): Measurement | null {
  const { newest } = state
  if (newest === null) return null
  const { sample, mode } = newest
  const { electric, voltage, current, power, timeUs, seq, status } = sample
  return {
    v: electric ? voltage : null,
    a: electric ? current : null,
    w: electric ? power : null,
    ts: timeUs / 1e6,
    seq,
    status,
    mode,
    device: stream.device,
  }
}
