import { describe, expect, it } from 'vitest'
import { KnownEnd, KnownEnds } from '../../src/stats/known-ends.ts'
import { sampleOf } from '../support/samples.ts'

function endOf(epochId: number, seq: number): KnownEnd {
  return new KnownEnd(sampleOf({ epochId, seq, timeUs: 1_790_000_000_000_000 + seq * 1e6 }))
}

describe('KnownEnds', () => {
  it('knows nothing of what lay before a late sample of a run that it does not keep', () => {
    const ends = new KnownEnds(null)
    for (const epochId of [1, 2, 3, 4, 5]) ends.insert(endOf(epochId, 10), false)
    // The first run has been pushed out.
    expect(ends.insert(endOf(1, 8), true)).toEqual({ before: null, after: null, isCut: true })
    expect(ends.insert(endOf(5, 8), true)).toMatchObject({ before: null, isCut: false })
  })

  it('is asked for neighbours without forgetting a run for it', () => {
    const ends = new KnownEnds(null)
    for (const epochId of [1, 2, 3, 4]) ends.insert(endOf(epochId, 10), false)
    for (const unknown of [7, 8, 9, 10]) {
      expect(ends.around(unknown, 5)).toEqual({ before: null, after: null })
    }
    expect(ends.around(1, 11).before?.seq).toBe(10)
  })
})
