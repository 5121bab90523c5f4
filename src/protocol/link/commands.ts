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

/** The owner's number for a command; null: the link's own question who is there. */
export type CommandId = number | null

/** What the queue wants done. `line`: to send, without CRC; `failed`: all tries of that command are used up. */
export type CommandStep =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'failed'; readonly id: CommandId }

interface Pending {
  readonly id: CommandId
  readonly seq: number
  readonly line: string
  readonly maxTries: number
  tries: number
  dueMs: number
}

/** Pauses before an unanswered command is repeated, in ms; after the last it has failed. */
const PAUSES_MS: readonly number[] = [500, 1000, 2000, 4000]
/** Commands that may wait; more are refused at once. */
const MAX_QUEUED = 32

/**
 * Numbers commands, sends one at a time, repeats unanswered ones with growing
 * pauses (PROTOCOL.md 6).
 */
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

  /** @returns false: too many wait, it is dropped */
  add(id: CommandId, command: Command, maxTries = PAUSES_MS.length): boolean {
    if (this.#queue.length >= MAX_QUEUED) return false
    const seq = this.#nextSeq
    this.#nextSeq = advance(seq)
    this.#queue.push({ id, seq, line: encodeCommand(command, seq), maxTries, tries: 0, dueMs: 0 })
    return true
  }

  /** @returns the command under way where this answers it, which is done then; else null */
  answered(seq: number): { readonly id: CommandId } | null {
    const head = this.#queue[0]
    if (head === undefined || head.tries === 0 || head.seq !== seq) return null
    this.#queue.shift()
    return head
  }

  /** The line did not reach the device whole: repeat it at once. */
  garbled(nowMs: number): void {
    const head = this.#queue[0]
    if (head !== undefined && head.tries > 0) head.dueMs = nowMs
  }

  /** @returns what is to be done now; to be called again after `failed`. null: nothing */
  next(nowMs: number, maySend: boolean): CommandStep | null {
    const head = this.#queue[0]
    if (head === undefined || (head.tries === 0 && !maySend)) return null
    if (head.tries > 0 && nowMs < head.dueMs) return null
    if (head.tries >= head.maxTries) {
      this.#queue.shift()
      return { kind: 'failed', id: head.id }
    }
    head.dueMs = nowMs + (PAUSES_MS[Math.min(head.tries, PAUSES_MS.length - 1)] as number)
    head.tries++
    return { kind: 'line', line: head.line }
  }

  /** The device restarted or went away: a command under way is sent again from the start. */
  rewind(): void {
    const head = this.#queue[0]
    if (head !== undefined) head.tries = 0
  }
}
