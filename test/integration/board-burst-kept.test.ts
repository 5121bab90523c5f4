import { describe, expect, it } from 'vitest'
import { BoardRig } from '../support/board.ts'
import {
  arm,
  inrush,
  linesWith,
  type Options,
  type SentBurst,
  started,
  triggers,
  untilBurst,
  waveform,
} from '../support/board-burst.ts'

describe('a burst that is kept', () => {
  /** A step, once. */
  function stepped(options: Options = {}): { rig: BoardRig; burst: SentBurst } {
    let stepUs = Number.POSITIVE_INFINITY
    const rig = started((us) => (us >= stepUs ? 2 : 0.1), options)
    expect(rig.command('set_interval', { value: 100 })).toBe('ok')
    arm(rig, { level: 1 })
    rig.board.runMs(50)
    stepUs = rig.board.timeUs
    return { rig, burst: untilBurst(rig) }
  }

  it('is sent again, the same, until it is two seconds old; then samples go on', () => {
    const { rig, burst } = stepped()
    const began = rig.now
    for (let i = 0; i < 3; i++) {
      rig.board.runMs(1500)
      const from = rig.now
      expect(rig.command('get_burst')).toBe('ok')
      expect(untilBurst(rig, 1000, from)).toEqual(burst)
    }
    expect(rig.samples(began)).toEqual([])
    // The same number, once more: its answer was lost.
    const lost = rig.now
    rig.send({ cmd: 'get_burst', seq: 77 })
    untilBurst(rig, 1000, lost)
    const again = rig.now
    rig.send({ cmd: 'get_burst', seq: 77 })
    expect(untilBurst(rig, 1000, again)).toEqual(burst)
    rig.board.runMs(1950)
    expect(rig.samples(began)).toEqual([])
    rig.board.runMs(200)
    expect(rig.samples(began)[0]).toMatchObject({ status: 'part' })
    expect(rig.command('get_burst')).toBe('range')
    expect(triggers(rig, began)).toEqual([])
  })

  it('gives way to the next trigger, whose number is one higher', () => {
    const { rig, burst } = stepped()
    expect(rig.command('set_interval', { value: 0 })).toBe('busy')
    arm(rig, { level: 1, slope: 'fall', pre: 0 })
    expect(rig.command('get_burst')).toBe('range')
    rig.board.sensor.feed = waveform((us) => (us % 9000 < 4500 ? 2 : 0.3))
    expect(untilBurst(rig)).toMatchObject({ number: burst.number + 1, pre: 0 })
    const from = rig.now
    expect(rig.command('set_trigger', { value: 'off' })).toBe('ok')
    rig.board.runMs(300)
    expect(rig.samples(from).length).toBeGreaterThan(1)
    expect(triggers(rig, from)).toEqual([])
  })

  it('can be had in pieces from a line that loses some of them', () => {
    let lines = 0
    const rig = new BoardRig({
      toHost: (byte) => {
        if (byte === 0x0a) lines += 1
        return lines % 3 === 1 && byte !== 0x0a ? 0x23 : byte
      },
      sensor: { feed: waveform(inrush) },
    })
    rig.board.runMs(200)
    rig.send({ cmd: 'set_trigger', value: { level: 1.5 }, seq: 1 })
    const pieces = new Map<number, readonly number[]>()
    for (let i = 0; i < 4; i++) {
      rig.board.runMs(600)
      for (const { text } of rig.arrivals) {
        if (!text.startsWith('{"burst":')) continue
        const line = JSON.parse(text) as { i: number; c: number[] }
        pieces.set(line.i, line.c)
      }
      rig.send({ cmd: 'get_burst', seq: 10 + i })
    }
    expect([...pieces.keys()].sort((a, b) => a - b)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((k) => k * 20),
    )
  })

  it('works in poll mode, which goes on afterwards', () => {
    const rig = started(inrush)
    expect(rig.command('set_mode', { value: 'poll' })).toBe('ok')
    arm(rig, { level: 1.5 })
    untilBurst(rig)
    expect(rig.command('read')).toBe('busy')
    rig.board.runMs(2200)
    const from = rig.now
    expect(rig.command('read')).toBe('ok')
    expect(rig.samples(from)).toMatchObject([{ status: 'ok' }])
  })
})

describe('what disturbs it', () => {
  const armed = (options: Options = {}): BoardRig => {
    const rig = started(() => 0.5, options)
    expect(rig.command('set_interval', { value: 100 })).toBe('ok')
    arm(rig, { level: 1 })
    rig.board.runMs(100)
    return rig
  }

  /** Samples are `ok` again, and another burst can be had. */
  function expectGoesOn(rig: BoardRig): void {
    rig.board.runMs(1500)
    expect(rig.samples().at(-1)).toMatchObject({ status: 'ok', current: 0.5 })
    arm(rig, { level: 1 })
    rig.board.sensor.feed = waveform(inrush)
    expect(untilBurst(rig).counts).toHaveLength(200)
  }

  it.each<[string, (rig: BoardRig) => void, (rig: BoardRig) => void]>([
    [
      'the sensor is lost',
      ({ board }) => {
        board.sensor.present = false
      },
      ({ board }) => {
        board.sensor.present = true
      },
    ],
    [
      'SDA is held low',
      ({ board }) => {
        board.bus.stuck = 'sda'
      },
      ({ board }) => {
        board.bus.stuck = 'none'
      },
    ],
    [
      'SCL is held low',
      ({ board }) => {
        board.bus.stuck = 'scl'
      },
      ({ board }) => {
        board.bus.stuck = 'none'
      },
    ],
    ['the sensor has a brown-out', ({ board }) => board.sensor.brownOut(), () => {}],
  ])('ends, and says so, where %s', (_, disturb, mend) => {
    const rig = armed()
    const from = rig.now
    disturb(rig)
    rig.board.runMs(200)
    expect(triggers(rig, from)).toEqual(['off'])
    expect(linesWith(rig, 'burst', from)).toEqual([])
    mend(rig)
    expectGoesOn(rig)
  })

  it('never takes what a brown-out leaves for a current', () => {
    // The register pointer is back at the configuration, 0x399F: 1.4751 A.
    const rig = armed()
    expect(rig.command('set_cutoff', { value: { output: 'A', above: 1.2 } })).toBe('ok')
    expect(rig.command('set_output', { value: { A: true } })).toBe('ok')
    for (let i = 0; i < 20; i++) {
      const from = rig.now
      rig.board.runMs(i * 0.0041)
      rig.board.sensor.brownOut()
      rig.board.runMs(40)
      expect(triggers(rig, from)).toEqual(['off'])
      expect(rig.board.isHigh('D', 4)).toBe(true)
      expect(linesWith(rig, 'burst', from)).toEqual([])
      const notes = rig.arrivals.slice(from).filter(({ text }) => text.includes('set up again'))
      expect(notes).toHaveLength(1)
      arm(rig, { level: 1 })
    }
  })

  it.each<[string, number]>([
    ['armed', 6],
    ['kept', 1],
  ])('is over after a reset while it is %s, at an address that was not saved', (state, moments) => {
    for (let i = 0; i < moments; i++) {
      const rig = new BoardRig({ sensor: { address: 0x45, feed: waveform(inrush) } })
      rig.hello()
      expect(rig.command('set_interval', { value: 20 })).toBe('ok')
      arm(rig, { level: 1.5 })
      if (state === 'kept') untilBurst(rig)
      rig.board.runMs(i * 0.0193)
      const from = rig.now
      rig.board.reset('external')
      rig.until(({ frame }) => (frame.kind === 'hello' ? true : null), 3000, from)
      const hello = rig.now
      // Armed, it would say so each second.
      rig.board.runMs(i === 0 ? 1300 : 300)
      expect(triggers(rig, hello)).toEqual([])
      expect(rig.samples(hello).length).toBeGreaterThan(0)
      expect(rig.samples(hello).every(({ status }) => status === 'ok')).toBe(true)
      expect(rig.command('get_burst')).toBe('range')
    }
  })

  it.each([false, true])('is over after a hang, with interrupts off: %s', (isDeaf) => {
    const rig = armed()
    const from = rig.now
    rig.board.hang(isDeaf)
    rig.until(({ frame }) => (frame.kind === 'hello' ? true : null), 6000, from)
    rig.board.runMs(1100)
    expect(rig.samples(from).at(-1)).toMatchObject({ status: 'ok', current: 0.5 })
    expectGoesOn(rig)
  })

  it('ends at once where there is no sensor', () => {
    const rig = started(() => 0.5)
    rig.board.sensor.present = false
    rig.board.runMs(1500)
    const from = rig.now
    expect(rig.command('set_trigger', { value: { level: 1 } })).toBe('ok')
    rig.board.runMs(300)
    expect(triggers(rig, from).at(-1)).toBe('off')
    rig.board.sensor.present = true
    expectGoesOn(rig)
  })

  it('leaves at least 350 bytes for the stack', () => {
    const rig = started(inrush, { baud: 1_000_000 })
    expect(rig.command('set_interval', { value: 0 })).toBe('ok')
    expect(rig.command('set_time', { value: 1_790_000_000.5 })).toBe('ok')
    expect(rig.command('set_us', { value: true })).toBe('ok')
    expect(rig.command('set_shunt', { value: 0.0123 })).toBe('ok')
    rig.board.runMs(60)
    const newest = rig.samples().at(-1)?.seq as number
    arm(rig, { level: 5 })
    rig.send({ nack: [newest - 31, newest] })
    expect(rig.command('hello')).toBe('ok')
    untilBurst(rig)
    for (const cmd of ['get_burst', 'selftest', 'hello', 'save']) {
      expect(rig.command(cmd)).toBe('ok')
      rig.board.runMs(100)
    }
    rig.sample()
    rig.board.runMs(50)
    rig.board.sensor.brownOut()
    rig.board.runMs(50)
    expect(rig.command('selftest')).toBe('ok')
    expect(rig.board.stackLeft).toBeGreaterThanOrEqual(350)
  })
})
