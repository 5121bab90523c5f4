import { describe, expect, it } from 'vitest'
import { withCrc } from '../../src/protocol/crc.ts'
import type { LiveStamp } from '../../src/stream/time-entry.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startStream } from '../support/stream-rig.ts'
import { HOST_US, ms, TimelineRun } from '../support/timeline-run.ts'

/** Sample `seq` of a device that sends one each 100 ms, as it is measured. */
const live = (seq: number): LiveStamp => ({
  stamp: ms(14 + seq * 100),
  seq,
  arrivalUs: HOST_US + seq * 100_000,
})

const WRONG = [687_192_300, 3_000_000_000, 2 ** 32 - 1, 60_000, 14, 0]

describe('Timeline: a resend whose stamp is wrong', () => {
  /** Samples 0 to 59 on a port; some of them sent again, 50 ms after a later one. */
  function run(resent: Map<number, { value: number; next: number }>): TimelineRun {
    const timeline = new TimelineRun({ live: true })
    for (let seq = 0; seq < 60; seq++) {
      const each = resent.get(seq)
      const { stamp, arrivalUs } = live(seq)
      if (each === undefined) timeline.push(stamp, seq, arrivalUs, null, true)
      else {
        const next = live(each.next)
        timeline.push(ms(each.value), seq, next.arrivalUs + 50_000, next, true)
      }
    }
    return timeline
  }
  const right = Array.from({ length: 60 }, (_, seq) => seq * 100_000)
  const marked = (timeline: TimelineRun): number[] =>
    timeline.notices.flatMap((kind, seq) => (kind === null ? [] : [seq]))

  it('is placed between its neighbours, and moves nothing', () => {
    for (const value of [...WRONG, 4413 + 200, 4213 - 200]) {
      const timeline = run(new Map([[42, { value, next: 43 }]]))
      expect(timeline.notices[42], `${value}`).toBe('contradicted')
      expect(marked(timeline), `${value}`).toEqual([42])
      expect(timeline.times, `${value}`).toEqual(right)
    }
  })

  it('is bounded by the nearest sample known where several are sent again, the first one wrong', () => {
    for (const value of WRONG) {
      const good = (seq: number): [number, { value: number; next: number }] => [
        seq,
        { value: 14 + seq * 100, next: 46 },
      ]
      const timeline = run(new Map([[42, { value, next: 46 }], good(43), good(44), good(45)]))
      expect(marked(timeline), `${value}`).toEqual([42])
      expect(timeline.times, `${value}`).toEqual(right)
    }
  })

  it('is no clock, even where several agree with each other', () => {
    const wrong = [42, 43, 44, 45].map(
      (seq) => [seq, { value: 5e8 + seq * 100, next: 46 }] as const,
    )
    const timeline = run(new Map(wrong))
    expect(marked(timeline)).toEqual([42, 43, 44, 45])
    expect(timeline.times).toEqual(right)
  })

  it('is bounded by the clock of the host where no later sample is known', () => {
    for (const value of WRONG) {
      // 40 to 49 while nothing else comes: the newest live one known is before them.
      const timeline = new TimelineRun({ live: true })
      for (let seq = 0; seq < 60; seq++) {
        const { stamp, arrivalUs } = live(seq)
        if (seq < 40 || seq >= 50) timeline.push(stamp, seq, arrivalUs, null, true)
        else timeline.push(seq === 40 ? ms(value) : stamp, seq, HOST_US + 4.95e6, live(39), true)
      }
      expect(marked(timeline), `${value}`).toEqual([40])
      expect(timeline.times, `${value}`).toEqual(right)
    }
  })

  it('does not begin a run: the next one does', () => {
    for (const value of WRONG.filter((each) => each > 1000)) {
      for (const earlier of [false, true]) {
        const timeline = new TimelineRun({ live: true })
        if (earlier) {
          timeline.push(ms(90_000), 70, HOST_US - 9e6, null, true)
          timeline.timeline.restart()
        }
        timeline.push(ms(value), 0, HOST_US + 250_000, live(2), true)
        timeline.push(live(1).stamp, 1, HOST_US + 260_000, live(2), true)
        for (let seq = 2; seq < 9; seq++)
          timeline.push(live(seq).stamp, seq, live(seq).arrivalUs, null, true)
        const times = timeline.times.slice(earlier ? 1 : 0)
        const notices = timeline.notices.slice(earlier ? 1 : 0)
        const what = `${value}, earlier ${earlier}`
        expect(notices, what).toEqual(['contradicted', ...Array(8).fill(null)])
        expect(times.slice(1), what).toEqual(right.slice(1, 9))
        expect(times[0], what).toBeLessThan(100_000)
        expect(times[0], what).toBeGreaterThan(-9e6)
      }
    }
  })

  it('is no origin either where no sample has come live yet', () => {
    for (const value of WRONG) {
      const timeline = new TimelineRun({ live: true })
      const frame = (seq: number, stampMs: number, resend: boolean): void =>
        timeline.pushAs(resend, ms(stampMs), seq, HOST_US + seq * 100_000)
      frame(0, value, true)
      for (let seq = 1; seq < 9; seq++) frame(seq, 50_000 + seq * 100, false)
      expect(timeline.times, `${value}`).toEqual(right.slice(0, 9))
      expect(timeline.notices, `${value}`).not.toContain('restarted')
      expect(timeline.notices, `${value}`).not.toContain('stepped')
    }
  })

  it('just before a restart leaves the new run at the clock of the host', () => {
    for (const value of WRONG) {
      const timeline = new TimelineRun({ live: true })
      for (let seq = 0; seq < 40; seq++) timeline.push(live(seq).stamp, seq, live(seq).arrivalUs)
      timeline.push(ms(value), 40, HOST_US + 4.1e6, live(39), true)
      timeline.timeline.restart()
      for (let seq = 0; seq < 5; seq++)
        timeline.push(live(seq).stamp, seq, HOST_US + 10e6 + seq * 100_000)
      expect(timeline.times.slice(-5), `${value}`).toEqual(right.slice(0, 5).map((us) => us + 10e6))
      expect(marked(timeline), `${value}`).toEqual([40])
    }
  })
})

it('another boot begins at the clock of the host, however far ahead the one before was', () => {
  const timeline = new TimelineRun({ live: true })
  // A board that counts nearly three of its milliseconds in one.
  for (let seq = 0; seq < 1000; seq++) timeline.push(ms(seq * 2900), seq, HOST_US + seq * 1e6)
  expect(timeline.times.at(-1)).toBeGreaterThan(1600e6)
  timeline.timeline.restart()
  for (let seq = 0; seq < 5; seq++) timeline.push(ms(seq * 1000), seq, HOST_US + (1000 + seq) * 1e6)
  expect(timeline.times.slice(-5)).toEqual([1000e6, 1001e6, 1002e6, 1003e6, 1004e6])
  expect(timeline.notices.slice(-5)).toEqual(['stepped', null, null, null, null])
})

describe('a stream whose resends have wrong stamps', () => {
  it('marks these, and stays at the clock of the host, over a restart as well', () => {
    const clock = new ManualClock(HOST_US / 1000)
    const source = new LineSource({ live: true, duplex: true })
    const { stream, samples, events } = startStream({ source, clock })
    const hello = (boot: number): void =>
      source.line(`{"hello":"ina219","boot":${boot},"seq":0,"depth":84,"interval":100}`)
    const line = (seq: number, value: number, more = ''): void =>
      source.line(withCrc(`{"v":5,"a":0.1,"ms":${value},"seq":${seq}${more}}`))
    hello(7)
    for (let seq = 0; seq < 60; seq++) {
      clock.advance(100)
      if (![42, 44, 50, 51].includes(seq)) line(seq, 14 + seq * 100)
      if (seq === 43) line(42, 687_192_300, ',"r":1')
      if (seq === 45) line(44, 721_551_900, ',"r":1')
      if (seq === 54) {
        line(50, 3_000_000_000, ',"r":1')
        line(51, 5114, ',"r":1')
      }
    }
    clock.advance(5000)
    hello(8)
    for (let seq = 0; seq < 10; seq++) {
      clock.advance(100)
      line(seq, 500 + seq * 100)
    }
    stream.finish()
    expect(stream.ledger).toMatchObject({ samples: 70, recovered: 4, lost: 0, reboots: 1 })
    const first = samples[0]?.timeUs as number
    expect(samples.map(({ timeUs }) => (timeUs - first) / 1000)).toEqual([
      ...Array.from({ length: 60 }, (_, seq) => seq * 100),
      ...Array.from({ length: 10 }, (_, seq) => 11_000 + seq * 100),
    ])
    const wrong = samples.filter(({ status }) => status !== 'ok')
    expect(wrong.map(({ seq, status }) => `${seq} ${status}`)).toEqual(
      [42, 44, 50].map((seq) => `${seq} bad_time`),
    )
    expect(new Set(samples.map(({ epochId }) => epochId)).size).toBe(2)
    expect(events.filter(({ kind }) => kind === 'clock')).toHaveLength(3)
  })
})
