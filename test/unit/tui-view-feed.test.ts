import { describe, expect, it, onTestFinished } from 'vitest'
import type { Trace } from '../../src/chart/trace.ts'
import type {
  Snapshot,
  SpanStatistics,
  StatisticsRequest,
  TraceRequest,
} from '../../src/monitor/view.ts'
import { LatestRequest } from '../../src/tui/latest-request.ts'
import { ViewFeed } from '../../src/tui/view-feed.ts'
import { electric, type Point, sampleSnapshot, traceOf } from '../support/snapshots.ts'

interface Asked<R, A> {
  readonly request: R
  readonly answer: (answer: A) => void
  readonly fail: (error: Error) => void
}

/** A view that answers when the test says so, and never by itself. */
function rig() {
  const snapshots: Asked<number, Snapshot>[] = []
  const traces: Asked<TraceRequest, Trace>[] = []
  const statistics: Asked<StatisticsRequest, SpanStatistics>[] = []
  const got: string[] = []
  let nowMs = 0
  const asked = <R, A>(list: Asked<R, A>[], request: R): Promise<A> =>
    new Promise((answer, fail) => list.push({ request, answer, fail }))
  const feed = new ViewFeed({
    view: {
      snapshot: (device) => asked(snapshots, device),
      trace: (request) => asked(traces, request),
      statistics: (request) => asked(statistics, request),
      find: async () => null,
      burst: async () => null,
      control: async () => '',
    },
    onSnapshot: ({ number }) => got.push(`snapshot ${number}`),
    onNews: () => got.push('trace'),
    onDropped: () => got.push('dropped'),
    monoMs: () => nowMs,
  })
  return {
    feed,
    snapshots,
    traces,
    statistics,
    got,
    wait: (ms: number) => {
      nowMs += ms
    },
  }
}

/** Lets everything happen that hangs on promises which are settled by now. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

const RUNNING: TraceRequest = { device: 0, spanMs: 60_000, slots: 600, endUs: null }
const TRACE = traceOf(60, [])

describe('the overview of a log', () => {
  it('is asked for as seldom as it moves, and rests ten times as long as an answer took', async () => {
    const { feed, traces, wait } = rig()
    const all: TraceRequest = { device: 0, spanMs: 3_600_000, slots: 100, endUs: null }
    feed.askOverview(all)
    wait(10_000)
    expect(feed.overviewOf(0)).toBeNull()
    traces[0]?.answer(TRACE)
    await settle()
    expect([feed.overviewOf(0), feed.overviewOf(1), feed.traceOf(0)]).toEqual([TRACE, null, null])
    wait(99_000)
    feed.askOverview({ ...all, spanMs: 3_700_000 })
    expect(traces).toHaveLength(1)
    wait(2000)
    feed.askOverview(all)
    expect(traces).toHaveLength(2)
    traces[1]?.answer(TRACE)
    await settle()
    // Quickly answered: a hundredth of an hour.
    wait(35_000)
    feed.askOverview(all)
    expect(traces).toHaveLength(2)
    // Another device, or another width, does not wait.
    feed.askOverview({ ...all, device: 1 })
    expect(traces.at(-1)?.request.device).toBe(1)
  })
})

describe('requests to a view', () => {
  it('go out one at a time, however long an answer takes', async () => {
    const { feed, snapshots, traces } = rig()
    expect(feed.askSnapshot(0)).toBe(true)
    for (let i = 0; i < 100; i++) {
      expect(feed.askSnapshot(0)).toBe(false)
      feed.askTrace(RUNNING, i * 1e6)
    }
    expect(snapshots).toHaveLength(1)
    expect(traces).toHaveLength(1)
    snapshots[0]?.answer(sampleSnapshot())
    await settle()
    expect(feed.snapshot?.device).toBe('bench-7')
    feed.askSnapshot(0)
    expect(snapshots).toHaveLength(2)
  })

  it('are forgotten where another device was selected meanwhile', async () => {
    const { feed, snapshots, got } = rig()
    feed.askSnapshot(0)
    feed.askSnapshot(1)
    snapshots[0]?.answer(sampleSnapshot())
    await settle()
    expect(feed.snapshot).toBeNull()
    expect(got).toEqual(['dropped'])
    feed.askSnapshot(1)
    snapshots[1]?.answer(sampleSnapshot({ number: 1 }))
    await settle()
    expect(got).toEqual(['dropped', 'snapshot 1'])
  })

  it('keep the old trace until the new one is there, and drop one that comes too late', async () => {
    const { feed, traces } = rig()
    feed.askTrace(RUNNING, 0)
    traces[0]?.answer(TRACE)
    await settle()
    expect(feed.traceOf(0)).toBe(TRACE)
    feed.askTrace({ ...RUNNING, spanMs: 900_000 }, 0)
    feed.askTrace({ ...RUNNING, spanMs: 30_000 }, 0)
    expect(traces).toHaveLength(2)
    traces[1]?.answer(traceOf(900, []))
    await settle()
    expect(feed.traceOf(0)).toBe(TRACE)
    feed.askTrace({ ...RUNNING, spanMs: 30_000 }, 0)
    const wanted = traceOf(30, [])
    traces[2]?.answer(wanted)
    await settle()
    expect(traces[2]?.request.spanMs).toBe(30_000)
    expect(feed.traceOf(0)).toBe(wanted)
    expect(feed.traceOf(1)).toBeNull()
  })

  it('for a running trace come again when it has moved by a slot, at the latest after 5 s', async () => {
    const { feed, traces } = rig()
    feed.askTrace(RUNNING, 0)
    traces[0]?.answer(TRACE)
    await settle()
    feed.askTrace(RUNNING, 99_999)
    expect(traces).toHaveLength(1)
    feed.askTrace(RUNNING, 100_000)
    traces[1]?.answer(TRACE)
    await settle()
    const long = { ...RUNNING, spanMs: 48 * 3_600_000 }
    feed.askTrace(long, 0)
    traces[2]?.answer(TRACE)
    await settle()
    feed.askTrace(long, 4_999_999)
    expect(traces).toHaveLength(3)
    feed.askTrace(long, 5_000_000)
    expect(traces).toHaveLength(4)
  })

  it('for a frozen trace are asked once', async () => {
    const { feed, traces } = rig()
    const frozen = { ...RUNNING, endUs: 1e15 }
    feed.askTrace(frozen, 0)
    traces[0]?.answer(TRACE)
    await settle()
    feed.askTrace(frozen, 1e12)
    expect(traces).toHaveLength(1)
    // Another size of the screen asks for the same end again.
    feed.askTrace({ ...frozen, slots: 300 }, 1e12)
    expect(traces[1]?.request).toMatchObject({ endUs: 1e15, slots: 300 })
  })

  it('for a frozen trace keep what memory and log no longer have when the size of the screen changes', async () => {
    const { feed, traces } = rig()
    const point = (slot: number): Point => ({ slot, values: electric(5, 1) })
    const all = traceOf(60, [10, 30, 50].map(point))
    const endUs = all.startUs + 60e6
    feed.askTrace({ ...RUNNING, endUs }, 0)
    traces[0]?.answer(all)
    await settle()
    // Memory has moved on, and there is no log.
    feed.askTrace({ ...RUNNING, endUs, slots: 300 }, 0)
    traces[1]?.answer(traceOf(60, [50].map(point)))
    await settle()
    expect(feed.traceOf(0)).toBe(all)
    feed.askTrace({ ...RUNNING, endUs, slots: 300 }, 0)
    expect(traces).toHaveLength(2)
    // Zoomed in on, there is still more of it than of the answer.
    feed.askTrace({ ...RUNNING, spanMs: 40_000, endUs }, 0)
    traces[2]?.answer(traceOf(40, []))
    await settle()
    expect(feed.traceOf(0)).toBe(all)
    // Where nothing is lost, the answer counts, and a running chart always has its own.
    const zoomed = traceOf(5, [])
    feed.askTrace({ ...RUNNING, spanMs: 5000, endUs }, 0)
    traces[3]?.answer(zoomed)
    await settle()
    expect(feed.traceOf(0)).toBe(zoomed)
  })

  it('that fail leave what was there, say why, and wait a second before they come again', async () => {
    const { feed, traces, wait } = rig()
    feed.askTrace(RUNNING, 0)
    traces[0]?.answer(TRACE)
    await settle()
    feed.askTrace(RUNNING, 1e6)
    traces[1]?.fail(new Error('the log is damaged'))
    await settle()
    expect(feed.trouble).toBe('the log is damaged')
    expect(feed.traceOf(0)).toBe(TRACE)
    wait(999)
    feed.askTrace(RUNNING, 2e6)
    expect(traces).toHaveLength(2)
    // Another one need not wait.
    feed.askTrace({ ...RUNNING, spanMs: 30_000 }, 2e6)
    expect(traces).toHaveLength(3)
    traces[2]?.fail(new Error('the log is damaged'))
    await settle()
    wait(1000)
    feed.askTrace(RUNNING, 3e6)
    traces[3]?.answer(TRACE)
    await settle()
    expect(feed.trouble).toBeNull()
  })

  it('that fail are no trouble any more once the right trace is back without them', async () => {
    const { feed, traces } = rig()
    feed.askTrace(RUNNING, 0)
    traces[0]?.answer(TRACE)
    await settle()
    feed.askTrace({ ...RUNNING, spanMs: 900_000 }, 0)
    traces[1]?.fail(new Error('the log is damaged'))
    await settle()
    expect(feed.trouble).toBe('the log is damaged')
    feed.askTrace(RUNNING, 0)
    expect(feed.trouble).toBeNull()
    // Nor are those that fail when nobody wants them any more.
    feed.askTrace({ ...RUNNING, spanMs: 30_000 }, 0)
    feed.askTrace(RUNNING, 0)
    traces[2]?.fail(new Error('the log is damaged'))
    await settle()
    expect(feed.trouble).toBeNull()
  })

  it('ask for statistics once a second, and less often where an answer takes long', async () => {
    const { feed, statistics, wait } = rig()
    const request: StatisticsRequest = { device: 0, span: { kind: 'last', seconds: 60 } }
    const answer: SpanStatistics = {
      version: 1,
      fromUs: 0,
      toUs: 1,
      channels: {},
      isExpired: false,
      isTooMany: false,
      total: null,
    }
    feed.askStatistics(request)
    wait(300)
    statistics[0]?.answer(answer)
    await settle()
    expect(feed.statisticsOf(request)).toBe(answer)
    expect(feed.statisticsOf({ device: 0, span: { kind: 'reset' } })).toBeNull()
    wait(2999)
    feed.askStatistics(request)
    expect(statistics).toHaveLength(1)
    wait(1)
    feed.askStatistics(request)
    expect(statistics).toHaveLength(2)
    statistics[1]?.fail(new Error('too many samples'))
    await settle()
    expect(feed.trouble).toBe('too many samples')
    feed.askStatistics(null)
    expect(feed.trouble).toBeNull()
  })

  it('for statistics are about the selection, too, and go out once where both are of one span', async () => {
    const { feed, statistics } = rig()
    const minute: StatisticsRequest = { device: 0, span: { kind: 'last', seconds: 60 } }
    const selected: StatisticsRequest = { device: 0, span: { kind: 'between', fromUs: 1, toUs: 9 } }
    feed.askStatistics(minute, selected)
    expect(statistics.map(({ request }) => request)).toEqual([minute, selected])
    const answer = { version: 1, fromUs: 1, toUs: 9, channels: {}, total: null } as const
    const ofMinute: SpanStatistics = { ...answer, isExpired: false, isTooMany: false }
    const ofSelected: SpanStatistics = { ...ofMinute, toUs: 10 }
    statistics[0]?.answer(ofMinute)
    statistics[1]?.answer(ofSelected)
    await settle()
    expect(feed.statisticsOf(minute)).toBe(ofMinute)
    expect(feed.statisticsOf(selected)).toBe(ofSelected)
    feed.askStatistics(selected, selected)
    expect(statistics).toHaveLength(2)
  })

  it('survive a view that throws at once', async () => {
    const feed = new ViewFeed({
      view: {
        snapshot: () => {
          throw new Error('no such device')
        },
        trace: () => Promise.reject(new Error('never asked')),
        statistics: () => Promise.reject(new Error('never asked')),
        find: async () => null,
        burst: async () => null,
        control: async () => '',
      },
      onSnapshot: () => {},
      onNews: () => {},
      onDropped: () => {},
      monoMs: () => 0,
    })
    feed.askSnapshot(7)
    await settle()
    expect(feed.trouble).toBe('no such device')
  })
})

/** A fault of ours must end the program with its stack, not become a line on the screen. */
it('an error in what follows an answer is no trouble of the view', async () => {
  const faults: unknown[] = []
  const own = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => faults.push(reason))
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of own) process.on('unhandledRejection', listener)
  })
  const latest = new LatestRequest<number, string>({
    send: async () => 'answer',
    isSame: (one, other) => one === other,
    onAnswer: () => {
      throw new TypeError('a fault of the layout')
    },
    onDropped: () => {},
    monoMs: () => 0,
  })
  latest.ask(1)
  await settle()
  expect(latest.trouble).toBeNull()
  expect(faults).toMatchObject([{ message: 'a fault of the layout' }])
})
