import { ELECTRIC, type Extras } from '../../domain/channels.ts'
import { withElectric } from '../../protocol/extras.ts'
import type { SampleFrame } from '../../protocol/frames.ts'
import type { PollGroupPlan } from './poll-plan.ts'
import type { TagReading } from './tag-reader.ts'

const V = ELECTRIC.voltage.id
const A = ELECTRIC.current.id
const W = ELECTRIC.power.id

/** Whether its samples have voltage and current. */
export function isElectricGroup({ tags }: PollGroupPlan): boolean {
  return [V, A].every((id) => tags.some(({ channel }) => channel === id))
}

/** One turn as a sample; null: no tag of it has a number. @param seq u32 */
export function groupFrame(
  { tags }: PollGroupPlan,
  readings: readonly TagReading[],
  seq: number,
): SampleFrame | null {
  const extras: Record<string, number> = {}
  const electric: Record<string, number | undefined> = {}
  let count = 0
  for (const [i, { channel }] of tags.entries()) {
    const reading = readings[i]
    if (reading?.kind !== 'value' || typeof reading.value !== 'number') continue
    count++
    if (channel === V || channel === A || channel === W) electric[channel] = reading.value
    else extras[channel] = reading.value
  }
  if (count === 0) return null
  const { [V]: v, [A]: a, [W]: w } = electric
  const isElectric = v !== undefined && a !== undefined
  const rest = isElectric ? extras : withElectric(extras, v ?? null, a ?? null, w ?? null)
  return {
    kind: 'sample',
    electric: isElectric,
    voltage: isElectric ? v : Number.NaN,
    current: isElectric ? a : Number.NaN,
    power: isElectric ? (w ?? null) : null,
    extras: orNull(rest),
    detail: null,
    leftOut: null,
    stamp: { kind: 'none' },
    seq,
    oddSeq: false,
    status: 'ok',
    mode: null,
    resend: false,
    protected: false,
  }
}

function orNull(extras: Extras): Extras | null {
  return Object.keys(extras).length === 0 ? null : extras
}
