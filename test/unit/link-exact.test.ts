import { describe, expect, it } from 'vitest'
import { sampleFrame } from '../support/frames.ts'
import { LinkRig } from '../support/link-rig.ts'

function exact(): LinkRig {
  const rig = new LinkRig({
    duplex: false,
    isExact: true,
    // The log knows devices that this one might be.
    resumePoints: () => [{ name: 'bench', boot: 3, lastSeq: 10, order: 1 }],
  })
  return rig.connected()
}

describe('a link whose lines come whole', () => {
  it('holds no sample back: each is handed on, or a repeat, when it comes', () => {
    const rig = exact()
    expect(rig.samples(100).words).toEqual(['100'])
    expect(rig.samples(5000).words).toEqual(['gap 101+4899', 'lost 101+4899 not_healable', '5000'])
    expect(rig.samples(200).words).toEqual(['late 200'])
    expect(rig.samples(200).words).toEqual(['duplicate 200'])
    expect(rig.samples(5000).words).toEqual(['duplicate 5000'])
    expect(rig.samples(5001).words).toEqual(['5001'])
  })

  it('takes a number that falls back for a restart at once', () => {
    const rig = exact().samples(100, 101)
    rig.frame(sampleFrame(0, { voltage: 3 }))
    expect(rig.words).toEqual(['100', '101', 'restarted null', '0'])
    expect(rig.samples(1).words).toEqual(['1'])
  })

  it('hands on all of two that count for themselves under one name', () => {
    const rig = exact()
    const seqs = Array.from({ length: 20 }, (_, i) => [100 + i, 500 - i]).flat()
    const handed = rig.samples(...seqs).words.filter((word) => /^(late )?(\d+|null)$/.test(word))
    expect(handed).toHaveLength(seqs.length)
  })
})
