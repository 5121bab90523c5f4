import { Backoff } from '../../src/util/backoff.ts'
import { errorText, InaError, systemCode } from '../../src/util/errors.ts'
import { isRecord } from '../../src/util/records.ts'

/** Samples that wait for a server that is away; the oldest go first. */
const MOST_WAITING = 3600
/** Samples of a request. */
const MOST_AT_ONCE = 100
/** A server answers by then, ms. */
const ANSWER_MS = 10_000

/** What became of the samples: part of `--summary`. */
export interface PostCounts {
  posted: number
  /** Requests that failed, and were tried again. */
  failed: number
  /** Samples that were never posted. */
  unposted: number
}

interface PosterListener {
  /** The server takes none: it makes no sense to go on. */
  refused(error: InaError): void
  /** Samples begin to wait, to be dropped, or to be taken again: a line for the user. */
  say(text: string): void
}

function newBackoff(): Backoff {
  return new Backoff({ firstMs: 1000, longestMs: 10_000, jitter: 0.5 })
}

/** Posts samples in their order, each until it is taken, as a board with a network does. */
export class SamplePoster {
  readonly counts: PostCounts = { posted: 0, failed: 0, unposted: 0 }
  readonly #url: string
  readonly #listener: PosterListener
  #backoff = newBackoff()
  readonly #waiting: string[] = []
  #isSending = false
  #isOver = false
  #isRefused = false
  /** Samples were not taken the last time. */
  #isAway = false
  /** Of the samples that were never posted, those before the server was away. */
  #unpostedBefore = 0
  #timer: NodeJS.Timeout | undefined
  #settled: (() => void) | null = null

  constructor(url: string, listener: PosterListener) {
    this.#url = url
    this.#listener = listener
  }

  /** @param line as on the wire */
  add(line: string): void {
    this.#waiting.push(line)
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift()
      if (this.counts.unposted++ === this.#unpostedBefore) {
        this.#listener.say(
          `${MOST_WAITING} samples wait to be posted: from now on the oldest are dropped`,
        )
      }
    }
    if (!this.#isSending && this.#timer === undefined) void this.#send()
  }

  /** Waits for what is under way, and tries once more to post what waits. */
  async end(): Promise<PostCounts> {
    this.#isOver = true
    if (this.#isSending) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve
      })
    } else if (this.#waiting.length > 0 && !this.#isRefused) {
      clearTimeout(this.#timer)
      await this.#send()
    }
    this.counts.unposted += this.#waiting.length
    return this.counts
  }

  async #send(): Promise<void> {
    this.#isSending = true
    let trouble: string | null = null
    while (trouble === null && this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, MOST_AT_ONCE)
      trouble = await this.#post(some)
      if (trouble === null) {
        this.counts.posted += some.length
        this.#isBack()
      } else this.#waiting.unshift(...some)
    }
    this.#isSending = false
    if (trouble !== null) this.#failed(trouble)
    this.#settled?.()
  }

  #failed(trouble: string): void {
    if (!this.#isAway && !this.#isRefused) {
      this.#isAway = true
      this.#unpostedBefore = this.counts.unposted
      this.#listener.say(
        `samples can't be posted to ${this.#url}: ${trouble}; they wait until they can`,
      )
    }
    if (this.#isOver) return
    this.counts.failed++
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#send()
    }, this.#backoff.next())
  }

  #isBack(): void {
    this.#backoff = newBackoff()
    if (!this.#isAway) return
    this.#isAway = false
    const dropped = this.counts.unposted - this.#unpostedBefore
    const what = dropped === 0 ? 'none was dropped' : `${dropped} were dropped`
    this.#listener.say(`samples are posted again; ${what}`)
    this.#unpostedBefore = this.counts.unposted
  }

  /** @returns why they have to be posted again; null: they were taken */
  async #post(lines: readonly string[]): Promise<string | null> {
    try {
      const answer = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `[${lines.join(',')}]`,
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MS),
      })
      const text = await answer.text()
      if (answer.ok) return null
      if (answer.status < 500 && answer.status !== 429) this.#refuse(answer.status, text)
      return `the answer is ${answer.status}: ${detailOf(text)}`
    } catch (error) {
      return whyAway(error)
    }
  }

  #refuse(status: number, text: string): void {
    this.#isOver = true
    this.#isRefused = true
    const hint =
      status === 401
        ? 'start serve with --allow-from 127.0.0.1, or the address of this machine'
        : 'start serve with --energy-store'
    const message = `the server refuses the samples (${status}): ${detailOf(text)}`
    this.#listener.refused(new InaError('device_refused', message, hint))
  }
}

function whyAway(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `no answer within ${ANSWER_MS / 1000} s`
  }
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause
  if (systemCode(first) === 'ECONNREFUSED') return 'nothing listens there'
  return systemCode(first) ?? errorText(first)
}

function detailOf(text: string): string {
  try {
    const said: unknown = JSON.parse(text)
    if (isRecord(said) && typeof said['detail'] === 'string') return said['detail']
  } catch {
    // Another server.
  }
  return 'it does not say why'
}
