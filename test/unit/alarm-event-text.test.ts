import { expect, it } from 'vitest'
import { readEventText } from '../../src/alarms/event-text.ts'

it('reads the text of an event back', () => {
  expect(
    readEventText('over: load: value 1.35 A, peak 1.71 A, for 1m12s [a > 1.2A for 5s latch]'),
  ).toEqual({
    name: 'over: load',
    rule: 'a > 1.2A for 5s latch',
    value: 1.35,
    peak: 1.71,
    unit: 'A',
    durationMs: 72_000,
  })
  expect(readEventText('lost: value 3, peak 3, for 0s [lost(1m) > 2]')).toMatchObject({
    value: 3,
    unit: '',
    durationMs: 0,
  })
  expect(readEventText('x: value -, peak -, for 0s [silent]')).toMatchObject({
    value: null,
    peak: null,
  })
  expect(readEventText('something else')).toBeNull()
})
