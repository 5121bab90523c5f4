import { describe, expect, it } from 'vitest'
import { sampleFrame } from '../support/frames.ts'
import { LinkRig, running } from '../support/link-rig.ts'

describe('a link waits', () => {
  it('for samples that it has asked for', () => {
    const rig = running().samples(0)
    expect(rig.link.isWaiting).toBe(false)
    rig.samples(3)
    expect(rig.link.isWaiting).toBe(true)
    rig.resend(1)
    expect(rig.link.isWaiting).toBe(true)
    rig.resend(2)
    expect(rig.link.isWaiting).toBe(false)
  })

  it('until a request is over whose samples came by themselves: commands stand behind it', () => {
    const rig = running().samples(0, 2)
    rig.frame(sampleFrame(1))
    expect(rig.link.isWaiting).toBe(true)
    rig.wait(500).samples(3)
    expect(rig.link.isWaiting).toBe(false)
  })

  it('for the answer to a command', () => {
    const rig = running().samples(0).command(7, 'selftest')
    expect(rig.link.isWaiting).toBe(true)
    const [line = ''] = rig.sent
    const { seq } = JSON.parse(line) as { seq: number }
    rig.frame({ kind: 'ack', seq, protected: true })
    expect(rig.link.isWaiting).toBe(false)
  })

  it('with samples of a device that may still say who it is, but not while that one is away', () => {
    const rig = new LinkRig().connected().samples(5)
    expect(rig.link.isWaiting).toBe(true)
    rig.link.disconnected()
    // Whom it has asked already is asked until it has failed.
    rig.wait(10_000)
    expect(rig.link.isWaiting).toBe(false)
  })

  it('for nothing where nothing can be sent', () => {
    const rig = new LinkRig({ duplex: false }).samples(0, 3)
    expect(rig.link.isWaiting).toBe(false)
  })
})
