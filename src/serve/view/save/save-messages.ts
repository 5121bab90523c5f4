import type { ChartLimits } from '../../../export/svg/log-chart.ts'
import type { ThemeChoice } from '../../../theme/themes.ts'

/** A span of one device that a viewer writes to a file. */
export interface SaveRequest {
  /** Its label in the log. */
  readonly device: string
  /** Unix µs */
  readonly fromUs: number
  /** Exclusive. */
  readonly toUs: number
  /** Its samples, or a chart of it as SVG. */
  readonly form:
    | { readonly kind: 'csv' }
    | {
        readonly kind: 'chart'
        readonly theme: ThemeChoice
        readonly limits: readonly ChartLimits[]
      }
}

/** What is to stand in the file. */
export interface SavedFile {
  readonly bytes: Uint8Array
  /** Samples in it. */
  readonly rows: number
}

/** What the thread is asked. */
export interface SaveQuestion {
  readonly type: 'save'
  readonly request: SaveRequest
}

export interface SaveAnswer {
  readonly type: 'save'
  /** A `SavedFile` as it goes over the wire. */
  readonly wire: string
}
