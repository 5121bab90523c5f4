import type { SinkKind } from '../domain/sink-status.ts'

/** Of samples past the retention that are kept for a sink for which nothing else is said. */
export const USUAL_KEEP_BYTES = 1e9

/** One sink, as the command line describes it. */
export interface SinkPlan {
  readonly kind: SinkKind
  /** How the log knows it: the same name goes on where it was. 1 to 64 characters. */
  readonly name: string
  /** Where it is, without what is secret; for people. */
  readonly target: string
  /** Of samples past the retention that are kept for it; null: as was said for it before. */
  readonly keepBytes: number | null
  /** What its kind makes of the URL, secrets included; never printed. */
  readonly settings: object
}
