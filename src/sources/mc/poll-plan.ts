import type { PollMode } from '../../domain/poll-mode.ts'
import type { PlcTag } from '../../protocol/mc3e/tag.ts'
import type { PlcTarget } from './plc-url.ts'

/** Groups of all PLCs of a run together. */
export const MOST_GROUPS = 10
/** Tags of one PLC. */
export const MOST_TAGS = 1000
/** Of a group of mode `fixed`, ms. */
export const SHORTEST_INTERVAL_MS = 100
export const LONGEST_INTERVAL_MS = 86_400_000

/** What is read of a PLC, and as which channel it is kept. */
export interface PollTag {
  /** `v`, `a`, `w` or an extra channel; of a string: the name under which its changes are on record. */
  readonly channel: string
  /** Empty where nobody said. */
  readonly unit: string
  /** As written. */
  readonly address: string
  readonly tag: PlcTag
}

/** Tags that are read together. */
export interface PollGroupPlan {
  /** Unique within its PLC. */
  readonly name: string
  readonly mode: PollMode
  /** From one turn to the next; null: of mode `handshake`. */
  readonly intervalMs: number | null
  /** At least one. */
  readonly tags: readonly PollTag[]
}

/** One PLC of `--poll-source`, which is one device. */
export interface PlcPlan {
  /** Of the device. */
  readonly label: string
  readonly target: PlcTarget
  /** The 14 characters of its equipment code; null: not given. */
  readonly code: string | null
  /** Where it stands; null: not given. */
  readonly line: string | null
  readonly process: string | null
  /** 1 to 5 */
  readonly connections: number
  /** At least one. */
  readonly groups: readonly PollGroupPlan[]
}
