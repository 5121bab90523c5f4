import { expect, test } from 'vitest'
import { parseChannelIds, parseChannels } from '../../src/export/requested-channels.ts'

test('ids are read as a CSV record, each once', () => {
  expect(parseChannelIds(' v, grid,"left, right",v,all')).toEqual([
    'v',
    'grid',
    'left, right',
    'all',
  ])
  expect(parseChannels('soc,lux')).toEqual(['soc', 'lux'])
})

test('all stands for each of them where that may be said', () => {
  expect(parseChannels(' all')).toBe('all')
  expect(parseChannelIds('all')).toEqual(['all'])
})

test.each(['', 'v,,a', 'v,'])('%j names no channels', (text) => {
  expect(() => parseChannels(text)).toThrow(/names no channels/)
  expect(() => parseChannelIds(text)).toThrow(/names no channels/)
})
