import { agoText } from '../../../figures/format.ts'
import type { Snapshot } from '../../../monitor/view.ts'
import { countText } from '../../../util/number-text.ts'

/** What went on while the page had no connection. */
export interface Missed {
  readonly awayMs: number
  /** The server is another process than before. */
  readonly isRestarted: boolean
  /** Samples of the device that the chart has of that time; null: not known yet. */
  readonly filled: number | null
  /** Samples that the device's own gaps cost in that time, as far as it is the same process. */
  readonly lost: number
}

/** @param before, now snapshots of the same device on either side of the break */
export function missedBetween(before: Snapshot, now: Snapshot, awayMs: number): Missed {
  const isRestarted = before.startedUs !== now.startedUs
  const lost = isRestarted ? now.ledger.lost : now.ledger.lost - before.ledger.lost
  return { awayMs, isRestarted, filled: null, lost: Math.max(0, lost) }
}

/** `Back after 12 s: 1 240 samples of that time are filled in, none were lost.` */
export function missedText({ awayMs, isRestarted, filled, lost }: Missed): string {
  const away = `Back after ${agoText(awayMs)}${isRestarted ? ', from a server that was started anew' : ''}`
  if (filled === null) return `${away}: filling in what was missed.`
  const came =
    filled === 0
      ? 'no samples are known of that time'
      : `${countText(filled)} samples of that time are filled in`
  return `${away}: ${came}, ${lost === 0 ? 'none lost' : `${countText(lost)} lost`}.`
}
