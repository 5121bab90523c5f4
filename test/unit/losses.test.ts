import { expect, it } from 'vitest'
import type { Stamp } from '../../src/protocol/frames.ts'
import { type Loss, Losses } from '../../src/stream/losses.ts'

const EPOCH = { id: 1, device: 'bench', boot: null, startedUs: 0 }
const NONE: Stamp = { kind: 'none' }
const ms = (value: number): Stamp => ({ kind: 'ms', value })

/** Between two samples; stamps are ms of the same axis. */
function lossOf(first: number, count: number, fromUs: number, toUs: number): Loss {
  const timeOf = (stamp: Stamp): number | null => (stamp.kind === 'ms' ? stamp.value * 1000 : null)
  return { first, count, reason: 'not_healable', epoch: EPOCH, fromUs, toUs, timeOf }
}

/** Times of samples that come after all, in the order in which they come. */
function timesOf(losses: Losses, ...late: [seq: number, stamp: Stamp][]): (number | undefined)[] {
  return late.map(([seq, stamp]) => losses.take(seq, stamp)?.timeUs)
}

it('gives a late sample the time of its stamp, else that of its place among the lost ones', () => {
  const losses = new Losses()
  losses.record(lossOf(3, 3, 0, 100_000))
  expect(timesOf(losses, [5, ms(80)], [3, NONE])).toEqual([80_000, 26_667])
})

it('keeps the order of the numbers, whatever the stamps say and in whatever order they come', () => {
  const losses = new Losses()
  losses.record(lossOf(3, 4, 0, 100_000))
  // #4 is 10 ms behind the sample before the hole; #3, without a stamp, would be at 20 ms.
  expect(timesOf(losses, [4, ms(10)], [3, NONE], [6, ms(9)], [5, NONE])).toEqual([
    10_000, 5000, 70_000, 40_000,
  ])
})

it('leaves a µs for each of the others', () => {
  const losses = new Losses()
  losses.record(lossOf(0xffff_ffff, 3, 1000, 1004))
  expect(timesOf(losses, [1, ms(1.001)], [0, NONE], [0xffff_ffff, ms(1.003)])).toEqual([
    1003, 1002, 1001,
  ])
})

it('lets holes of different reasons between the same two samples share their span', () => {
  const losses = new Losses()
  losses.record(lossOf(3, 2, 0, 100_000))
  losses.record(lossOf(5, 2, 0, 100_000))
  expect(timesOf(losses, [5, NONE], [4, NONE])).toEqual([60_000, 40_000])
})

it('goes on behind the run that a clock set back has ended', () => {
  const losses = new Losses()
  losses.record(lossOf(3, 2, 100_000, 5000))
  expect(timesOf(losses, [3, NONE], [4, ms(4)])).toEqual([100_001, 100_002])
})

it('does not take the same sample twice, and forgets what has come', () => {
  const losses = new Losses()
  losses.record(lossOf(1, 1, 0, 1000))
  for (let seq = 3; seq < 1000; seq += 2) {
    losses.record(lossOf(seq, 1, seq * 1000, seq * 1000 + 1000))
    losses.take(seq, NONE)
    expect(losses.take(seq, NONE)).toBeNull()
  }
  expect(losses.take(1, NONE)?.timeUs).toBe(500)
})
