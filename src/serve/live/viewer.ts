import type { FeedPage } from './feed-messages.ts'
import type { PageForm, Taken } from './sample-pages.ts'

/** Where the messages of a viewer go. */
export interface ViewerPort {
  send(text: string): void
  /** Has the other side say that it got all that was sent so far; `Viewer.delivered` hears of it. */
  probe(mark: number): void
  close(code: number, reason: string): void
  /** It gets nothing more, and is told why. */
  fail(error: unknown): void
}

/** Sent and not acknowledged, in bytes, from where on a viewer is behind. */
const MOST_UNACKED_BYTES = 256 * 1024
const MOST_UNACKED_MESSAGES = 1000

/** So much on its way is a reason to ask at once whether it was read; less is asked about once a second. */
const PROBED_BYTES = 64 * 1024

/** A message on its way. */
interface Sent {
  readonly mark: number
  readonly cursor: string
  readonly bytes: number
}

/**
 * How far one viewer has got: what was sent to it, what it has acknowledged, and so whether it
 * keeps up. It acknowledges by itself (`ack`); where it never does, the answers of its
 * WebSocket to pings stand for that.
 */
export class Viewer {
  readonly form: PageForm
  readonly port: ViewerPort
  /** Of the newest message that was sent, or where it begins. */
  cursor: string
  taken: Taken = {}
  #unacked: Sent[] = []
  #unackedBytes = 0
  #nextMark = 1
  /** Of the ping under way; 0: none. */
  #probed = 0
  #acksByItself = false
  #progressMs: number
  /** The newest that was acknowledged, or where it begins. */
  #settled: string

  constructor(port: ViewerPort, form: PageForm, cursor: string, nowMs: number) {
    this.port = port
    this.form = form
    this.cursor = cursor
    this.#settled = cursor
    this.#progressMs = nowMs
  }

  /** More than it should have is on its way. */
  get isBehind(): boolean {
    return this.#unackedBytes > MOST_UNACKED_BYTES || this.#unacked.length > MOST_UNACKED_MESSAGES
  }

  /** Half of that: more may be sent. */
  get hasRoom(): boolean {
    return (
      this.#unackedBytes <= MOST_UNACKED_BYTES / 2 &&
      this.#unacked.length <= MOST_UNACKED_MESSAGES / 2
    )
  }

  /** How long something has been on its way without any of it being acknowledged, ms. */
  stalledMs(nowMs: number): number {
    return this.#unacked.length === 0 ? 0 : nowMs - this.#progressMs
  }

  /** Nothing is sent where none of the page is wanted: the cursor goes along with the next one. */
  page(
    { samples, taken, cursor }: Pick<FeedPage, 'samples' | 'taken' | 'cursor'>,
    nowMs: number,
  ): void {
    this.taken = taken
    this.cursor = cursor
    if (samples !== null) this.message(pageText(samples, cursor), cursor, nowMs)
  }

  /** @param text of the message, which others may get as well */
  message(text: string, cursor: string, nowMs: number): void {
    this.cursor = cursor
    if (this.#unacked.length === 0) this.#progressMs = nowMs
    const mark = this.#nextMark++
    // Text of samples is mostly ASCII; names in other scripts are a little longer.
    this.#unacked.push({ mark, cursor, bytes: text.length })
    this.#unackedBytes += text.length
    this.port.send(text)
    if (this.#unackedBytes >= PROBED_BYTES) this.probe()
  }

  /** The viewer says that it is done with all up to a cursor that it got. @returns false: it got none like that */
  acknowledge(cursor: string, nowMs: number): boolean {
    this.#acksByItself = true
    const at = this.#unacked.findIndex((each) => each.cursor === cursor)
    // That of the snapshot, or one that was said twice.
    if (at < 0) return cursor === this.cursor || cursor === this.#settled
    this.#settle(at + 1, nowMs)
    return true
  }

  /** Its side of the connection has read all up to a mark. */
  delivered(mark: number, nowMs: number): void {
    if (this.#probed === mark) this.#probed = 0
    if (!this.#acksByItself) {
      const next = this.#unacked.findIndex((each) => each.mark > mark)
      this.#settle(next < 0 ? this.#unacked.length : next, nowMs)
    }
    if (this.#unackedBytes >= PROBED_BYTES) this.probe()
  }

  #settle(count: number, nowMs: number): void {
    if (count === 0) return
    this.#progressMs = nowMs
    for (const { bytes, cursor } of this.#unacked.splice(0, count)) {
      this.#unackedBytes -= bytes
      this.#settled = cursor
    }
  }

  /** Asks whether what is on its way was read: one question at a time. Call about once a second. */
  probe(): void {
    const newest = this.#unacked.at(-1)
    if (this.#acksByItself || this.#probed !== 0 || newest === undefined) return
    this.#probed = newest.mark
    this.port.probe(newest.mark)
  }
}

/** A message with samples. @param samples JSON of an array */
export function pageText(samples: string, cursor: string): string {
  return `{"type":"samples","cursor":${JSON.stringify(cursor)},"samples":${samples}}`
}
