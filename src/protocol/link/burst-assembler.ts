import { HOLE } from '../../domain/burst.ts'
import type { BurstFrame, Stamp } from '../frames.ts'
import type { CommandResult } from './commands.ts'
import type { EventList } from './link-event.ts'

/** A burst as far as it was received. */
export interface ReceivedBurst {
  readonly number: number
  /** Of the trigger. */
  readonly stamp: Stamp
  /** When its first line came, host time, Unix µs. */
  readonly arrivalUs: number
  readonly dtUs: number
  readonly pre: number
  readonly shuntOhm: number
  readonly counts: Int16Array
}

/** PROTOCOL.md 5.7: pieces are asked for so long after the newest line, and so often at most. */
const QUIET_MS = 300
const MAX_TRIES = 3

interface Open {
  readonly key: string
  readonly burst: ReceivedBurst
  missing: number
  tries: number
  /** The device is being asked. */
  isAsked: boolean
  /** When pieces that are still missing are asked for. */
  dueMs: number
}

/**
 * Makes a burst of its lines, whichever came: each is handed on once, when it is whole, or when what is
 * missing can't be had. Time is injected.
 */
export class BurstAssembler {
  readonly #events: EventList
  #open: Open | null = null
  /** The newest one that was handed on: it may be repeated. */
  #doneKey = ''

  constructor(events: EventList) {
    this.#events = events
  }

  /** Pieces are missing. */
  get isOpen(): boolean {
    return this.#open !== null
  }

  line(frame: BurstFrame, arrivalUs: number, nowMs: number): void {
    const key = keyOf(frame)
    if (key === this.#doneKey) return
    if (this.#open?.key !== key) {
      this.end()
      this.#open = begun(frame, key, arrivalUs)
    }
    const open = this.#open as Open
    const { counts } = open.burst
    frame.counts.forEach((count, i) => {
      if (counts[frame.first + i] === HOLE) open.missing--
      counts[frame.first + i] = count
    })
    open.dueMs = nowMs + QUIET_MS
    if (open.missing === 0) this.end()
  }

  /** @returns true: the block is to be asked for again, now */
  tick(nowMs: number): boolean {
    const open = this.#open
    if (open === null || open.isAsked || nowMs < open.dueMs) return false
    if (open.tries === MAX_TRIES) {
      this.end()
      return false
    }
    open.tries++
    open.isAsked = true
    return true
  }

  /** How the device took the question. */
  answered(result: CommandResult, nowMs: number): void {
    const open = this.#open
    if (open === null) return
    open.isAsked = false
    // Unanswered, enough time has passed.
    open.dueMs = result.kind === 'unanswered' ? nowMs : nowMs + QUIET_MS
    // It has the block no more, or never heard of such a question.
    if (result.kind === 'refused' && result.error !== 'busy') this.end()
  }

  /** No more of the one under way will come. */
  end(): void {
    if (this.#open === null) return
    const { key, burst } = this.#open
    this.#open = null
    this.#doneKey = key
    this.#events.push({ kind: 'burst', burst })
  }

  /** The device began anew, and so do its numbers. */
  restarted(): void {
    this.end()
    this.#doneKey = ''
  }
}

function begun(frame: BurstFrame, key: string, arrivalUs: number): Open {
  const { number, total, pre, dtUs, shuntOhm, stamp } = frame
  const counts = new Int16Array(total).fill(HOLE)
  const burst = { number, stamp, arrivalUs, dtUs, pre, shuntOhm, counts }
  return { key, burst, missing: total, tries: 0, isAsked: false, dueMs: 0 }
}

/** What all lines of a burst have in common. */
function keyOf({ number, total, pre, dtUs, shuntOhm, stamp }: BurstFrame): string {
  const time = stamp.kind === 'none' ? '' : `${stamp.kind} ${stamp.value}`
  return [number, total, pre, dtUs, shuntOhm, time].join(' ')
}
