import { expect, it } from 'vitest'
import { emptyTrace } from '../../src/chart/trace.ts'
import { ELECTRIC_CHANNELS, extraChannel } from '../../src/domain/channels.ts'
import { drawnChannels } from '../../src/serve/view/drawn-channels.ts'

function channels(further: number) {
  const extra = Array.from({ length: further }, (_, i) => extraChannel(`c${i}`, i))
  return [...ELECTRIC_CHANNELS, ...extra]
}

it('sends voltage, current, power and sixteen more of a device that has many', () => {
  const many = channels(1000)
  // As a log has them, in an order of its own.
  const ids = many.map(({ id }) => id).reverse()
  const trace = emptyTrace({ startUs: 0, slotUs: 1, length: 3 }, ids)
  const drawn = Object.keys(drawnChannels(trace, many).channels)
  expect(new Set(drawn)).toEqual(new Set(many.slice(0, 19).map(({ id }) => id)))
})

it('sends all of one that has few', () => {
  const few = channels(16)
  const ids = few.map(({ id }) => id)
  const trace = emptyTrace({ startUs: 0, slotUs: 1, length: 3 }, ids)
  expect(drawnChannels(trace, few)).toBe(trace)
})
