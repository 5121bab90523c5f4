import { describe, expect, it } from 'vitest'
import { DEFAULT_RANGE } from '../../src/domain/limits.ts'
import type { Frame, HelloFrame, SampleFrame } from '../../src/protocol/frames.ts'
import { Link, type LinkOptions } from '../../src/protocol/link/link.ts'
import type { LinkEvent } from '../../src/protocol/link/link-event.ts'
import type { ResumePoint } from '../../src/protocol/link/resume.ts'
import { sampleFrame } from '../support/frames.ts'

/** A link whose events are written down in words; time stands still until a test moves it. */
class Rig {
  readonly link: Link
  nowMs = 0
  /** What came of the inputs since the last look. */
  #words: string[] = []

  constructor(options: Partial<LinkOptions> = {}) {
    this.link = new Link({
      duplex: true,
      bytesPerSecond: 11_520,
      firstCommandSeq: 40,
      resumePoints: () => [],
      source: '/dev/ttyUSB0',
      names: ['port'],
      takesOwnName: true,
      ...options,
    })
  }

  frame(frame: Frame): this {
    return this.#note(this.link.frame(frame, this.nowMs * 1000, this.nowMs))
  }

  samples(...seqs: number[]): this {
    for (const seq of seqs) this.frame(sampleFrame(seq))
    return this
  }

  resend(seq: number): this {
    return this.frame(sampleFrame(seq, { resend: true }))
  }

  hello(change: Partial<HelloFrame> = {}): this {
    return this.frame({
      kind: 'hello',
      model: 'ina219',
      name: null,
      firmware: null,
      boot: 17,
      nextSeq: 0,
      firstSeq: 0,
      depth: 98,
      intervalMs: 10,
      range: DEFAULT_RANGE,
      mode: 'stream',
      calibration: null,
      outputs: null,
      members: {},
      protected: true,
      ...change,
    })
  }

  command(id: number, cmd: string): this {
    return this.#note(this.link.command(id, { cmd }, this.nowMs))
  }

  setBaud(value: number): this {
    return this.#note(this.link.command(1, { cmd: 'set_baud', value }, this.nowMs))
  }

  connected(): this {
    return this.#note(this.link.connected(this.nowMs))
  }

  durable(seq: number): this {
    return this.#note(this.link.durable(seq))
  }

  finish(): this {
    return this.#note(this.link.finish())
  }

  /** Lets time pass, with timers every 10 ms. */
  wait(ms: number): this {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      this.nowMs += 10
      this.#note(this.link.tick(this.nowMs))
    }
    return this
  }

  get words(): string[] {
    const words = this.#words
    this.#words = []
    return words
  }

  /** Lines to the device alone. */
  get sent(): string[] {
    return this.words.flatMap((word) => (word.startsWith('> ') ? [word.slice(2)] : []))
  }

  #note(events: readonly LinkEvent[]): this {
    this.#words.push(...events.map(wordOf))
    return this
  }
}

function wordOf(event: LinkEvent): string {
  switch (event.kind) {
    case 'sample':
      return `${event.arrival.frame.seq}${event.healed ? ' healed' : ''}`
    case 'duplicate':
    case 'late':
    case 'implausible':
      return `${event.kind} ${event.arrival.frame.seq}`
    case 'gap':
      return `gap ${event.first}+${event.count}`
    case 'lost':
      return `lost ${event.first}+${event.count} ${event.reason}`
    case 'restarted':
      return `restarted ${event.boot}`
    case 'hello':
      return `hello ${event.known ? 'known' : 'new'}${event.resumedFrom === null ? '' : ` after ${event.resumedFrom.lastSeq}`}`
    case 'command_done':
      return `done ${event.id} ${event.result.kind}`
    case 'line_rate':
      return `rate ${event.baud}`
    case 'send':
      return `> ${event.line.replace(/,"crc":"....".$/, '}')}`
    default:
      return event.kind
  }
}

const SET_BAUD = '> {"cmd":"set_baud","value":500000,"seq":40}'
const UNANSWERED = 'done 1 unanswered'
const HELLO_40 = '{"cmd":"hello","seq":40}'
/** A rig whose device has said hello and sent sample 0. */
const running = (options: Partial<LinkOptions> = {}): Rig => {
  const rig = new Rig(options)
  rig.connected().hello().samples(0)
  expect(rig.words).toEqual(['hello known', '0'])
  return rig
}

describe('PROTOCOL.md 4: start, identity, numbers', () => {
  it('the host is silent until the first valid line, then asks for hello', () => {
    const rig = new Rig()
    rig.connected().wait(100)
    rig.frame({ kind: 'malformed', reason: 'json', protected: false }).frame({ kind: 'blank' })
    rig.frame({ kind: 'overlong' }).frame({ kind: 'crc_error', reason: 'mismatch' })
    expect(rig.words).toEqual([])
    rig.samples(5)
    expect(rig.words).toEqual([`> ${HELLO_40}`])
  })

  it('the first samples wait a moment for the answer, so that they come under its name', () => {
    const rig = new Rig().connected().samples(5, 6).hello({ nextSeq: 7, name: 'bench' })
    expect(rig.words).toEqual([`> ${HELLO_40}`, 'hello known', '5', '6'])
    const plain = new Rig().connected().samples(5, 6).wait(400)
    expect(plain.words.filter((word) => !word.startsWith('>'))).toEqual([])
    expect(plain.wait(10).words).toEqual(['5', '6'])
    expect(new Rig({ takesOwnName: false }).connected().samples(5).words[0]).toBe('5')
  })

  it('it does not ask a device that says hello by itself', () => {
    expect(running().wait(10_000).sent).toEqual([])
  })

  it('where 5 s pass without any line, it asks into the silence, three times', () => {
    const rig = new Rig()
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
    const rig = new Rig({ duplex: false })
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
    const rig = new Rig({ resumePoints: () => [point()] })
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
      new Rig({ resumePoints: () => points, ...options })
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
    const rig = new Rig({ resumePoints: () => [point()] })
    rig.connected().samples(8, 9).wait(2500)
    expect(rig.words.filter((word) => !word.startsWith('>'))).toEqual([])
    expect(rig.wait(10).words).toEqual(['8', '9'])
  })

  it('another boot than those that are logged begins with the first of its samples', () => {
    const rig = new Rig({ resumePoints: () => [point({ boot: 16 })] })
    rig.connected().samples(5, 6).hello({ nextSeq: 7 })
    expect(rig.words.filter((word) => !word.startsWith('>'))).toEqual(['hello known', '5', '6'])
  })

  it('one way nothing waits', () => {
    const rig = new Rig({ resumePoints: () => [point()], duplex: false })
    expect(rig.samples(8).words).toEqual(['8'])
  })
})

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
    const rig = new Rig().command(1, 'save').wait(20_000)
    expect(rig.sent).toEqual([])
    rig.connected().wait(1000)
    expect(rig.sent).toEqual([])
    rig.hello()
    expect(rig.sent).toEqual(['{"cmd":"save","seq":40}'])
    const silent = new Rig().connected().command(1, 'save').wait(5000)
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
    const rig = new Rig().hello({ depth: 0 }).samples(0).durable(0).wait(5000)
    expect(rig.sent).toEqual([])
  })
})

describe('PROTOCOL.md 7: replay', () => {
  const ask = (first: number, last: number): string[] => [
    `> {"nack":[${first},${last}]}`,
    'nack_sent',
  ]

  it('a gap is asked for once; what comes is put in its place', () => {
    const rig = running().samples(3)
    expect(rig.words).toEqual(['gap 1+2', ...ask(1, 2)])
    rig.resend(1).resend(2).resend(2)
    expect(rig.words).toEqual(['1 healed', '2 healed', '3', 'duplicate 2'])
    expect(rig.wait(2000).sent).toEqual([])
  })

  it('at most 32 samples in a request, one request at a time', () => {
    const rig = running().samples(60)
    expect(rig.words).toEqual(['gap 1+59', ...ask(1, 32)])
    for (let seq = 1; seq <= 31; seq++) rig.resend(seq)
    expect(rig.sent).toEqual([])
    rig.resend(32)
    expect(rig.sent).toEqual(['{"nack":[33,59]}'])
  })

  it('again where nothing of it has come within 0.3 s, four times at most', () => {
    const rig = running().samples(2)
    const words: string[] = []
    // Other lines come meanwhile, or the line would be dead and not the request.
    for (let seq = 3; seq < 60; seq++) {
      words.push(...rig.words)
      rig.wait(100).samples(seq)
    }
    expect(words.filter((word) => word === 'nack_sent')).toHaveLength(4)
    expect(words.filter((word) => word.startsWith('lost'))).toEqual(['lost 1+1 unanswered'])
  })

  it('gone marks the range as lost, for ever', () => {
    const rig = running().samples(4).frame({ kind: 'gone', first: 1, last: 2, protected: true })
    expect(rig.words).toEqual(['gap 1+3', ...ask(1, 3), 'lost 1+2 gone'])
    rig.resend(3)
    expect(rig.words).toEqual(['3 healed', '4'])
    expect(rig.wait(2000).sent).toEqual([])
  })

  it('never for what is older than depth', () => {
    const rig = running().samples(200)
    expect(rig.words).toEqual(['gap 1+199', 'lost 1+102 too_old', ...ask(103, 134)])
  })

  it('no number without a resend is asked for: one way, and of a device without a ring', () => {
    for (const rig of [
      new Rig({ duplex: false }).hello().samples(0),
      new Rig().hello({ depth: 0 }).samples(0),
    ]) {
      rig.samples(3, 4).wait(1000)
      expect(rig.words.slice(2)).toEqual(['gap 1+2', 'lost 1+2 not_healable', '3', '4'])
    }
  })

  it('a line without a known limit is asked at once, too', () => {
    const rig = running({ bytesPerSecond: null }).hello({ nextSeq: 3 })
    expect(rig.words).toEqual(['hello known', 'gap 1+2', ...ask(1, 2)])
  })

  it('at the end nothing waits', () => {
    const rig = running().samples(3).finish()
    expect(rig.words).toEqual(['gap 1+2', ...ask(1, 2), 'lost 1+2 unanswered', '3'])
  })
})

it('takes the next input while the events of the one before are handled', () => {
  const { link } = running()
  const frame = (seq: number): SampleFrame => sampleFrame(seq)
  link.frame(frame(4), 0, 0)
  const order: (number | null)[] = []
  let next: readonly LinkEvent[] = []
  for (const event of link.finish()) {
    if (event.kind === 'lost') next = link.frame(frame(5), 0, 0)
    if (event.kind === 'sample') order.push(event.arrival.frame.seq)
  }
  for (const event of next) if (event.kind === 'sample') order.push(event.arrival.frame.seq)
  expect(order).toEqual([4, 5])
})
