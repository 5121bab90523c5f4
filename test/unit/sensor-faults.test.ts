import { expect, it } from 'vitest'
import { DEFAULT_RANGE } from '../../src/domain/limits.ts'
import type { Sample } from '../../src/domain/sample.ts'
import { SensorFaults } from '../../src/monitor/sensor-faults.ts'
import { sampleOf } from '../support/samples.ts'

const BEGIN_US = 1_790_000_000_000_000

function rig() {
  const events: string[] = []
  const faults = new SensorFaults(
    () => DEFAULT_RANGE,
    ({ timeUs, text }) => events.push(`${(timeUs - BEGIN_US) / 1e6} ${text}`),
  )
  /** A sample each 0.1 s from that second on. */
  const run = (second: number, count: number, change: Partial<Sample> = {}): void => {
    for (let i = 0; i < count; i++) {
      faults.sample(sampleOf({ timeUs: BEGIN_US + second * 1e6 + i * 100_000, ...change }))
    }
  }
  const latches = (): string[] =>
    faults.latches.map(({ word, count, samples, sinceUs, untilUs }) => {
      const until = untilUs === null ? 'on' : (untilUs - BEGIN_US) / 1e6
      return `${word} ${count}x ${(sinceUs - BEGIN_US) / 1e6}..${until} n=${samples}`
    })
  return { faults, events, run, latches }
}

const NOSENSOR = { status: 'nosensor' }

it('a fault is told at its begin and its end, with duration and samples, and stays latched', () => {
  const { events, run, latches } = rig()
  run(0, 10)
  run(1, 30, NOSENSOR)
  expect(latches()).toEqual(['nosensor 1x 1..on n=30'])
  run(4, 30)
  expect(events).toEqual([
    '1 nosensor: the sensor does not answer',
    '4 nosensor: over, after 3s, 30 samples',
  ])
  expect(latches()).toEqual(['nosensor 1x 1..4 n=30'])
})

it('one that flaps is one event, however often it comes and goes', () => {
  const { events, run, latches } = rig()
  for (let second = 0; second < 60; second++) {
    run(second, 1, NOSENSOR)
    run(second + 0.1, 9)
  }
  run(60, 30)
  expect(events).toEqual([
    '0 nosensor: the sensor does not answer',
    '59.1 nosensor: over, after 59.1s, 60 samples in 60 times',
  ])
  expect(latches()).toEqual(['nosensor 60x 0..59.1 n=60'])
})

it('each kind has its own latch, the newest first; a remark of a sketch is no fault', () => {
  const { events, run, latches } = rig()
  run(0, 1, { status: 'clip' })
  run(1, 1, { status: 'charging' })
  run(2, 1, { status: 'bad_time' })
  run(10, 1, { current: -3.2 })
  run(20, 1, { voltage: 30, status: 'out_of_range' })
  run(30, 1, { status: 'ovf,out_of_range' })
  run(40, 1, { status: 'clip' })
  expect(latches()).toEqual([
    'clip 2x 0..on n=2',
    'ovf 1x 30..40 n=1',
    'out_of_range 1x 20..30 n=1',
    'full 1x 10..20 n=1',
  ])
  expect(events.filter((each) => each.includes(': over'))).toEqual([
    '1 clip: over, after 1s, 1 sample',
    '20 full: over, after 10s, 1 sample',
    '30 out_of_range: over, after 10s, 1 sample',
    '40 ovf: over, after 10s, 1 sample',
  ])
})

it('acknowledged it is gone; what goes on is latched again only once it begins anew', () => {
  const { faults, events, run, latches } = rig()
  run(0, 10, NOSENSOR)
  faults.acknowledge()
  expect(latches()).toEqual([])
  expect(events.at(-1)).toBe('0.9 nosensor: acknowledged, 10 samples')
  run(1, 10, NOSENSOR)
  expect(latches()).toEqual([])
  run(2, 1)
  run(2.1, 1, NOSENSOR)
  expect(latches()).toEqual(['nosensor 1x 2.1..on n=1'])
  faults.acknowledge()
  faults.acknowledge()
  expect(events.filter((each) => each.includes('acknowledged'))).toHaveLength(2)
})

it('late samples say nothing; a clock that is set back ends what was away; the end of a run tells what is on', () => {
  const { faults, events, run } = rig()
  run(10, 1, { ...NOSENSOR, origin: 'late' })
  expect(events).toEqual([])
  run(10, 2, NOSENSOR)
  run(5, 1)
  expect(events.at(-1)).toBe('5 nosensor: over, after 0s, 2 samples')
  run(6, 2, { status: 'error' })
  faults.end()
  faults.end()
  expect(events.slice(2)).toEqual([
    '6 error: the device can not read the sensor',
    '6.1 error: still so at the end, after 100ms, 2 samples',
  ])
})
