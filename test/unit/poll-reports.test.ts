import { describe, expect, it } from 'vitest'
import { SpellReports } from '../../src/sources/mc/spell-reports.ts'
import type { TagReading } from '../../src/sources/mc/tag-reader.ts'
import { TagTroubles } from '../../src/sources/mc/tag-troubles.ts'
import { pollTag } from '../support/plc-rig.ts'

const REASON = 'the one before was still under way'

describe('SpellReports', () => {
  it('reports one spell at once, and those of the next minute together', () => {
    const reports = new SpellReports()
    const said: unknown[] = []
    // A turn is skipped at each second due time.
    for (let nowMs = 0; nowMs <= 120_000; nowMs += 200) {
      reports.add({ turns: 1, sinceMs: nowMs, reason: REASON })
      const spell = reports.take(nowMs + 100, 'due')
      if (spell !== null) said.push([nowMs, spell.turns, spell.sinceMs])
    }
    expect(said).toEqual([
      [0, 1, 0],
      [60_000, 300, 200],
      [120_000, 300, 60_200],
    ])
    reports.add({ turns: 2, sinceMs: 121_000, reason: REASON })
    expect(reports.take(121_500, 'due')).toBeNull()
    expect(reports.take(121_500, 'now')).toEqual({ turns: 2, sinceMs: 121_000, reason: REASON })
    expect(reports.take(121_500, 'now')).toBeNull()
  })

  it('reports what was held back though nothing more happens', () => {
    const reports = new SpellReports()
    for (const sinceMs of [0, 1000]) {
      reports.add({ turns: 1, sinceMs, reason: REASON })
      reports.take(sinceMs + 500, 'due')
    }
    expect(reports.take(60_499, 'due')).toBeNull()
    expect(reports.take(60_500, 'due')).toMatchObject({ turns: 1, sinceMs: 1000 })
  })
})

describe('TagTroubles', () => {
  const well: TagReading = { kind: 'value', value: 1 }
  const none: TagReading = { kind: 'value', value: null }

  it('says a tag that fails again and again once a minute, and counts each', () => {
    const said: string[] = []
    const troubles = new TagTroubles([pollTag('v=D100')], (text) => said.push(text))
    for (let i = 0; i < 1200; i++) troubles.look([i % 2 === 0 ? none : well], i * 100)
    expect(troubles.count).toBe(600)
    expect(said).toHaveLength(4)
  })

  it('says one that goes on failing, though it was said not long ago', () => {
    const said: string[] = []
    const troubles = new TagTroubles([pollTag('v=D100')], (text) => said.push(text))
    for (const [i, reading] of [none, well, none].entries()) troubles.look([reading], i * 1000)
    expect(said).toHaveLength(2)
    troubles.look([none], 60_000)
    troubles.look([none], 90_000)
    expect(said[2]).toMatch(/^can't read v \(D100\)/)
    expect(said).toHaveLength(3)
  })
})
