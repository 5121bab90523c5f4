import { describe, expect, it } from 'vitest'
import type { SampleFrame } from '../../src/protocol/frames.ts'
import type { LinkEvent } from '../../src/protocol/link/link-event.ts'
import { sampleFrame } from '../support/frames.ts'
import { LinkRig, running } from '../support/link-rig.ts'

describe('PROTOCOL.md 7: replay', () => {
  const ask = (first: number, last: number): string[] => [
    `> {"nack":[${first},${last}]}`,
    'nack_sent',
  ]

  it('a gap is asked for once; what comes is put in its place', () => {
    const rig = running().samples(3)
    expect(rig.words).toEqual(['gap 1+2', ...ask(1, 2)])
    rig.resend(1).resend(2).resend(2)
    expect(rig.words).toEqual(['1 healed', '2 healed', '3', 'duplicate 2'])
    expect(rig.wait(2000).sent).toEqual([])
  })

  it('at most 32 samples in a request, one request at a time', () => {
    const rig = running().samples(60)
    expect(rig.words).toEqual(['gap 1+59', ...ask(1, 32)])
    for (let seq = 1; seq <= 31; seq++) rig.resend(seq)
    expect(rig.sent).toEqual([])
    rig.resend(32)
    expect(rig.sent).toEqual(['{"nack":[33,59]}'])
  })

  it('again where nothing of it has come within 0.3 s, four times at most', () => {
    const rig = running().samples(2)
    const words: string[] = []
    // Other lines come meanwhile, or the line would be dead and not the request.
    for (let seq = 3; seq < 60; seq++) {
      words.push(...rig.words)
      rig.wait(100).samples(seq)
    }
    expect(words.filter((word) => word === 'nack_sent')).toHaveLength(4)
    expect(words.filter((word) => word.startsWith('lost'))).toEqual(['lost 1+1 unanswered'])
  })

  it('sooner where the device makes so many that it has them no longer by then', () => {
    const rig = running({ bytesPerSecond: 100_000 })
    rig.hello({ depth: 200, intervalMs: 0 }).samples(2)
    expect(rig.words.at(-1)).toBe('nack_sent')
    // 940 a second: 200 of them are there for 213 ms.
    let requests = 0
    for (let i = 1; i <= 20; i++) {
      rig.wait(10).samples(2 + i * 9)
      requests += rig.words.filter((word) => word.startsWith('> {"nack":[1,')).length
    }
    expect(requests).toBeGreaterThanOrEqual(2)
  })

  it('what an interval makes of depth and rate is asked for, and holds from then on', () => {
    const rig = running().command(1, 'set_interval')
    const answer = (): string[] => {
      const lines = rig.sent
      const [line = '{}'] = lines
      rig.frame({ kind: 'ack', seq: (JSON.parse(line) as { seq: number }).seq, protected: true })
      return lines
    }
    expect(answer()).toHaveLength(1)
    expect(answer()).toEqual([expect.stringContaining('"cmd":"hello"')])
    rig.hello({ depth: 5, nextSeq: 1 }).samples(20)
    expect(rig.words.filter((word) => word.startsWith('lost'))).toEqual(['lost 1+15 too_old'])
  })

  it('gone marks the range as lost, for ever', () => {
    const rig = running().samples(4).frame({ kind: 'gone', first: 1, last: 2, protected: true })
    expect(rig.words).toEqual(['gap 1+3', ...ask(1, 3), 'lost 1+2 gone'])
    rig.resend(3)
    expect(rig.words).toEqual(['3 healed', '4'])
    expect(rig.wait(2000).sent).toEqual([])
  })

  it('never for what is older than depth', () => {
    const rig = running().samples(200)
    expect(rig.words).toEqual(['gap 1+199', 'lost 1+102 too_old', ...ask(103, 134)])
  })

  it('no number without a resend is asked for: one way, and of a device without a ring', () => {
    for (const rig of [
      new LinkRig({ duplex: false }).hello().samples(0),
      new LinkRig().hello({ depth: 0 }).samples(0),
    ]) {
      rig.samples(3, 4).wait(1000)
      expect(rig.words.slice(2)).toEqual(['gap 1+2', 'lost 1+2 not_healable', '3', '4'])
    }
  })

  it('a line without a known limit is asked at once, too', () => {
    const rig = running({ bytesPerSecond: null }).hello({ nextSeq: 3 })
    expect(rig.words).toEqual(['hello known', 'gap 1+2', ...ask(1, 2)])
  })

  it('at the end nothing waits', () => {
    const rig = running().samples(3).finish()
    expect(rig.words).toEqual(['gap 1+2', ...ask(1, 2), 'lost 1+2 unanswered', '3'])
  })
})

it('takes the next input while the events of the one before are handled', () => {
  const { link } = running()
  const frame = (seq: number): SampleFrame => sampleFrame(seq)
  link.frame(frame(4), 0, 0)
  const order: (number | null)[] = []
  let next: readonly LinkEvent[] = []
  for (const event of link.finish()) {
    if (event.kind === 'lost') next = link.frame(frame(5), 0, 0)
    if (event.kind === 'sample') order.push(event.arrival.frame.seq)
  }
  for (const event of next) if (event.kind === 'sample') order.push(event.arrival.frame.seq)
  expect(order).toEqual([4, 5])
})
