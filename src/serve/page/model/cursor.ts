import type { Page } from './page.ts'
import { frozen, showing, shown } from './time-window.ts'

/** Places that the cursor has in the chart. */
const STEPS = 400

/** Moves the cursor, which freezes the chart: what is read off is to hold still. @param steps 0: shows it */
export function moveCursor(page: Page, steps: number): void {
  const { window, cursorUs, trace } = page.store.state
  const still = frozen(window, page.reach)
  const span = shown(still, page.reach.newestUs)
  if (span === null) return
  const stepUs = Math.max(trace?.slotUs ?? 0, (span.toUs - span.fromUs) / STEPS)
  const fromUs = cursorUs ?? (span.fromUs + span.toUs) / 2
  const { oldestUs, newestUs } = page.reach
  const wantedUs = fromUs + steps * stepUs
  const atUs = Math.min(newestUs ?? wantedUs, Math.max(oldestUs ?? wantedUs, wantedUs))
  page.look(showing(still, atUs, page.reach))
  page.point(atUs)
}
