import { formatDuration } from '../../util/duration.ts'
import type { LogEvent } from '../file/records.ts'
import type { OpenDevice } from './epoch-table.ts'
import type { SkippedByRetention } from './reader-table.ts'
import type { Aged } from './retention.ts'
import type { RetentionMove } from './retention-clock.ts'
import { MAX_STATES } from './status-table.ts'

/** Events that the log itself makes; they are in the log, and reported to the monitor. */
export class LogNotes {
  readonly #insert: (event: LogEvent) => void
  /** Since they were taken last. */
  #notes: LogEvent[] = []
  #isFullNoted = false

  /** @param insert puts an event into the log */
  constructor(insert: (event: LogEvent) => void) {
    this.#insert = insert
  }

  /** Those since they were taken last. */
  take(): LogEvent[] {
    const notes = this.#notes
    this.#notes = []
    return notes
  }

  /**
   * Samples go, or will, by more than time has passed.
   *
   * @param aged how many; of a move of the device's time none is worth an event where there are none
   */
  retention(device: string, timeUs: number, move: RetentionMove, aged: Aged): void {
    const { samples, isExact } = aged
    let detail: string
    if (move.kind === 'stale') {
      detail = `${samples} samples were past the retention when they came: they go, their minute averages stay`
    } else {
      if (samples === 0 && isExact) return
      const many = isExact ? `${samples}` : `at least ${samples}`
      const by = formatDuration((move.toUs - move.fromUs) / 1000)
      detail = `device time moved on by ${by}: ${many} samples are past the retention now and go, their minute averages stay`
    }
    this.#note({ timeUs, device, kind: 'retention', detail })
  }

  /** Two runs of a device at the same time: a capture piped in twice, or a clock that was set back. */
  overlap({ name, newestUs }: OpenDevice, timeUs: number): void {
    const by = formatDuration((newestUs - timeUs) / 1000)
    const detail = `this run begins ${by} before the end of an earlier one: both are kept, each with its own charge`
    this.#note({ timeUs, device: name, kind: 'overlap', detail })
  }

  /** Reported once a run. */
  fullStates(device: string, timeUs: number): void {
    if (this.#isFullNoted) return
    this.#isFullNoted = true
    const detail = `more than ${MAX_STATES} different states: further ones are kept as 'other'`
    this.#note({ timeUs, device, kind: 'status', detail })
  }

  /** Samples that a reader of the log had not taken are gone. */
  missed({ reader, device, samples }: SkippedByRetention, timeUs: number): void {
    const detail = `${samples} samples past the retention went before '${reader}' had taken them: more than is kept for it`
    this.#note({ timeUs, device, kind: 'sink', detail })
  }

  /** What could not be logged is in another file. @param why in plain words */
  rejected(device: string, timeUs: number, what: string, why: string, file: string): void {
    const detail = `${what} could not be logged (${why}): set aside in ${file}`
    this.#note({ timeUs, device, kind: 'log', detail })
  }

  #note(event: LogEvent): void {
    this.#insert(event)
    this.#notes.push(event)
  }
}
