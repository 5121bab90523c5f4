import type { Hub } from '../monitor/hub.ts'
import type { View } from '../monitor/view.ts'
import type { LogClient } from '../storage/client/log.ts'
import type { Clock } from '../util/clock.ts'
import type { Access } from './access/access.ts'

/** What the rooms of `serve` work on. */
export interface ServeParts {
  readonly hub: Hub
  readonly view: View
  /** null with `--no-log` */
  readonly log: LogClient | null
  readonly access: Access
  /** As `ServePlan` has it. */
  readonly energyStore: string | null
  readonly clock: Clock
  /** Of ina219. */
  readonly version: string
  /** A failure that no client is told of: one line for the user of the process. */
  readonly report: (error: unknown) => void
}
