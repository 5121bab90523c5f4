import type { DevicePlan } from '../app/run-plan.ts'
import { AUTO, partsOf } from '../sources/formats/format-choice.ts'

/** Devices whose form of lines has several sensors in it become one plan for each: `bench/ch1`, `bench/ch2`, ... */
export function withParts(plans: readonly DevicePlan[]): DevicePlan[] {
  return plans.flatMap((plan) => {
    const { source, device } = plan
    if (source.kind !== 'port' && source.kind !== 'stdin') return [plan]
    const parts = partsOf(source.format ?? AUTO)
    if (parts === 1) return [plan]
    const label = device ?? (source.kind === 'port' ? source.path : 'stdin')
    return Array.from({ length: parts }, (_, part) => ({
      ...plan,
      source: { kind: 'part', of: source, part } as const,
      device: `${label}/ch${part + 1}`,
    }))
  })
}
