import { describe, expect, it } from 'vitest'
import { LinkRig, running } from '../support/link-rig.ts'

const SET_BAUD = '> {"cmd":"set_baud","value":500000,"seq":40}'
const UNANSWERED = 'done 1 unanswered'

describe('PROTOCOL.md 6: commands', () => {
  it('one at a time; the answer ends it, and the next one goes out', () => {
    const rig = running().command(1, 'save').command(2, 'read')
    expect(rig.words).toEqual(['> {"cmd":"save","seq":40}'])
    rig.frame({ kind: 'ack', seq: 40, protected: true })
    expect(rig.words).toEqual(['done 1 ok', 'command_acked', '> {"cmd":"read","seq":41}'])
    rig.frame({ kind: 'ack', seq: 40, protected: true })
    rig.frame({ kind: 'nack', seq: 41, error: 'sensor', protected: true })
    expect(rig.words).toEqual(['done 2 refused'])
  })

  it('repeats it with the same number after 0.5, 1 and 2 s, and gives up 4 s later', () => {
    const rig = running().command(1, 'save')
    const sentMs: number[] = []
    for (let ms = 0; ms <= 7500; ms += 10) {
      for (const word of rig.words) {
        if (word === 'done 1 unanswered') expect(ms).toBe(7500)
        else expect(word).toBe('> {"cmd":"save","seq":40}')
        sentMs.push(ms)
      }
      rig.wait(10)
    }
    expect(sentMs).toEqual([0, 500, 1500, 3500, 7500])
  })

  it('after a nack without a number it repeats at once', () => {
    const rig = running().command(1, 'save').wait(50)
    rig.frame({ kind: 'nack', seq: null, error: 'crc', protected: true })
    expect(rig.sent).toHaveLength(2)
  })

  it('on a new connection it sends the command again from the start', () => {
    const rig = running().command(1, 'save').wait(100)
    expect(rig.connected().hello({ nextSeq: 1 }).sent).toHaveLength(2)
  })

  it('a command waits until the device has been heard, or was silent for 5 s', () => {
    const rig = new LinkRig().command(1, 'save').wait(20_000)
    expect(rig.sent).toEqual([])
    rig.connected().wait(1000)
    expect(rig.sent).toEqual([])
    rig.hello()
    expect(rig.sent).toEqual(['{"cmd":"save","seq":40}'])
    const silent = new LinkRig().connected().command(1, 'save').wait(5000)
    expect(silent.sent).toEqual(['{"cmd":"save","seq":40}'])
  })

  it('what was under way when the device restarted is sent again', () => {
    const rig = running().command(1, 'save').wait(100)
    expect(rig.sent).toHaveLength(1)
    rig.hello({ boot: 18 })
    expect(rig.sent).toEqual(['{"cmd":"save","seq":40}'])
  })

  it('set_baud: after the answer the line has the new rate', () => {
    const rig = running().setBaud(500_000)
    rig.frame({ kind: 'ack', seq: 40, protected: true })
    expect(rig.words).toEqual([SET_BAUD, 'rate 500000', 'done 1 ok', 'command_acked'])
    expect(rig.connected().hello({ nextSeq: 1 }).words[0]).toBe('hello known')
  })

  it('set_baud: without an answer it is repeated at both rates in turn, then all is as before', () => {
    const rig = running().setBaud(500_000).wait(8000)
    const there = ['rate 500000', '> ', SET_BAUD, 'rate null', '> ', SET_BAUD]
    expect(rig.words).toEqual([
      SET_BAUD,
      ...there,
      'rate 500000',
      '> ',
      SET_BAUD,
      'rate null',
      '> ',
      UNANSWERED,
    ])
  })

  it('set_baud: where the answer got lost, the repeat at the new rate is answered', () => {
    const rig = running().setBaud(500_000).wait(500)
    rig.frame({ kind: 'ack', seq: 40, protected: true })
    const repeated = [SET_BAUD, 'rate 500000', '> ', SET_BAUD]
    expect(rig.words).toEqual([...repeated, 'done 1 ok', 'command_acked'])
  })

  it('set_baud: where a repeat is garbled, the next one goes out at the same rate', () => {
    const rig = running().setBaud(500_000).wait(1500)
    expect(rig.words.slice(-3)).toEqual(['rate null', '> ', SET_BAUD])
    rig.frame({ kind: 'nack', seq: null, error: 'syntax', protected: true })
    expect(rig.words).toEqual([SET_BAUD])
    rig.frame({ kind: 'ack', seq: 40, protected: true })
    expect(rig.words).toEqual(['rate 500000', 'done 1 ok', 'command_acked'])
  })

  it('set_baud: where it is refused, or heard at the old rate only in the second round, too', () => {
    const refused = running().setBaud(7000)
    refused.frame({ kind: 'nack', seq: 40, error: 'range', protected: true })
    expect(refused.words.slice(1)).toEqual(['done 1 refused'])
    const late = running().setBaud(500_000).wait(1500)
    expect(late.words.slice(-3)).toEqual(['rate null', '> ', SET_BAUD])
    late.frame({ kind: 'ack', seq: 40, protected: true })
    expect(late.words).toEqual(['rate 500000', 'done 1 ok', 'command_acked'])
  })

  it('refuses more than can wait', () => {
    const rig = running()
    for (let id = 0; id < 33; id++) rig.command(id, 'save')
    expect(rig.words.slice(1)).toEqual(['done 32 dropped'])
  })
})

describe('PROTOCOL.md 6: acknowledgements', () => {
  it('go to a device that resends, at most one a second, each number once', () => {
    const rig = running().durable(0).wait(10).durable(1).wait(500)
    expect(rig.sent).toEqual(['{"ack":0}'])
    expect(rig.wait(500).sent).toEqual(['{"ack":1}'])
    expect(rig.durable(1).wait(5000).sent).toEqual([])
  })

  it('do not go to a plain device', () => {
    const rig = new LinkRig().hello({ depth: 0 }).samples(0).durable(0).wait(5000)
    expect(rig.sent).toEqual([])
  })
})
