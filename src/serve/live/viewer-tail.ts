import { CLOSE } from './live-messages.ts'
import type { Viewer } from './viewer.ts'

/** Who brings samples to viewers. */
export interface ViewerTail {
  readonly viewers: number
  /** Where a viewer begins that wants nothing of what was; empty: there are no cursors. */
  head(): Promise<string>
  /** From its cursor on. */
  add(viewer: Viewer): void
  remove(viewer: Viewer): void
  /** It has acknowledged something. */
  acknowledged(viewer: Viewer): void
  /** Of those that do not keep up, for whom the newest values are enough meanwhile. */
  behind(): Iterable<Viewer>
  /** Lets go who acknowledges nothing; call about once a second. */
  tick(): void
}

/** Without any acknowledgement for so long a viewer is let go, ms. */
const STALLED_MS = 30_000

/** Of some viewers of a tail, those that have not acknowledged anything for too long. */
export function letGoStalled(tail: ViewerTail, viewers: Iterable<Viewer>, nowMs: number): void {
  for (const viewer of viewers) {
    if (viewer.stalledMs(nowMs) < STALLED_MS) continue
    tail.remove(viewer)
    viewer.port.close(CLOSE.tooSlow, 'nothing was acknowledged for 30 s: resume with since')
  }
}
