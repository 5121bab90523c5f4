import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { PostedSource } from '../../src/sources/posted/posted-source.ts'
import { sampleFrame } from '../support/frames.ts'
import { startStream } from '../support/stream-rig.ts'

class HandClock {
  nowMs = 1_795_339_824_000
  wallMs = (): number => this.nowMs
  monoMs = (): number => this.nowMs
}

function running() {
  const clock = new HandClock()
  const source = new PostedSource('pump', clock)
  const states: string[] = []
  const rig = startStream(
    { source, clock, device: 'pump' },
    { sourceState: (state, reason) => states.push(`${state}: ${reason}`) },
  )
  onTestFinished(() => source.stop())
  const stamped = (second: number, change = {}) =>
    sampleFrame(null, {
      stamp: { kind: 'ts', value: clock.nowMs / 1000 + second },
      ...change,
    })
  return { ...rig, clock, inbox: source.inbox, states, stamped }
}

describe('PostedSource', () => {
  it('takes a sample that is posted again once, by its number', () => {
    const { inbox, samples, stream, clock } = running()
    expect(inbox.take([sampleFrame(1), sampleFrame(2)], 80)).toBe(0)
    clock.nowMs += 60_000
    expect(inbox.take([sampleFrame(2), sampleFrame(3), sampleFrame(3)], 80)).toBe(2)
    expect(samples.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(stream.ledger).toMatchObject({ lines: 5, samples: 3, duplicates: 2, bytes: 160 })
  })

  it('by its time, where it has no number; equal ones within a request are several', () => {
    const { inbox, samples, stamped } = running()
    const [one, other] = [stamped(-2), stamped(-1)]
    expect(inbox.take([one, one, other], 80)).toBe(0)
    expect(inbox.take([one, one, other, stamped(-1, { voltage: 4 })], 80)).toBe(3)
    expect(samples).toHaveLength(4)
  })

  it('never where nothing says which one it is, nor by a number alone much later', () => {
    const { inbox, samples, clock } = running()
    expect(inbox.take([sampleFrame(null)], 40)).toBe(0)
    expect(inbox.take([sampleFrame(null)], 40)).toBe(0)
    expect(inbox.take([sampleFrame(7)], 40)).toBe(0)
    clock.nowMs += 180_000
    // A device that counts from its start on again.
    expect(inbox.take([sampleFrame(6)], 40)).toBe(0)
    expect(samples.map(({ seq }) => seq)).toEqual([null, null, 7, 6])
  })

  it('gives samples of a minute that come together their own times', () => {
    const { inbox, samples, stamped, clock } = running()
    inbox.take(
      Array.from({ length: 60 }, (_, i) => stamped(i - 60)),
      4000,
    )
    const ages = samples.map(({ timeUs }) => timeUs / 1e6 - clock.nowMs / 1000)
    for (const [i, age] of ages.entries()) expect(age).toBeCloseTo(i - 60, 2)
  })

  it('is silent before the first post and counts what is refused without being live', () => {
    const { inbox, states, stream } = running()
    inbox.refuse({ kind: 'malformed', reason: 'json', protected: false }, 9)
    expect(states).toEqual(['silent: no sample has been posted yet'])
    inbox.take([sampleFrame(1)], 40)
    expect(states).toEqual(['silent: no sample has been posted yet', 'live: '])
    expect(stream.ledger).toMatchObject({ lines: 2, malformed: 1, samples: 1 })
  })

  it('is silent again after a pause that is longer than usual', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const { inbox, states, clock } = running()
    const wait = (s: number): void => {
      clock.nowMs += s * 1000
      vi.advanceTimersByTime(s * 1000)
    }
    for (let seq = 0; seq < 4; seq++) {
      inbox.take([sampleFrame(seq)], 40)
      wait(2)
    }
    expect(states.at(-1)).toBe('live: ')
    wait(60)
    expect(states.at(-1)).toBe('silent: no sample is posted any more')
    inbox.take([sampleFrame(4)], 40)
    expect(states.at(-1)).toBe('live: ')
  })

  it('takes nothing before its start and after its end', async () => {
    const source = new PostedSource('pump')
    expect(source.inbox.isOpen).toBe(false)
    startStream({ source, clock: new HandClock() })
    expect(source.inbox.isOpen).toBe(true)
    await source.stop()
    expect(source.inbox.isOpen).toBe(false)
  })
})
