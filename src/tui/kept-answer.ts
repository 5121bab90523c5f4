import { LatestRequest, type LatestRequestOptions } from './latest-request.ts'

export interface KeptAnswerOptions<R, A>
  extends Pick<LatestRequestOptions<R, A>, 'send' | 'isSame' | 'onDropped' | 'monoMs'> {
  /** An answer has come. */
  readonly onNews: () => void
  /** Whether the kept answer will do for another request while it is fresh; default: where that is the same. */
  readonly covers?: (kept: R, wanted: R) => boolean
  /** How long an answer is fresh, ms, by how long it took; default: for good. */
  readonly restMs?: (request: R, tookMs: number) => number
}

interface Kept<R, A> {
  readonly request: R
  readonly answer: A
  readonly freshUntilMs: number
}

/** The newest answer to something that is asked of a view; asked for again once it is no longer fresh. */
export class KeptAnswer<R, A> {
  readonly #options: KeptAnswerOptions<R, A>
  readonly #requests: LatestRequest<R, A>
  #kept: Kept<R, A> | null = null

  constructor(options: KeptAnswerOptions<R, A>) {
    const { send, isSame, onNews, onDropped, monoMs, restMs } = options
    this.#options = options
    let askedMs = 0
    this.#requests = new LatestRequest({
      send: (request) => {
        askedMs = monoMs()
        return send(request)
      },
      isSame,
      onAnswer: (request, answer) => {
        const nowMs = monoMs()
        const freshMs = restMs?.(request, nowMs - askedMs) ?? Number.POSITIVE_INFINITY
        this.#kept = { request, answer, freshUntilMs: nowMs + freshMs }
        onNews()
      },
      onDropped,
      monoMs,
    })
  }

  /** Why there was no answer the last time; null: there was one. */
  get trouble(): string | null {
    return this.#requests.trouble
  }

  /** Asks, unless what is kept will do; null: nothing is wanted. */
  ask(request: R | null): void {
    if (request === null || this.#isFresh(request)) this.#requests.cancel()
    else this.#requests.ask(request)
  }

  /** The newest answer to that; undefined: there is none yet. */
  of(request: R): A | undefined {
    return this.where((kept) => this.#options.isSame(kept, request))
  }

  /** The newest answer, where it is to such a request; undefined: there is none. */
  where(isWanted: (request: R) => boolean): A | undefined {
    return this.#kept !== null && isWanted(this.#kept.request) ? this.#kept.answer : undefined
  }

  #isFresh(request: R): boolean {
    const { covers, isSame, monoMs } = this.#options
    if (this.#kept === null || !(covers ?? isSame)(this.#kept.request, request)) return false
    return monoMs() < this.#kept.freshUntilMs
  }
}
