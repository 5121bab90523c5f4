import { describe, expect, it } from 'vitest'
import { addressText } from '../../src/protocol/mc3e/address.ts'
import { planReads } from '../../src/protocol/mc3e/read-plan.ts'
import type { McRequest } from '../../src/protocol/mc3e/request.ts'
import { parseTag } from '../../src/protocol/mc3e/tag.ts'

const text = (request: McRequest): string => {
  const name = (point: Parameters<typeof addressText>[0] | object): string =>
    addressText({ bit: null, ...point } as Parameters<typeof addressText>[0])
  if (request.kind !== 'random') return `${request.kind} ${name(request.from)} ${request.points}`
  return `random ${request.words.map(name)} | ${request.doubles.map(name)}`
}
const plan = (tags: readonly string[], limits = {}): string[] =>
  planReads(
    tags.map((tag) => {
      const [address = '', type] = tag.split('=')
      return parseTag({ address, ...(type !== undefined && { type }) })
    }),
    'ascii',
    limits,
  ).map(({ request }) => text(request))
const range = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `D${from + i}`)

describe('planReads', () => {
  it('joins neighbours, and reads short gaps along', () => {
    expect(plan(['D100', 'D101', 'D110=float32', 'D140'])).toEqual(['words D100 41'])
  })

  it('takes at most so many tags a request', () => {
    expect(plan(range(0, 100))).toEqual(['words D0 50', 'words D50 50'])
    expect(plan(range(0, 100), { tags: 960 })).toEqual(['words D0 100'])
  })

  it('stays within 960 words', () => {
    const tags = Array.from({ length: 40 }, (_, i) => `D${i * 32}`)
    expect(plan(tags)).toEqual(['words D0 929', 'words D960 289'])
  })

  it('puts what lies scattered into one random read, 32 bits as double words', () => {
    const tags = ['D100', 'D500=float32', 'W1F', 'M8000', 'X10', 'ZR1000=string 5', 'D9000.5']
    expect(plan(tags)).toEqual(['random D100,D9000,W1F,M8000,X10,ZR1002 | D500,ZR1000'])
  })

  it('reads bits as words, but contacts as bits', () => {
    expect(plan(['M0', 'M17', 'M40'])).toEqual(['words M0 3'])
    expect(plan(['TS0', 'TS5', 'M3'])).toEqual(['bits TS0 6', 'words M0 1'])
  })

  it('reads a long run and short ones apart', () => {
    const tags = [...range(1000, 20), 'D9000', 'R5']
    expect(plan(tags)).toEqual(['words D1000 20', 'random D9000,R5 | '])
  })

  it('reads nothing where there is nothing', () => {
    expect(plan([])).toEqual([])
  })
})
