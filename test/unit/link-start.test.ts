import { describe, expect, it } from 'vitest'
import type { HelloFrame } from '../../src/protocol/frames.ts'
import type { LinkOptions } from '../../src/protocol/link/link.ts'
import type { ResumePoint } from '../../src/protocol/link/resume.ts'
import { sampleFrame } from '../support/frames.ts'
import { HELLO_40, LinkRig, running } from '../support/link-rig.ts'

describe('PROTOCOL.md 4: start, identity, numbers', () => {
  it('the host is silent until the first valid line, then asks for hello', () => {
    const rig = new LinkRig()
    rig.connected().wait(100)
    rig.frame({ kind: 'malformed', reason: 'json', protected: false }).frame({ kind: 'blank' })
    rig.frame({ kind: 'overlong' }).frame({ kind: 'crc_error', reason: 'mismatch' })
    expect(rig.words).toEqual([])
    rig.samples(5)
    expect(rig.words).toEqual([`> ${HELLO_40}`])
  })

  it('the first samples wait a moment for the answer, so that they come under its name', () => {
    const rig = new LinkRig().connected().samples(5, 6).hello({ nextSeq: 7, name: 'bench' })
    expect(rig.words).toEqual([`> ${HELLO_40}`, 'hello known', '5', '6'])
    const plain = new LinkRig().connected().samples(5, 6).wait(400)
    expect(plain.words.filter((word) => !word.startsWith('>'))).toEqual([])
    expect(plain.wait(10).words).toEqual(['5', '6'])
    expect(new LinkRig({ takesOwnName: false }).connected().samples(5).words[0]).toBe('5')
  })

  it('it does not ask a device that says hello by itself', () => {
    expect(running().wait(10_000).sent).toEqual([])
  })

  it('where 5 s pass without any line, it asks into the silence, three times', () => {
    const rig = new LinkRig()
    rig.connected().wait(4990)
    expect(rig.sent).toEqual([])
    rig.wait(20_000)
    expect(rig.sent).toEqual([HELLO_40, HELLO_40, HELLO_40])
  })

  it('another boot number is a new run, the same one is not', () => {
    const rig = running()
    rig.hello({ nextSeq: 1 })
    expect(rig.words).toEqual(['hello known'])
    rig.hello({ boot: 18 }).samples(0, 1)
    expect(rig.words).toEqual(['restarted 18', 'hello new', '0', '1'])
  })

  it('a counter that is kept over a reset shows what the run before has lost', () => {
    const rig = running()
    rig.hello({ boot: 18, nextSeq: 4, firstSeq: 4 }).samples(4)
    const lost = ['gap 1+3', 'lost 1+3 restart']
    expect(rig.words).toEqual([...lost, 'restarted 18', 'hello new', '4'])
  })

  it('numbers wrap at 2^32', () => {
    const rig = new LinkRig({ duplex: false })
    rig.samples(4_294_967_294, 4_294_967_295, 0, 1)
    expect(rig.words).toEqual(['4294967294', '4294967295', '0', '1'])
  })

  it('a count that falls back without a hello is a restart: who is there is asked again', () => {
    const rig = running()
    rig.samples(1, 2).frame(sampleFrame(0, { voltage: 9 }))
    expect(rig.words).toEqual(['1', '2', 'restarted null', '0'])
    expect(rig.samples(1).words).toEqual(['1', `> ${HELLO_40}`])
  })
})

describe('PROTOCOL.md 4: a boot that the log knows', () => {
  const point = (change: Partial<ResumePoint> = {}): ResumePoint => ({
    name: 'port',
    boot: 17,
    lastSeq: 2,
    order: 1,
    ...change,
  })

  it('samples wait for hello, which goes on behind the last one logged', () => {
    const rig = new LinkRig({ resumePoints: () => [point()] })
    rig.connected().samples(5, 6)
    expect(rig.words).toEqual([`> ${HELLO_40}`])
    rig.hello({ nextSeq: 7 })
    expect(rig.words).toEqual(['hello known after 2', 'gap 3+2'])
    rig.frame({ kind: 'ack', seq: 40, protected: true })
    expect(rig.words).toEqual(['command_acked', '> {"nack":[3,4]}', 'nack_sent'])
    rig.resend(3).resend(4)
    expect(rig.words).toEqual(['3 healed', '4 healed', '5', '6'])
  })

  it('the newest run of the same boot counts, under any of its names', () => {
    const points = [
      point({ lastSeq: 2, order: 4 }),
      point({ name: 'bench', lastSeq: 5, order: 7 }),
      point({ name: 'bench', boot: 16, order: 9 }),
      point({ name: 'another', lastSeq: 6, order: 8 }),
    ]
    const greeting = (options: Partial<LinkOptions>, hello: Partial<HelloFrame>): string[] =>
      new LinkRig({ resumePoints: () => points, ...options })
        .hello({ nextSeq: 6, ...hello })
        .words.slice(0, 1)
    expect(greeting({}, { name: 'bench' })).toEqual(['hello known after 5'])
    expect(greeting({}, {})).toEqual(['hello known after 2'])
    expect(greeting({ takesOwnName: false }, { name: 'bench' })).toEqual(['hello known after 2'])
    expect(greeting({ names: ['elsewhere'] }, {})).toEqual(['hello known'])
    expect(greeting({}, { boot: 3, name: 'bench' })).toEqual(['hello known'])
    expect(greeting({}, { boot: null, name: 'bench' })).toEqual(['hello known'])
  })

  it('a device that says no hello is waited for, but not for ever', () => {
    const rig = new LinkRig({ resumePoints: () => [point()] })
    rig.connected().samples(8, 9).wait(2500)
    expect(rig.words.filter((word) => !word.startsWith('>'))).toEqual([])
    expect(rig.wait(10).words).toEqual(['8', '9'])
  })

  it('another boot than those that are logged begins with the first of its samples', () => {
    const rig = new LinkRig({ resumePoints: () => [point({ boot: 16 })] })
    rig.connected().samples(5, 6).hello({ nextSeq: 7 })
    expect(rig.words.filter((word) => !word.startsWith('>'))).toEqual(['hello known', '5', '6'])
  })

  it('one way nothing waits', () => {
    const rig = new LinkRig({ resumePoints: () => [point()], duplex: false })
    expect(rig.samples(8).words).toEqual(['8'])
  })
})
