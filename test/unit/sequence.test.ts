import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SampleFrame } from '../../src/protocol/frames.ts'
import { EventList, type LinkEvent } from '../../src/protocol/link/link-event.ts'
import { MAX_HELD, type SampleOrder } from '../../src/protocol/link/sample-order.ts'
import { SequenceTracker } from '../../src/protocol/link/sequence.ts'
import { advance } from '../../src/util/serial-number.ts'
import { sampleFrame } from '../support/frames.ts'

function track(): {
  tracker: SequenceTracker
  order: SampleOrder
  log: string[]
  accept: (seq: number | null, change?: Partial<SampleFrame>, arrivalUs?: number) => void
} {
  const log: string[] = []
  const tracker = new SequenceTracker(
    new (class extends EventList {
      override push(event: LinkEvent): void {
        log.push(wordOf(event))
      }
    })(),
  )
  const accept = (seq: number | null, change: Partial<SampleFrame> = {}, arrivalUs = 0): void =>
    tracker.accept({ frame: sampleFrame(seq, change), arrivalUs })
  return { tracker, order: tracker.order, log, accept }
}

function wordOf(event: LinkEvent): string {
  switch (event.kind) {
    case 'sample':
      return `${event.arrival.frame.seq}${event.healed ? 'h' : ''}`
    case 'duplicate':
      return `dup ${event.arrival.frame.seq}`
    case 'late':
      return `late ${event.arrival.frame.seq}`
    case 'implausible':
      return `bad ${event.arrival.frame.seq}`
    case 'gap':
      return `gap ${event.first}+${event.count}`
    case 'lost':
      return `lost ${event.first}+${event.count} ${event.reason}`
    case 'restarted':
      return 'restart'
    default:
      return event.kind
  }
}

describe('SequenceTracker without healing', () => {
  it('hands on in order, over the wrap at 2^32', () => {
    const { log, accept } = track()
    for (let n = 0; n < 4; n++) accept(advance(0xfffffffe, n))
    expect(log).toEqual(['4294967294', '4294967295', '0', '1'])
  })

  it('counts a hole as lost as soon as the next sample confirms it, also across the wrap', () => {
    const { log, accept } = track()
    accept(0xfffffffe)
    accept(2)
    expect(log).toEqual(['4294967294'])
    accept(3)
    const lost = 'lost 4294967295+3 not_healable'
    expect(log).toEqual(['4294967294', 'gap 4294967295+3', lost, '2', '3'])
  })

  it('tells a repeated sample from a count that began anew', () => {
    const { log, accept } = track()
    for (const seq of [7, 8, 8, 9]) accept(seq)
    expect(log).toEqual(['7', '8', 'dup 8', '9'])
    accept(0)
    accept(1)
    expect(log.slice(4)).toEqual(['restart', '0', '1'])
  })

  it('takes the same number with other values for a restart, not for a repeat', () => {
    const { log, accept } = track()
    accept(0)
    accept(1)
    accept(0, { voltage: 9 })
    accept(1, { voltage: 9 })
    expect(log).toEqual(['0', '1', 'restart', '0', '1'])
  })

  it('takes one that comes after all, once, and is not misled by it', () => {
    for (const change of [{ resend: true }, {}, { protected: false }]) {
      const { log, accept } = track()
      const at = (seq: number): Partial<SampleFrame> => ({ stamp: { kind: 'ms', value: seq } })
      for (const seq of [0, 1, 5, 6]) accept(seq, at(seq))
      log.length = 0
      for (const seq of [3, 3, 4, 7, 2]) accept(seq, { ...change, ...at(seq) })
      expect(log).toEqual(['late 3', 'dup 3', 'late 4', '7', 'late 2'])
    }
  })

  it('tells a repeated sample from another one by its channels, too', () => {
    const { log, accept } = track()
    const bare: Partial<SampleFrame> = {
      electric: false,
      voltage: Number.NaN,
      current: Number.NaN,
      stamp: { kind: 'ms', value: 5 },
    }
    accept(1, { ...bare, extras: { soc: 80 } })
    accept(1, { ...bare, extras: { soc: 80 } })
    accept(1, { ...bare, extras: { soc: 81 } })
    accept(2, { ...bare, extras: { soc: 82, lux: 1 } })
    expect(log).toEqual(['1', 'dup 1', 'bad 1', '2'])
  })

  it('passes samples without numbers', () => {
    const { log, accept } = track()
    accept(null)
    accept(null)
    expect(log).toEqual(['null', 'null'])
  })
})

describe('SequenceTracker and unprotected numbers', () => {
  const plain = { protected: false }

  it('does not believe one number that fits nothing', () => {
    const { log, accept } = track()
    for (const seq of [10, 11, 900_000_012, 13, 14]) accept(seq, plain)
    expect(log).toEqual([
      '10',
      '11',
      'bad 900000012',
      'gap 12+1',
      'lost 12+1 not_healable',
      '13',
      '14',
    ])
  })

  it('believes a jump or a restart that the next one confirms', () => {
    const { log, accept } = track()
    for (const seq of [10, 11, 5000, 5001]) accept(seq, plain)
    expect(log).toEqual(['10', '11', 'gap 12+4988', 'lost 12+4988 not_healable', '5000', '5001'])
    log.length = 0
    for (const seq of [0, 1, 2]) accept(seq, plain)
    expect(log).toEqual(['restart', '0', '1', '2'])
  })

  it('waits with one that came a few numbers too soon, where nothing can have damaged it', () => {
    for (const ahead of [2, 3, 5, 8]) {
      const between = Array.from({ length: ahead - 1 }, (_, i) => i + 1)
      const sent = [0, ahead, ...between, ahead + 1, ahead + 2]
      const { tracker, log, accept } = track()
      for (const seq of sent) accept(seq)
      tracker.finish()
      expect(log).toEqual(sent.toSorted((x, y) => x - y).map(String))
    }
  })

  it('takes one that came too soon without protection for wrong', () => {
    for (const ahead of [4, 5, 8]) {
      const between = Array.from({ length: ahead - 1 }, (_, i) => i + 1)
      const { log, accept } = track()
      for (const seq of [0, ahead, ...between, ahead + 1, ahead + 2]) accept(seq, plain)
      expect(log).toContain(`bad ${ahead}`)
    }
  })

  it('hands on several that came too soon as soon as their turn has come', () => {
    const { log, accept } = track()
    for (const seq of [0, 7, 6, 1, 2, 3, 4, 5]) accept(seq)
    expect(log).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  })

  it('and forgets it where it came again in its turn', () => {
    const { log, accept } = track()
    for (const seq of [0, 5, 1, 2, 3, 4, 5, 6]) accept(seq)
    expect(log).toEqual(['0', '1', '2', '3', '4', '5', 'dup 5', '6'])
  })

  it('believes the last one of a stream', () => {
    const { tracker, log, accept } = track()
    for (const seq of [5, 6, 0]) accept(seq, plain)
    tracker.finish()
    expect(log).toEqual(['5', '6', 'restart', '0'])
  })
})

describe('SequenceTracker and numbers that mean nothing', () => {
  const plain: Partial<SampleFrame> = { protected: false, stamp: { kind: 'none' } }
  const odd = { ...plain, oddSeq: true }

  it('takes a restart with equal values and no time stamp for a restart', () => {
    for (const [protection, everyUs] of [
      [true, 100_000],
      [false, 100_000],
      [false, 0],
    ] as const) {
      const { tracker, log, accept } = track()
      for (let n = 0; n < 30; n++) {
        accept(n % 10, { ...plain, protected: protection }, n * everyUs)
      }
      tracker.finish()
      const run = Array.from({ length: 10 }, (_, i) => String(i))
      expect(log).toEqual([...run, 'restart', ...run, 'restart', ...run])
    }
  })

  it('still takes a line that is there twice, and one that is there thrice, for one', () => {
    const { log, accept } = track()
    for (const seq of [0, 1, 1, 2, 2, 2, 3]) accept(seq, plain)
    expect(log).toEqual(['0', '1', 'dup 1', '2', 'dup 2', 'dup 2', '3'])
  })

  it.each([
    ['constant', [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]],
    ['falling', [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]],
    ['at random', [5e8, 3, 9e8, 2e8, 1e9, 77, 8e8, 4e8, 15, 6e8, 1e8, 7e8]],
  ])('delivers all samples of a device whose numbers are %s', (_name, numbers) => {
    for (const everyUs of [0, 1e6]) {
      for (const isProtected of [false, true]) {
        const { tracker, log, accept } = track()
        numbers.forEach((seq, i) => {
          accept(seq, { ...plain, protected: isProtected, voltage: i }, i * everyUs)
        })
        tracker.finish()
        expect(log).toEqual([String(numbers[0]), 'unnumbered', ...Array(11).fill('null')])
      }
    }
  })

  it('does the same with protected lines of a device that heals, after some restarts', () => {
    const { order, log, accept } = track()
    order.healing = true
    for (let i = 0; i < 20; i++) accept(7, { voltage: i })
    expect(log.filter((entry) => entry === 'restart').length).toBeLessThanOrEqual(8)
    expect(log.filter((entry) => entry === '7' || entry === 'null')).toHaveLength(20)
  })

  it('goes on without numbers where an int overflows', () => {
    const { tracker, log, accept } = track()
    for (const seq of [32766, 32767]) accept(seq, plain)
    for (let n = 0; n < 10; n++) accept(null, odd)
    tracker.finish()
    expect(log).toEqual(['32766', '32767', 'unnumbered', ...Array(10).fill('null')])
  })

  it('leaves out a single number that can be none', () => {
    const { log, accept } = track()
    accept(1, plain)
    accept(null, odd)
    for (const seq of [3, 4]) accept(seq, plain)
    expect(log).toEqual(['1', 'bad null', 'gap 2+1', 'lost 2+1 not_healable', '3', '4'])
  })

  it('loses one sample to one wrong number, however little it is off', () => {
    for (const off of [1, 5, 30, 800, -800, 65_536, 3e9]) {
      for (const at of [1001, 1500, 1998]) {
        for (const isProtected of [false, true]) {
          const { tracker, log, accept } = track()
          for (let seq = 1000; seq < 2000; seq++) {
            accept(seq === at ? advance(seq, off) : seq, { ...plain, protected: isProtected })
          }
          tracker.finish()
          const lost = log.filter((entry) => entry.startsWith('lost'))
          expect(lost, `${off} at ${at}`).toEqual([`lost ${at}+1 not_healable`])
          expect(log.filter((entry) => /^bad|^dup/.test(entry))).toHaveLength(1)
          expect(log).not.toContain('restart')
          expect(log).not.toContain('unnumbered')
          expect(log.filter((entry) => /^\d+$/.test(entry))).toHaveLength(999)
        }
      }
    }
  })

  it('counts again after a hello', () => {
    const { tracker, log, accept } = track()
    for (let i = 0; i < 9; i++) accept(7, { ...plain, voltage: i })
    tracker.restart(0)
    accept(0)
    accept(1)
    expect(log.slice(-2)).toEqual(['0', '1'])
  })
})

describe('SequenceTracker with healing', () => {
  it('holds back what is behind a hole until it is filled', () => {
    const { order, log, accept } = track()
    order.healing = true
    for (const seq of [1, 4, 5]) accept(seq)
    expect(log).toEqual(['1', 'gap 2+2'])
    accept(3, { resend: true })
    accept(2, { resend: true })
    expect(log).toEqual(['1', 'gap 2+2', '2h', '3h', '4', '5'])
  })

  it('gives up part of a hole and keeps the order', () => {
    const { order, log, accept } = track()
    order.healing = true
    for (const seq of [1, 6]) accept(seq)
    accept(4, { resend: true })
    order.giveUp(2, 2, 'gone')
    expect(log).toEqual(['1', 'gap 2+4', 'lost 2+2 gone', '4h'])
    accept(4, { resend: true })
    order.giveUp(0, 100, 'unanswered')
    expect(log.slice(4)).toEqual(['dup 4', 'lost 5+1 unanswered', '6'])
  })

  it('learns from a hello that newer ones were sent', () => {
    const { tracker, order, log, accept } = track()
    order.healing = true
    accept(1)
    tracker.knowSentUpTo(4)
    accept(4)
    tracker.finish()
    expect(log).toEqual(['1', 'gap 2+2', 'lost 2+2 unanswered', '4'])
  })

  it('a restart settles all that waits; a count kept over it shows what was lost before', () => {
    const { tracker, order, log, accept } = track()
    order.healing = true
    for (const seq of [1, 3]) accept(seq)
    tracker.restart(5)
    accept(5)
    expect(log).toEqual([
      '1',
      'gap 2+1',
      'lost 2+1 restart',
      '3',
      'gap 4+1',
      'lost 4+1 restart',
      '5',
    ])
  })

  it('holds a bounded number of samples', () => {
    const { order, log, accept } = track()
    order.healing = true
    accept(0)
    for (let seq = 2; seq < MAX_HELD + 3; seq++) accept(seq)
    expect(log.slice(0, 4)).toEqual(['0', 'gap 1+1', 'lost 1+1 overflow', '2'])
    // Nothing is held any more: all are handed on.
    expect(log).toHaveLength(3 + MAX_HELD + 1)
    expect(log.at(-1)).toBe(String(MAX_HELD + 2))
  })

  it('agrees with a simple model: every sample once, in order, or lost', () => {
    const scenario = fc.record({
      start: fc.constantFrom(0, 1000, 0xfffffff0),
      fates: fc.array(fc.constantFrom('ok', 'ok', 'ok', 'ok', 'drop', 'heal', 'twice'), {
        minLength: 1,
        maxLength: 80,
      }),
      shuffle: fc.infiniteStream(fc.nat()),
    })
    fc.assert(
      fc.property(scenario, ({ start, fates, shuffle }) => {
        const { tracker, order, log, accept } = track()
        order.healing = true
        const all = ['ok', ...fates, 'ok']
        const late: number[] = []
        all.forEach((fate, i) => {
          const seq = advance(start, i)
          if (fate === 'heal') late.push(seq)
          if (fate === 'ok' || fate === 'twice') accept(seq)
          if (fate === 'twice') accept(seq)
        })
        late.sort(() => ((shuffle.next().value as number) % 2 === 0 ? 1 : -1))
        for (const seq of late) accept(seq, { resend: true })
        tracker.finish()

        const delivered = log
          .filter((entry) => /^\d+h?$/.test(entry))
          .map((e) => Number.parseInt(e, 10))
        const wanted = all.flatMap((fate, i) => (fate === 'drop' ? [] : [advance(start, i)]))
        expect(delivered).toEqual(wanted)
        const lost = log.flatMap((entry) =>
          entry.startsWith('lost') ? [Number(entry.match(/\+(\d+)/)?.[1])] : [],
        )
        expect(lost.reduce((a, b) => a + b, 0)).toBe(all.filter((fate) => fate === 'drop').length)
        expect(log.filter((entry) => entry.startsWith('dup')).length).toBe(
          all.filter((fate) => fate === 'twice').length,
        )
      }),
      { numRuns: 1000 },
    )
  })
})
