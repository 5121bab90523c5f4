import { expect, it } from 'vitest'
import type { EventKind } from '../../src/domain/events.ts'
import { EventList } from '../../src/monitor/event-list.ts'

function rig() {
  const list = new EventList()
  return {
    add: (second: number, kind: EventKind, text: string) =>
      list.add({ timeUs: second * 1e6, kind, text }),
    shown: () =>
      list.newest.map(({ timeUs, text, flood }) => {
        const times = flood ? ` ${flood.count}x since ${flood.sinceUs / 1e6}` : ''
        return `${timeUs / 1e6}${times} ${text}`
      }),
  }
}

it('a flood is one event with its number, first and last time, and pushes nothing else out', () => {
  const { add, shown } = rig()
  add(0, 'restart', 'the device restarted (boot 18)')
  for (let i = 0; i < 100; i++) {
    add(10 + i, 'lost', `${1 + (i % 3)} samples, seq ${i * 7}`)
    add(10.5 + i, 'recovery', 'healed')
  }
  expect(shown()).toEqual([
    '109.5 100x since 10.5 healed',
    '109 100x since 10 1 samples, seq 693',
    '0 the device restarted (boot 18)',
  ])
})

it('what is a minute apart, says something else, or is told one by one is no flood', () => {
  const { add, shown } = rig()
  add(0, 'lost', '1 sample')
  add(61, 'lost', '1 sample')
  add(62, 'lost', 'none')
  add(63, 'note', '1 sample')
  add(64, 'alarm_on', 'x')
  add(65, 'alarm_on', 'x')
  expect(shown()).toEqual(['65 x', '64 x', '63 1 sample', '62 none', '61 1 sample', '0 1 sample'])
})

it('the newest 50 are kept', () => {
  const { add, shown } = rig()
  for (let i = 0; i < 60; i++) add(i * 100, 'lost', '1')
  expect(shown()).toHaveLength(50)
})

it('those of one part of a device are no flood with those of another one', () => {
  const list = new EventList()
  const [one, two] = ['g1', 'g2'].map((about) => ({ kind: 'poll' as const, text: about, about }))
  for (let i = 0; i < 3; i++) {
    for (const each of [one, two]) if (each) list.add({ timeUs: i * 1e6, ...each })
  }
  expect(list.newest.map(({ text, flood }) => [text, flood?.count])).toEqual([
    ['g2', 3],
    ['g1', 3],
  ])
})
