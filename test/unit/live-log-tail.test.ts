import { describe, expect, it } from 'vitest'
import type { FeedPages, FormState } from '../../src/serve/live/feed-messages.ts'
import { LogTail } from '../../src/serve/live/log-tail.ts'
import { Viewer } from '../../src/serve/live/viewer.ts'

const FORM = { channels: null, maxHz: null }

/** A log of numbers, whose cursor is how many there are; a question is answered when the test says so. */
function makeLog() {
  const waiting: (() => void)[] = []
  const asked: (readonly FormState[])[] = []
  const reported: unknown[] = []
  let committed = 0
  let listener = (): void => {}
  let failure: Error | null = null
  const turn = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
  const pagesFrom = (cursor: string, end: number, forms: readonly FormState[]): FeedPages => {
    const numbers = Array.from({ length: end - Number(cursor) }, (_, i) => Number(cursor) + i + 1)
    const samples = numbers.length === 0 ? null : JSON.stringify(numbers)
    return {
      cursor: String(end),
      isComplete: true,
      pages: forms.map(() => ({ samples, taken: {} })),
    }
  }
  const tail = new LogTail({
    feed: {
      head: async () => String(committed),
      since: async (cursor, forms) => {
        asked.push(forms)
        const end = committed
        await turn()
        if (failure !== null) throw failure
        return pagesFrom(cursor, end, forms)
      },
      join: async (cursor, form, place, forms) => {
        asked.push(forms)
        const end = committed
        await turn()
        if (failure !== null) throw failure
        const { pages, ...where } = pagesFrom(cursor, end, [form])
        const page = { ...where, samples: null, taken: {}, ...pages[0] }
        return { type: 'join', page, tail: pagesFrom(place, end, forms) }
      },
    },
    log: {
      onState: (told) => {
        listener = () => told({ kind: 'recording', reason: '', queued: 0, logged: 0, bytes: 0 })
      },
      hasten: () => {},
    },
    monoMs: () => 0,
    report: (error) => reported.push(error),
  })
  return {
    tail,
    asked,
    reported,
    commit: (): void => {
      committed++
      listener()
    },
    fail: (error: Error): void => {
      failure = error
    },
    /** Answers what has been asked so far, and lets it have its effect. */
    answer: async (): Promise<void> => {
      await new Promise(setImmediate)
      for (const resolve of waiting.splice(0)) resolve()
      await new Promise(setImmediate)
    },
  }
}

function makeViewer() {
  const got: number[] = []
  const failures: unknown[] = []
  const viewer = new Viewer(
    {
      send: (text) => got.push(...(JSON.parse(text) as { samples: number[] }).samples),
      probe: () => {},
      close: () => {},
      fail: (error) => failures.push(error),
    },
    FORM,
    '0',
    0,
  )
  return { viewer, got, failures }
}

describe('the tail of a log', () => {
  it('brings what is committed while a viewer joins, also where nothing comes after it', async () => {
    const log = makeLog()
    const { viewer, got } = makeViewer()
    log.commit()
    log.tail.add(viewer)
    await log.answer()
    // The join has read; its answer is on the way.
    log.commit()
    await log.answer()
    await log.answer()
    expect(got).toEqual([1, 2])
  })

  it('asks with forms alone, and copies no viewer to another thread', async () => {
    const log = makeLog()
    const [first, second] = [makeViewer(), makeViewer()]
    for (const { viewer } of [first, second]) {
      log.tail.add(viewer)
      for (let i = 0; i < 3; i++) await log.answer()
    }
    log.commit()
    await log.answer()
    expect([first.got, second.got]).toEqual([[1], [1]])
    expect(log.asked.at(-1)).toEqual([{ form: FORM, taken: {} }])
  })

  it('tells nobody of a failure that nobody waits for any more', async () => {
    const log = makeLog()
    const [follower, newcomer] = [makeViewer(), makeViewer()]
    log.tail.add(follower.viewer)
    for (let i = 0; i < 3; i++) await log.answer()
    log.commit()
    log.tail.add(newcomer.viewer)
    log.fail(new Error('closed'))
    for (const { viewer } of [follower, newcomer]) log.tail.remove(viewer)
    await log.answer()
    expect(log.tail.viewers).toBe(0)
    expect([log.reported, follower.failures, newcomer.failures]).toEqual([[], [], []])
  })
})
