import { advance } from '../../util/serial-number.ts'
import { encodeCommand } from '../codec.ts'

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

/** The owner's number for a command; null: a question of the link itself. */
export type CommandId = number | null

/** What the queue wants done. `line`: to send, without CRC; `failed`: all tries of that command are used up. */
export type CommandStep =
  | {
      readonly kind: 'line'
      readonly line: string
      /** Line rate to send it at, where that matters: see `Answered.newBaud`. */
      readonly baud: LineRate | undefined
    }
  | { readonly kind: 'failed'; readonly id: CommandId; readonly cmd: string }

/** Baud; null: the rate at which the line was opened. */
export type LineRate = number | null

interface Answered {
  readonly id: CommandId
  readonly cmd: string
  /**
   * Of `set_baud`: the answer may be lost and the device have switched, so that the
   * repeats go out at both rates in turn (PROTOCOL.md 6). Whichever reaches it is answered
   * at the same rate, and not carried out again. Else null.
   */
  readonly newBaud: number | null
}

interface Pending extends Answered {
  readonly seq: number
  readonly line: string
  readonly maxTries: number
  tries: number
  /** The device has said that the newest try did not reach it whole. */
  isGarbled: boolean
  /** The newest try went out at the new rate. */
  isAtNew: boolean
  dueMs: number
}

/** Pauses before an unanswered command is repeated, in ms; after the last it has failed. */
export const PAUSES_MS: readonly number[] = [500, 1000, 2000, 4000]
const UNSENT = { tries: 0, isGarbled: false, isAtNew: false, dueMs: 0 }
/** Commands that may wait; more are refused at once. */
const MAX_QUEUED = 32

/**
 * Numbers commands, sends one at a time, repeats unanswered ones with growing
 * pauses (PROTOCOL.md 6).
 */
export class CommandQueue {
  readonly #queue: Pending[] = []
  #nextSeq: number
  /** At which the device was last heard to answer. */
  #baud: LineRate = null

  /** @param firstSeq u32; differs from run to run, so that a device does not take a new command for a repeat */
  constructor(firstSeq: number) {
    this.#nextSeq = firstSeq >>> 0
  }

  /** True while a command was sent and not answered. */
  get waiting(): boolean {
    return this.#queue[0] !== undefined && this.#queue[0].tries > 0
  }

  /** @returns false: too many wait, it is dropped */
  add(id: CommandId, command: Command, maxTries = PAUSES_MS.length): boolean {
    if (this.#queue.length >= MAX_QUEUED) return false
    const seq = this.#nextSeq
    this.#nextSeq = advance(seq)
    const line = encodeCommand(command, seq)
    const newBaud = rateAfter(command)
    this.#queue.push({ id, cmd: command.cmd, seq, line, maxTries, newBaud, ...UNSENT })
    return true
  }

  /** Such a command waits. */
  has(wanted: string): boolean {
    return this.#queue.some(({ cmd }) => cmd === wanted)
  }

  /** The rate at which the device is to be heard. */
  get baud(): LineRate {
    return this.#baud
  }

  /** A connection begins at the rate at which it was opened. */
  reopened(): void {
    this.#baud = null
    this.rewind()
  }

  /** @returns the command under way where this answers it, which is done then; else null */
  answered(seq: number): Answered | null {
    const head = this.#queue[0]
    if (head === undefined || head.tries === 0 || head.seq !== seq) return null
    this.#queue.shift()
    return head
  }

  /** That command was carried out. */
  carriedOut({ newBaud }: Answered): void {
    if (newBaud !== null) this.#baud = newBaud
  }

  /** The line did not reach the device whole: repeat it at once. */
  garbled(nowMs: number): void {
    const head = this.#queue[0]
    if (head === undefined || head.tries === 0) return
    head.dueMs = nowMs
    head.isGarbled = true
  }

  /** @returns what is to be done now; to be called again after `failed`. null: nothing */
  next(nowMs: number, maySend: boolean): CommandStep | null {
    const head = this.#queue[0]
    if (head === undefined || (head.tries === 0 && !maySend)) return null
    if (head.tries > 0 && nowMs < head.dueMs) return null
    if (head.tries >= head.maxTries) {
      this.#queue.shift()
      return { kind: 'failed', id: head.id, cmd: head.cmd }
    }
    head.dueMs = nowMs + (PAUSES_MS[Math.min(head.tries, PAUSES_MS.length - 1)] as number)
    // Where it was heard, but not whole, it is heard at that rate.
    if (head.tries > 0 && !head.isGarbled) head.isAtNew = !head.isAtNew
    head.isGarbled = false
    head.tries++
    const baud = head.newBaud === null ? undefined : head.isAtNew ? head.newBaud : this.#baud
    return { kind: 'line', line: head.line, baud }
  }

  /** The device restarted or went away: a command under way is sent again from the start. */
  rewind(): void {
    const head = this.#queue[0]
    if (head !== undefined) Object.assign(head, UNSENT)
  }
}

/** The line rate that a command leads to; null: the one before. */
function rateAfter({ cmd, value }: Command): number | null {
  return cmd === 'set_baud' && typeof value === 'number' ? value : null
}
