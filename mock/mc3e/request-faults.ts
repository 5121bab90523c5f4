import { parseProbabilities } from '../faults.ts'

/** What goes wrong with a request, each kind with its probability. */
const KINDS = ['slow', 'drop', 'reset', 'refuse', 'garble'] as const
export type RequestFault = (typeof KINDS)[number]
export type RequestFaults = Readonly<Record<RequestFault, number>>

/** `slow` may hit a request beside one of these. */
export const EXCLUSIVE = ['drop', 'reset', 'refuse', 'garble'] as const

/** Reads `slow=0.05,reset=0.01`. @throws InaError usage_invalid */
export function parseRequestFaults(text: string): RequestFaults {
  return parseProbabilities(text, {
    kinds: KINDS,
    exclusive: EXCLUSIVE,
    unit: 'request',
    example: 'write kind=probability pairs, such as slow=0.05,reset=0.01,refuse=0.02',
  })
}

export function noRequestFaults(): Record<RequestFault, number> {
  return { slow: 0, drop: 0, reset: 0, refuse: 0, garble: 0 }
}
