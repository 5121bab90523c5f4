import { advance } from '../../util/serial-number.ts'

/** One command to the device (contract 2.3), without its number. */
export interface Command {
  readonly cmd: string
  readonly value?: unknown
  readonly [member: string]: unknown
}

export type CommandResult =
  | { readonly kind: 'ok' }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'dropped' }

interface Pending {
  readonly seq: number
  readonly line: string
  readonly done: (result: CommandResult) => void
  readonly maxTries: number
  tries: number
  dueMs: number
}

/** Pauses before an unanswered command is repeated, in ms; after the last it has failed. */
const PAUSES_MS: readonly number[] = [500, 1000, 2000, 4000]
/** Commands that may wait; more are refused at once. */
const MAX_QUEUED = 32

/** Numbers commands, sends one at a time, repeats unanswered ones with growing pauses. */
export class CommandQueue {
  readonly #queue: Pending[] = []
  #nextSeq: number

  /** @param firstSeq u32; differs from run to run, so that a device does not take a new command for a repeat */
  constructor(firstSeq: number) {
    this.#nextSeq = firstSeq >>> 0
  }

  /** True while a command was sent and not answered. */
  get waiting(): boolean {
    return this.#queue[0] !== undefined && this.#queue[0].tries > 0
  }

  add(command: Command, done: (result: CommandResult) => void, maxTries = PAUSES_MS.length): void {
    if (this.#queue.length >= MAX_QUEUED) {
      done({ kind: 'dropped' })
      return
    }
    const seq = this.#nextSeq
    this.#nextSeq = advance(seq)
    this.#queue.push({
      seq,
      line: JSON.stringify({ ...command, seq }),
      done,
      maxTries,
      tries: 0,
      dueMs: 0,
    })
  }

  /** @returns true where it answers the command under way */
  answered(seq: number, result: CommandResult): boolean {
    const head = this.#queue[0]
    if (head === undefined || head.tries === 0 || head.seq !== seq) return false
    this.#queue.shift()
    head.done(result)
    return true
  }

  /** The line did not reach the device whole: repeat it at once. */
  garbled(nowMs: number): void {
    const head = this.#queue[0]
    if (head !== undefined && head.tries > 0) head.dueMs = nowMs
  }

  /** @returns the line to send now (without CRC and newline), or null */
  next(nowMs: number, maySend: boolean): string | null {
    const head = this.#queue[0]
    if (head === undefined || (head.tries === 0 && !maySend)) return null
    if (head.tries > 0 && nowMs < head.dueMs) return null
    if (head.tries >= head.maxTries) {
      this.#queue.shift()
      head.done({ kind: 'unanswered' })
      return this.next(nowMs, maySend)
    }
    head.dueMs = nowMs + (PAUSES_MS[Math.min(head.tries, PAUSES_MS.length - 1)] as number)
    head.tries++
    return head.line
  }

  /** The device restarted or went away: a command under way is sent again from the start. */
  rewind(): void {
    const head = this.#queue[0]
    if (head !== undefined) head.tries = 0
  }
}
