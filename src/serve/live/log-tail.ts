import type { LogClient } from '../../storage/client/log.ts'
import type { LiveFeed } from './feed.ts'
import type { FeedPages, FormState } from './feed-messages.ts'
import type { PageForm, Taken } from './sample-pages.ts'
import { pageText, type Viewer } from './viewer.ts'
import { lookAfter, type ViewerTail } from './viewer-tail.ts'

/** Pages that are read in one go for those at the end of the log; where more wait, each goes on for itself. */
const PAGES_AT_ONCE = 4

/** Viewers at the end of the log that get the same. */
interface Group {
  readonly form: PageForm
  taken: Taken
  readonly viewers: Set<Viewer>
}

export interface LogTailOptions {
  readonly feed: Pick<LiveFeed, 'head' | 'since' | 'join'>
  readonly log: Pick<LogClient, 'onState' | 'hasten'>
  readonly monoMs: () => number
  /** A failure that is none of a viewer. */
  readonly report: (error: unknown) => void
}

/**
 * Brings viewers from where each begins to the end of the log, and from there on what is committed,
 * one text for all that want the same. One that falls behind goes on from the log as soon as it
 * has room again, so that it costs neither a sample nor another one's time.
 */
export class LogTail implements ViewerTail {
  readonly #feed: LogTailOptions['feed']
  readonly #monoMs: () => number
  readonly #report: (error: unknown) => void
  readonly #log: LogTailOptions['log']
  readonly #groups = new Map<string, Group>()
  /** Not at the end of the log; `true`: a page of it is being read. */
  readonly #catching = new Map<Viewer, boolean>()
  /** Place of all groups; null: nobody follows. */
  #cursor: string | null = null
  /** What reads for the groups comes one after the other. */
  #queue: Promise<void> = Promise.resolve()
  #isDue = false
  #isPrompt = false

  constructor({ feed, log, monoMs, report }: LogTailOptions) {
    this.#feed = feed
    this.#log = log
    this.#monoMs = monoMs
    this.#report = report
    log.onState(() => this.#committed())
  }

  get viewers(): number {
    let count = this.#catching.size
    for (const { viewers } of this.#groups.values()) count += viewers.size
    return count
  }

  head(): Promise<string> {
    return this.#feed.head()
  }

  add(viewer: Viewer): void {
    this.#catching.set(viewer, false)
    this.#hasten()
    void this.#catchUp(viewer)
  }

  remove(viewer: Viewer): void {
    this.#catching.delete(viewer)
    this.#leave(viewer)
    this.#hasten()
  }

  acknowledged(viewer: Viewer): void {
    if (this.#catching.has(viewer)) void this.#catchUp(viewer)
  }

  tick(): void {
    lookAfter(this, this.#all(), this.#monoMs())
  }

  *behind(): Generator<Viewer> {
    for (const viewer of this.#catching.keys()) if (!viewer.hasRoom) yield viewer
  }

  *#all(): Generator<Viewer> {
    yield* [...this.#catching.keys()]
    for (const { viewers } of [...this.#groups.values()]) yield* [...viewers]
  }

  #committed(): void {
    // Also while the first one joins: what it has read by then may be without this commit.
    if (this.viewers === 0 || this.#isDue) return
    this.#isDue = true
    this.#enqueue(async () => {
      this.#isDue = false
      await this.#advance()
    }).catch((error: unknown) => {
      // Of those who have gone meanwhile nobody is to hear.
      if (this.#cursor === null) return
      this.#report(error)
      // Where the log can't be read, each of them finds out; else each goes on.
      this.#scatter()
    })
  }

  /** All groups to the end of the log. */
  async #advance(): Promise<void> {
    for (let i = 0; i < PAGES_AT_ONCE; i++) {
      if (this.#cursor === null) return
      const groups = [...this.#groups.values()]
      const pages = await this.#feed.since(this.#cursor, groups.map(stateOf))
      this.#spread(groups, pages)
      if (pages.isComplete) return
    }
    // A pipe brings more than can be shown: each at its own pace, as it acknowledges.
    this.#scatter()
  }

  async #catchUp(viewer: Viewer): Promise<void> {
    if (this.#catching.get(viewer) !== false || !viewer.hasRoom) return
    this.#catching.set(viewer, true)
    try {
      let isThere = false
      while (!isThere && this.#catching.has(viewer) && viewer.hasRoom) {
        isThere = await this.#step(viewer)
      }
    } catch (error) {
      this.#fail(viewer, error)
    } finally {
      if (this.#catching.has(viewer)) this.#catching.set(viewer, false)
    }
    // What it acknowledged while the page was read.
    if (this.#catching.has(viewer) && viewer.hasRoom) void this.#catchUp(viewer)
  }

  /** One page. @returns true: it follows now */
  async #step(viewer: Viewer): Promise<boolean> {
    const { pages, cursor, isComplete } = await this.#feed.since(viewer.cursor, [stateOf(viewer)])
    if (!this.#catching.has(viewer)) return false
    const [page] = pages
    if (page !== undefined) viewer.page({ ...page, cursor }, this.#monoMs())
    if (!isComplete) return false
    return this.#enqueue(() => this.#join(viewer))
  }

  async #join(viewer: Viewer): Promise<boolean> {
    const place = this.#cursor ?? viewer.cursor
    const groups = [...this.#groups.values()]
    const states = groups.map(stateOf)
    const { page, tail } = await this.#feed.join(viewer.cursor, stateOf(viewer), place, states)
    if (tail !== null) this.#spread(groups, tail)
    if (!this.#catching.has(viewer)) return false
    viewer.page(page, this.#monoMs())
    if (tail === null || viewer.isBehind) return false
    this.#catching.delete(viewer)
    this.#cursor = tail.cursor
    this.#follow(viewer)
    return true
  }

  #follow(viewer: Viewer): void {
    const key = JSON.stringify(viewer.form)
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = { form: viewer.form, taken: viewer.taken, viewers: new Set() }
      this.#groups.set(key, group)
    }
    group.viewers.add(viewer)
  }

  #leave(viewer: Viewer): void {
    const key = JSON.stringify(viewer.form)
    const group = this.#groups.get(key)
    if (group?.viewers.delete(viewer) !== true) return
    viewer.taken = group.taken
    if (group.viewers.size === 0) this.#groups.delete(key)
    if (this.#groups.size === 0) this.#cursor = null
  }

  #scatter(): void {
    for (const { viewers } of [...this.#groups.values()]) {
      for (const viewer of [...viewers]) this.#fallBack(viewer)
    }
  }

  #fallBack(viewer: Viewer): void {
    this.#leave(viewer)
    this.#catching.set(viewer, false)
    void this.#catchUp(viewer)
  }

  /** @param groups for which the pages were asked for; viewers of them may have gone since */
  #spread(groups: readonly Group[], { pages, cursor }: FeedPages): void {
    if (this.#groups.size > 0) this.#cursor = cursor
    const nowMs = this.#monoMs()
    for (const [i, { samples, taken }] of pages.entries()) {
      const group = groups[i]
      if (group === undefined) continue
      group.taken = taken
      const text = samples === null ? null : pageText(samples, cursor)
      for (const viewer of [...group.viewers]) {
        if (text === null) viewer.cursor = cursor
        else viewer.message(text, cursor, nowMs)
        if (viewer.isBehind) this.#fallBack(viewer)
      }
    }
  }

  #fail(viewer: Viewer, error: unknown): void {
    if (!this.#catching.has(viewer)) return
    this.remove(viewer)
    viewer.port.fail(error)
  }

  /** One after the other, also where one fails. */
  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work)
    this.#queue = done.then(
      () => {},
      () => {},
    )
    return done
  }

  /** Samples are committed sooner while somebody watches them come. */
  #hasten(): void {
    const isWatched = this.viewers > 0
    if (isWatched === this.#isPrompt) return
    this.#isPrompt = isWatched
    this.#log.hasten(isWatched)
  }
}

/** What another thread has to know of it: its viewers are not to be copied there. */
function stateOf({ form, taken }: FormState): FormState {
  return { form, taken }
}
