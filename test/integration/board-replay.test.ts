import { describe, expect, it } from 'vitest'
import type { SampleFrame } from '../../src/protocol/frames.ts'
import { BoardRig } from '../support/board.ts'

/** No two conversions alike. */
function started(): BoardRig {
  const rig = new BoardRig({
    sensor: {
      feed: (_timeS, pair) => ({
        voltage: (1000 + (pair % 4096)) * 4e-3,
        current: ((pair % 4096) - 2048) * 1e-4,
      }),
    },
  })
  rig.hello()
  return rig
}

const U32 = 2 ** 32

function range(first: number, last: number): number[] {
  return Array.from({ length: ((last - first + U32) % U32) + 1 }, (_, i) => (first + i) % U32)
}

/** Everything but the mark of the resend. */
function content(frame: SampleFrame): unknown {
  return { ...frame, resend: false }
}

/** Each sent again equals the first sending, whatever else happened meanwhile. */
function expectTrueResends(rig: BoardRig): void {
  const live = new Map<number, SampleFrame>()
  for (const frame of rig.samples()) {
    if (!frame.resend) live.set(frame.seq as number, frame)
  }
  for (const frame of rig.samples()) {
    if (frame.resend)
      expect(content(frame)).toEqual(content(live.get(frame.seq as number) as SampleFrame))
  }
}

function resent(rig: BoardRig, from: number): number[] {
  return rig
    .samples(from)
    .filter(({ resend }) => resend)
    .map(({ seq }) => seq as number)
}

function gone(rig: BoardRig, from: number): [number, number][] {
  return rig.arrivals
    .slice(from)
    .flatMap(({ frame }) => (frame.kind === 'gone' ? [[frame.first, frame.last]] : [])) as never
}

describe('replay', () => {
  it('sends a range again, in order, each once, marked', () => {
    const rig = started()
    expect(rig.command('set_interval', { value: 20 })).toBe('ok')
    rig.board.runMs(800)
    const from = rig.now
    rig.send({ nack: [5, 24] })
    rig.board.runMs(600)
    expect(resent(rig, from)).toEqual(range(5, 24))
    expect(gone(rig, from)).toEqual([])
    expectTrueResends(rig)
    const line = rig.arrivals.find(({ frame }) => frame.kind === 'sample' && frame.resend)
    expect(line?.text).toMatch(/,"r":1,"crc":"[0-9A-F]{4}"}$/)
  })

  it('does not hold up new samples', () => {
    const rig = started()
    expect(rig.command('set_interval', { value: 20 })).toBe('ok')
    rig.board.runMs(1500)
    const from = rig.now
    rig.send({ nack: [16, 75] })
    rig.board.runMs(1500)
    const live = rig.arrivals
      .slice(from)
      .flatMap(({ frame, atMs }) => (frame.kind === 'sample' && !frame.resend ? [atMs] : []))
    const worst = Math.max(...live.slice(1).map((at, i) => at - (live[i] as number)))
    expect(worst).toBeLessThan(20 + 20)
    expect(resent(rig, from)).toEqual(range(16, 75))
  })

  it('says gone for what the ring no longer holds, and for what is not there yet', () => {
    const rig = started()
    const { depth } = rig.hello()
    expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
    rig.board.runMs(20)
    expect(rig.command('set_interval', { value: 2 })).toBe('ok')
    rig.board.runMs(2 * depth + 400)
    expect(rig.command('set_mode', { value: 'poll' })).toBe('ok')
    rig.board.runMs(50)
    const next = (rig.samples().at(-1)?.seq as number) + 1
    const oldest = next - depth
    let from = rig.now
    rig.send({ nack: [oldest - 10, oldest + 9] })
    rig.board.runMs(300)
    expect(gone(rig, from)).toEqual([[oldest - 10, oldest - 1]])
    expect(resent(rig, from)).toEqual(range(oldest, oldest + 9))
    from = rig.now
    rig.send({ nack: [next - 3, next + 4] })
    rig.board.runMs(300)
    expect(resent(rig, from)).toEqual(range(next - 3, next - 1))
    expect(gone(rig, from)).toEqual([[next, next + 4]])
    from = rig.now
    rig.send({ nack: [oldest, next - 1] })
    rig.board.runMs(300)
    expect(resent(rig, from)).toEqual(range(oldest, next - 1))
    expectTrueResends(rig)
  })

  it('answers a range longer than the ring with what it has, and gone', () => {
    const rig = started()
    const { depth } = rig.hello()
    expect(rig.command('set_mode', { value: 'poll' })).toBe('ok')
    rig.board.runMs(50)
    const next = (rig.samples().at(-1)?.seq ?? -1) + 1
    const from = rig.now
    rig.send({ nack: [0, depth + 40] })
    rig.board.runMs(300)
    expect(resent(rig, from)).toEqual(next === 0 ? [] : range(0, next - 1))
    expect(gone(rig, from)).toEqual([[next, depth + 40]])
  })

  it('never sends a wrong record while the ring is being overwritten', { timeout: 120_000 }, () => {
    const rig = started()
    const { depth } = rig.hello()
    expect(rig.command('set_interval', { value: 0 })).toBe('ok')
    rig.board.runMs(3000)
    for (let i = 0; i < 12; i++) {
      const newest = rig.samples().at(-1)?.seq as number
      const first = newest - depth + 1 + (i % 4)
      const from = rig.now
      rig.send({ nack: [first, first + 15] })
      rig.board.runMs(700)
      // Each asked for is answered, one way or the other.
      const said = [...resent(rig, from), ...gone(rig, from).flatMap(([a, b]) => range(a, b))]
      expect(said.sort((a, b) => a - b)).toEqual(range(first, first + 15))
    }
    expectTrueResends(rig)
  })
})

/** A line without what the mark of the resend changes. */
function withoutMark(text: string): string {
  return text.replace(/(,"r":1)?,"crc":"[0-9A-F]{4}"}$/, '')
}

/** Lines sent again that are not those sent first; and how many there were. */
function untrueResends(rig: BoardRig): { count: number; untrue: [string, string | undefined][] } {
  const live = new Map<number, string>()
  const untrue: [string, string | undefined][] = []
  let count = 0
  for (const { frame, text } of rig.arrivals) {
    if (frame.kind !== 'sample' || frame.seq === null) continue
    if (!frame.resend) {
      live.set(frame.seq, withoutMark(text))
      continue
    }
    count++
    const first = live.get(frame.seq)
    if (withoutMark(text) !== first) untrue.push([text, first])
  }
  return { count, untrue }
}

describe('replay over changes of the interval', () => {
  // In ticks of 4 us: less than 2^15, less than 2^16, more; and with 255 ms the last of 8 bits.
  const intervals = [1000, 180, 50, 131, 132, 300, 255, 20, 256, 262, 263]

  it.each([
    ['plain', []],
    ['detail', ['set_detail']],
    ['microseconds', ['set_us']],
    ['detail and microseconds', ['set_detail', 'set_us']],
  ])('sends each line byte for byte as it was sent first: %s', (_, switches) => {
    const rig = started()
    for (const cmd of switches) expect(rig.command(cmd, { value: true })).toBe('ok')
    for (const value of intervals) {
      expect(rig.command('set_interval', { value })).toBe('ok')
      rig.board.runMs(Math.min(2.2 * value, 450))
      const { seq } = rig.samples().at(-1) as SampleFrame
      const from = rig.now
      rig.send({ nack: [Math.max(0, (seq as number) - 4), seq] })
      rig.board.runMs(120)
      expect(resent(rig, from).length).toBeGreaterThanOrEqual(1)
    }
    const { count, untrue } = untrueResends(rig)
    expect(untrue).toEqual([])
    expect(count).toBeGreaterThanOrEqual(4 * intervals.length)
  })
})

/**
 * Puts `millis` close to its wrap. In steps that look like time gone by: more
 * than 2^31 at once would look like a step back.
 */
function placeMillis(rig: BoardRig, value: number): void {
  for (let step = 1; step <= 4; step++) {
    rig.board.writeVariable('timer0_millis', 4, Math.floor((value / 4) * step))
    rig.sample()
  }
}

/** Single samples wait for the end of a conversion; the grid they are on holds. */
function expectEvery(intervalMs: number, found: readonly number[]): void {
  const total = found.reduce((sum, ms) => sum + ms, 0)
  expect(found.length).toBeGreaterThan(10)
  expect(Math.abs(total - intervalMs * found.length)).toBeLessThanOrEqual(2)
  for (const ms of found) expect(Math.abs(ms - intervalMs)).toBeLessThanOrEqual(2.1)
}

describe('wraps', () => {
  it('counts from 2^32 - 1 to 0 and replays across it', () => {
    const rig = started()
    expect(rig.command('set_interval', { value: 20 })).toBe('ok')
    rig.board.writeVariable('nextSeq', 4, U32 - 20)
    rig.board.runMs(1000)
    const seqs = rig.samples().map(({ seq }) => seq as number)
    const after = seqs.slice(seqs.indexOf(U32 - 20))
    expect(after).toEqual(range(U32 - 20, after.at(-1) as number))
    expect(after.at(-1)).toBeLessThan(100)
    const from = rig.now
    rig.send({ nack: [U32 - 10, 9] })
    rig.board.runMs(800)
    expect(resent(rig, from)).toEqual(range(U32 - 10, 9))
    expectTrueResends(rig)
  })

  it('lets ms wrap after 49.7 days without a missing or a late sample', () => {
    const rig = started()
    expect(rig.command('set_interval', { value: 20 })).toBe('ok')
    placeMillis(rig, U32 - 500)
    rig.board.runMs(50)
    const from = rig.now
    rig.board.runMs(1000)
    const times = rig
      .samples(from)
      .map(({ stamp }) => (stamp.kind === 'ms' ? stamp.value : Number.NaN))
    expect(times[0]).toBeGreaterThan(U32 - 500)
    expect(times.at(-1)).toBeLessThan(1000)
    expectEvery(
      20,
      times.slice(1).map((time, i) => (time - (times[i] as number) + U32) % U32),
    )
    const again = rig.now
    const { seq } = rig.samples().at(-1) as SampleFrame
    rig.send({ nack: [(seq as number) - 40, seq] })
    rig.board.runMs(800)
    expect(resent(rig, again)).toHaveLength(41)
    expectTrueResends(rig)
  })

  it('replays polled samples that lie hours apart', () => {
    const rig = started()
    expect(rig.command('set_mode', { value: 'poll' })).toBe('ok')
    let millis = rig.board.timeMs
    // About the longest time that a record says as a difference.
    for (const gapMs of [0, 7_999_900, 8_000_050, 8_000_020, 7_999_950, 1_000]) {
      millis += gapMs
      rig.board.writeVariable('timer0_millis', 4, millis)
      rig.board.runMs(5)
      expect(rig.command('read')).toBe('ok')
      rig.board.runMs(30)
    }
    const { seq } = rig.samples().at(-1) as SampleFrame
    rig.send({ nack: [(seq as number) - 5, seq] })
    rig.board.runMs(200)
    expect(untrueResends(rig)).toEqual({ count: 6, untrue: [] })
  })

  it('keeps Unix time going over the wrap of ms', () => {
    const rig = started()
    expect(rig.command('set_interval', { value: 100 })).toBe('ok')
    placeMillis(rig, U32 - 1500)
    expect(rig.command('set_time', { value: 1_790_000_000 })).toBe('ok')
    rig.board.runMs(200)
    const from = rig.now
    rig.board.runMs(3000)
    const times = rig.samples(from).map(({ stamp }) => (stamp.kind === 'ts' ? stamp.value : 0))
    expectEvery(
      100,
      times.slice(1).map((time, i) => (time - (times[i] as number)) * 1000),
    )
  })
})
