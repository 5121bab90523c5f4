import { describe, expect, it } from 'vitest'
import { encodePage } from '../../src/serve/live/sample-pages.ts'
import { Viewer } from '../../src/serve/live/viewer.ts'
import { lookAfter, type ViewerTail } from '../../src/serve/live/viewer-tail.ts'
import type { CommittedSample } from '../../src/storage/read/commit-reader.ts'

const KB100 = 'x'.repeat(100_000)

function makeViewer() {
  const sent: string[] = []
  const probes: number[] = []
  const closed: number[] = []
  const viewer = new Viewer(
    {
      send: (text) => sent.push(text),
      probe: (mark) => probes.push(mark),
      close: (code) => closed.push(code),
      fail: () => {},
    },
    { channels: null, maxHz: null },
    '0',
    0,
  )
  return { viewer, sent, probes, closed }
}

describe('a viewer', () => {
  it('is behind beyond 256 kB, and has room again at half of that', () => {
    const { viewer } = makeViewer()
    for (const cursor of ['a', 'b', 'c']) viewer.message(KB100, cursor, 0)
    expect(viewer.isBehind).toBe(true)
    expect(viewer.acknowledge('b', 0)).toBe(true)
    expect(viewer).toMatchObject({ isBehind: false, hasRoom: true, cursor: 'c' })
  })

  it('is asked for a sign of life with one ping at a time, and what it has read counts', () => {
    const { viewer, probes } = makeViewer()
    for (const cursor of ['a', 'b', 'c']) viewer.message(KB100, cursor, 0)
    expect(probes).toEqual([1])
    viewer.delivered(1, 10)
    expect(probes).toEqual([1, 3])
    expect(viewer).toMatchObject({ isBehind: false, hasRoom: false })
    viewer.delivered(3, 20)
    expect(viewer.hasRoom).toBe(true)
    // Little is asked about now and then alone.
    viewer.message('short', 'd', 20)
    expect(probes).toEqual([1, 3])
    viewer.probe()
    viewer.probe()
    expect(probes).toEqual([1, 3, 4])
    viewer.delivered(4, 20)
    expect(viewer.stalledMs(1000)).toBe(0)
  })

  it('may acknowledge its snapshot, and the same twice, also when more has come', () => {
    const { viewer } = makeViewer()
    for (const cursor of ['a', 'b', 'c']) viewer.message('1', cursor, 0)
    expect(viewer.acknowledge('0', 0)).toBe(true)
    expect(viewer.acknowledge('b', 0)).toBe(true)
    expect(viewer.acknowledge('b', 0)).toBe(true)
    expect(viewer.acknowledge('x', 0)).toBe(false)
    expect(viewer.acknowledge('c', 0)).toBe(true)
  })

  it('goes by its own acknowledgements from the first one on', () => {
    const { viewer } = makeViewer()
    viewer.message('1', 'a', 0)
    viewer.acknowledge('a', 0)
    for (const cursor of ['b', 'c', 'd']) viewer.message(KB100, cursor, 100)
    viewer.delivered(4, 200)
    expect(viewer.isBehind).toBe(true)
    expect(viewer.stalledMs(5100)).toBe(5000)
    expect(viewer.acknowledge('x', 0)).toBe(false)
  })

  it('is let go once it acknowledges nothing for 30 s', () => {
    const { viewer, closed } = makeViewer()
    const removed: Viewer[] = []
    const tail = { remove: (each: Viewer) => removed.push(each) } as unknown as ViewerTail
    viewer.message('1', 'a', 1000)
    lookAfter(tail, [viewer], 30_999)
    expect(closed).toEqual([])
    viewer.message('2', 'b', 30_999)
    lookAfter(tail, [viewer], 31_000)
    expect(closed).toEqual([4408])
    expect(removed).toEqual([viewer])
  })
})

describe('a page of samples', () => {
  const sample = (timeUs: number, more: Partial<CommittedSample> = {}): CommittedSample => ({
    timeUs,
    seq: timeUs,
    electric: true,
    voltage: 5,
    current: 0.1,
    power: 0.5,
    extras: null,
    status: 'ok',
    device: 'bench',
    epochId: 1,
    boot: null,
    late: false,
    ...more,
  })
  const seqs = (text: string | null): number[] =>
    (JSON.parse(text ?? '[]') as { seq: number }[]).map(({ seq }) => seq)

  it('is thinned for each device by itself, from page to page, without late ones', () => {
    const form = { channels: null, maxHz: 10 }
    const first = encodePage(
      [sample(0), sample(50_000), sample(99_900), sample(50_000, { device: 'other' })],
      form,
      {},
    )
    expect(seqs(first.samples)).toEqual([0, 99_900, 50_000])
    const second = encodePage(
      [sample(150_000), sample(120_000, { late: true }), sample(200_000)],
      form,
      first.taken,
    )
    expect(seqs(second.samples)).toEqual([200_000])
    // A clock that was set back.
    expect(seqs(encodePage([sample(10_000)], form, second.taken).samples)).toEqual([10_000])
  })

  it('has the channels that are wanted, under names of their own', () => {
    const page = [
      sample(1, { extras: { soc: 85, late: 3 }, late: true }),
      sample(2, { electric: false, extras: { t: 20 } }),
    ]
    const members = (channels: string[] | null): object[] =>
      JSON.parse(encodePage(page, { channels, maxHz: null }, {}).samples ?? '[]') as object[]
    expect(members(null)).toMatchObject([
      { v: 5, a: 0.1, w: 0.5, soc: 85, late: true, late_channel: 3 },
      { t: 20 },
    ])
    expect(members(['soc'])).toEqual([
      {
        device: 'bench',
        boot: null,
        seq: 1,
        time: expect.any(String),
        ts: 1e-6,
        status: 'ok',
        late: true,
        soc: 85,
      },
    ])
    expect(encodePage(page, { channels: ['x'], maxHz: null }, {}).samples).toBeNull()
  })
})
