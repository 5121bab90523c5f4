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
  /** Asks viewers whether they read what they got, and lets go who does not; call about once a second. */
  tick(): void
}

/** Without any acknowledgement for so long a viewer is let go, ms. */
const STALLED_MS = 30_000

/** Looks after some viewers of a tail: what `tick` says. */
export function lookAfter(tail: ViewerTail, viewers: Iterable<Viewer>, nowMs: number): void {
  for (const viewer of viewers) {
    if (viewer.stalledMs(nowMs) < STALLED_MS) {
      viewer.probe()
      continue
    }
    tail.remove(viewer)
    viewer.port.close(CLOSE.tooSlow, 'nothing was acknowledged for 30 s: resume with since')
  }
}
