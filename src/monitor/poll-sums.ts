import type { Polling } from '../sources/mc/polling.ts'

/** What the turns of a polling group came to, in the ledger; names as in `GET /api/polling/status`. */
export interface PollSums {
  readonly name: string
  readonly turns: number
  readonly failed_turns: number
  readonly skipped_turns: number
  readonly failed_readings: number
}

export function pollSums({ status }: Polling): PollSums[] {
  return status.groups.map(({ name, turns, failedTurns, skippedTurns, failedReadings }) => ({
    name,
    turns,
    failed_turns: failedTurns,
    skipped_turns: skippedTurns,
    failed_readings: failedReadings,
  }))
}
