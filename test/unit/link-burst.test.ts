import { describe, expect, it } from 'vitest'
import { HOLE } from '../../src/domain/burst.ts'
import type { BurstFrame } from '../../src/protocol/frames.ts'
import { type LinkRig, running } from '../support/link-rig.ts'

const TOTAL = 100

function line(first: number, change: Partial<BurstFrame> = {}): BurstFrame {
  const { total = TOTAL } = change
  return {
    kind: 'burst',
    number: 1,
    first,
    total,
    pre: 25,
    dtUs: 84,
    shuntOhm: 0.1,
    stamp: { kind: 'ms', value: 4211 },
    counts: Array.from({ length: Math.min(32, total - first) }, (_, i) => first + i),
    protected: true,
    ...change,
  }
}

function lines(rig: LinkRig, ...firsts: number[]): LinkRig {
  for (const first of firsts) rig.frame(line(first))
  return rig
}

const ASK = '> {"cmd":"get_burst","seq":40}'

describe('PROTOCOL.md 5.7: a burst of its lines', () => {
  it('is whole with the last of them, in whatever order they came', () => {
    const rig = lines(running(), 96, 0, 64)
    expect(rig.words).toEqual([])
    expect(lines(rig, 32).words).toEqual(['burst 1 100'])
    // A repeat that somebody else asked for is no second one.
    expect(lines(rig, 0, 32, 64, 96).words).toEqual([])
    expect(rig.wait(5000).words).toEqual([])
  })

  it('what is missing is asked for 0.3 s after the newest line, and taken of the repeat', () => {
    const rig = lines(running(), 0, 64)
    expect(rig.wait(200).words).toEqual([])
    expect(lines(rig, 96).wait(290).words).toEqual([])
    expect(rig.wait(20).words).toEqual([ASK])
    rig.frame({ kind: 'ack', seq: 40, protected: true })
    expect(rig.words).toEqual(['command_acked'])
    expect(lines(rig, 0, 32).words).toEqual(['burst 1 100'])
  })

  it('three times at most; what came is handed on, with holes', () => {
    const rig = lines(running(), 0, 64)
    const asked: number[] = []
    const done: number[] = []
    for (let ms = 0; ms <= 2000; ms += 10) {
      const { words } = rig
      if (words.some((word) => word.startsWith('> '))) asked.push(ms)
      if (words.includes('burst 1 64')) done.push(ms)
      rig.wait(10)
    }
    // 0.5 s for each answer, and a look at the clock.
    expect(asked).toEqual([300, 810, 1320])
    expect(done).toEqual([1830])
    expect(rig.wait(5000).words).toEqual([])
  })

  it('a device that has it no more is not asked again', () => {
    const rig = lines(running(), 0, 64).wait(310)
    rig.frame({ kind: 'nack', seq: 40, error: 'range', protected: true })
    expect(rig.words).toEqual([ASK, 'burst 1 64'])
  })

  it('one that is armed again, or begins anew, sends no more of it', () => {
    const armed = lines(running(), 0)
    armed.frame({ kind: 'trigger', state: 'armed', protected: true })
    expect(armed.words).toEqual(['burst 1 32', 'trigger armed'])
    const anew = lines(running(), 0).hello({ boot: 18 })
    expect(anew.words).toEqual(['burst 1 32', 'restarted 18', 'hello new'])
    // The numbers begin again with the boot.
    expect(lines(anew, 0, 32, 64, 96).words).toEqual(['burst 1 100'])
  })

  it('another one ends the one before', () => {
    const rig = lines(running(), 0)
    rig.frame(line(0, { number: 2, total: 32 }))
    expect(rig.words).toEqual(['burst 1 32', 'burst 2 32'])
  })

  it('of a recording nobody can ask: the next sample ends it', () => {
    const rig = lines(running({ duplex: false }), 0, 96).wait(5000)
    expect(rig.words).toEqual([])
    expect(rig.samples(1).words).toEqual(['burst 1 36', '1'])
  })

  it('an unplugged cable, and the end, hand on what has come', () => {
    expect(lines(running(), 0).finish().words).toEqual(['burst 1 32'])
    expect(lines(running(), 0).connected().words).toEqual(['burst 1 32'])
  })

  it('holes are marked as such', () => {
    const rig = running()
    rig.frame(line(0, { total: 36, counts: [7, -7] }))
    const [event] = rig.link.finish()
    expect(event?.kind === 'burst' && [...event.burst.counts.slice(0, 3)]).toEqual([7, -7, HOLE])
  })
})
