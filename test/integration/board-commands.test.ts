import { describe, expect, it } from 'vitest'
import { withCrc } from '../../src/protocol/crc.ts'
import { BoardRig } from '../support/board.ts'

function started(options = {}): BoardRig {
  const rig = new BoardRig(options)
  rig.hello()
  return rig
}

/** The members of the newest hello. */
function asked(rig: BoardRig): Record<string, unknown> {
  const from = rig.now
  expect(rig.command('hello')).toBe('ok')
  const hello = rig.arrivals.slice(from).find(({ frame }) => frame.kind === 'hello')
  return JSON.parse(hello?.text ?? '{}')
}

/** Few conversions, as each of them costs the emulator time: for minutes in which nothing depends on them. */
function calm(rig: BoardRig): void {
  expect(rig.command('set_averaging', { value: 128 })).toBe('ok')
}

/** ms between the samples that follow. */
function spacings(rig: BoardRig, ms: number): number[] {
  const from = rig.now
  rig.board.runMs(ms)
  const times = rig.samples(from).map(({ stamp }) => (stamp.kind === 'none' ? 0 : stamp.value))
  return times.slice(1).map((time, i) => time - (times[i] as number))
}

/** A sample waits for the end of the conversion under way, so single ones vary; the grid does not. */
function expectEvery(intervalMs: number, found: readonly number[]): void {
  const total = found.reduce((sum, ms) => sum + ms, 0)
  expect(found.length).toBeGreaterThan(10)
  expect(Math.abs(total - intervalMs * found.length)).toBeLessThanOrEqual(2)
  for (const ms of found) expect(Math.abs(ms - intervalMs)).toBeLessThanOrEqual(2)
}

describe('hello', () => {
  it('says all that the protocol lists, protected by a CRC', () => {
    const rig = new BoardRig()
    expect(rig.hello().protected).toBe(true)
    // Behind the LF that ends what a reset may have cut.
    expect(rig.arrivals[0]?.text).toBe('')
    const hello = JSON.parse(rig.arrivals[1]?.text ?? '{}')
    expect(hello).toMatchObject({
      hello: 'ina219',
      proto: 1,
      seq: 0,
      interval: 1000,
      shunt: 0.1,
      range: 32,
      amax: 3.2,
      avg: 1,
      bits: 12,
      addr: 64,
      baud: 115200,
      mode: 'stream',
    })
    expect(hello.depth).toBeGreaterThanOrEqual(64)
    expect(hello.fw).toMatch(/^\d+\.\d+\.\d+$/)
  })
})

describe('commands', () => {
  it('set_interval spaces the samples, 0 takes every conversion', () => {
    const rig = started()
    expect(rig.command('set_interval', { value: 50 })).toBe('ok')
    rig.board.runMs(100)
    expectEvery(50, spacings(rig, 1000))
    expect(rig.command('set_interval', { value_ms: 20 })).toBe('ok')
    rig.board.runMs(100)
    expectEvery(20, spacings(rig, 500))
    expect(asked(rig)['interval']).toBe(20)
    expect(rig.command('set_interval', { value: 0 })).toBe('ok')
    rig.board.runMs(100)
    // 115200 baud carries some 120 of them.
    expect(spacings(rig, 500).length).toBeGreaterThan(50)
  })

  it.each([
    ['set_interval', { value: -1 }],
    ['set_interval', { value: 3_600_001 }],
    ['set_range', { value: 20 }],
    ['set_range', { value: 16, shunt_mv: 50 }],
    ['set_averaging', { value: 3 }],
    ['set_averaging', { value: 256 }],
    ['set_averaging', { value: 1, bits: 13 }],
    ['set_shunt', { value: 0 }],
    ['set_shunt', { value: -0.1 }],
    ['set_baud', { value: 7000 }],
    ['set_baud', { value: 2_000_000 }],
    ['set_mode', { value: 'fast' }],
  ])('%s refuses %o', (cmd, value) => {
    const rig = started()
    const before = asked(rig)
    expect(rig.command(cmd, value)).toBe('range')
    expect({ ...asked(rig), crc: '', seq: 0 }).toEqual({ ...before, crc: '', seq: 0 })
  })

  it('set_time puts Unix seconds in place of ms', () => {
    const rig = started()
    expect(rig.sample().stamp.kind).toBe('ms')
    for (const value of [1_790_000_000.25, 1_790_000_000_250]) {
      expect(rig.command('set_time', { value })).toBe('ok')
      const sentMs = rig.board.timeMs
      const { stamp } = rig.sample()
      expect(stamp.kind).toBe('ts')
      const elapsedS = (rig.board.timeMs - sentMs) / 1000
      const time = stamp.kind === 'ts' ? stamp.value : 0
      expect(time).toBeGreaterThan(1_790_000_000.24)
      expect(time).toBeLessThan(1_790_000_000.26 + elapsedS)
    }
  })

  it('set_range and set_averaging reach the sensor', () => {
    const rig = started()
    expect(rig.command('set_range', { value: 16, shunt_mv: 80 })).toBe('ok')
    expect(rig.command('set_averaging', { value: 128 })).toBe('ok')
    // They are written before the next sample.
    expect(rig.command('read')).toBe('ok')
    const configuration = rig.board.sensor.peek(0)
    expect(configuration & 0x2000).toBe(0)
    expect((configuration >> 11) & 3).toBe(1)
    expect(rig.board.sensor.periodUs).toBe(2 * 68_096)
    expect(asked(rig)).toMatchObject({ range: 16, amax: 0.8, avg: 128 })
    expect(rig.command('set_averaging', { value: 1, bits: 9 })).toBe('ok')
    expect(rig.command('read')).toBe('ok')
    expect(rig.board.sensor.periodUs).toBe(168)
    expect(asked(rig)).toMatchObject({ avg: 1, bits: 9 })
  })

  it('set_mode poll is silent but for read', () => {
    const rig = started()
    expect(rig.command('set_interval', { value: 20 })).toBe('ok')
    expect(rig.command('set_mode', { value: 'poll' })).toBe('ok')
    rig.board.runMs(50)
    const from = rig.now
    rig.board.runMs(300)
    expect(rig.now).toBe(from)
    expect(rig.command('read')).toBe('ok')
    expect(rig.arrivals.slice(from).map(({ frame }) => frame.kind)).toEqual(['sample', 'ack'])
    expect(rig.command('set_mode', { value: 'stream' })).toBe('ok')
    expect(rig.sample().status).toBe('ok')
  })

  it('set_threshold reports when a limit is passed, and when it is released', () => {
    let current = 0.1
    const rig = started({ sensor: { feed: () => ({ voltage: 5, current }) } })
    expect(rig.command('set_interval', { value: 20 })).toBe('ok')
    expect(rig.command('set_threshold', { value: 1, low: 0.5 })).toBe('ok')
    const notes = () => {
      const from = rig.now
      rig.board.runMs(200)
      return rig.arrivals.slice(from).filter(({ frame }) => frame.kind === 'note').length
    }
    expect(notes()).toBe(0)
    current = 1.2
    expect(notes()).toBe(1)
    current = 0.8
    expect(notes()).toBe(0)
    current = 0.4
    expect(notes()).toBe(1)
    expect(rig.command('set_threshold', { value: 4, quantity: 'w' })).toBe('ok')
    current = 1
    expect(notes()).toBe(1)
    current = 0.1
    expect(notes()).toBe(1)
    expect(rig.command('set_threshold', { value: null })).toBe('ok')
    current = 1
    expect(notes()).toBe(0)
  })

  /** D2. */
  const alarm = (rig: BoardRig): boolean => rig.board.isHigh('D', 2)

  it('an alarm ends when the sensor is gone, and not by a brown-out', () => {
    let current = 1.2
    const rig = started({ sensor: { feed: () => ({ voltage: 5, current }) } })
    expect(rig.command('set_interval', { value: 20 })).toBe('ok')
    expect(rig.command('set_threshold', { value: 1, low: 0.5 })).toBe('ok')
    rig.board.runMs(50)
    expect(alarm(rig)).toBe(true)
    current = 0.8
    rig.board.sensor.brownOut()
    const from = rig.now
    rig.board.runMs(100)
    expect(rig.samples(from).some(({ status }) => status === 'reset')).toBe(true)
    expect(alarm(rig)).toBe(true)
    rig.board.sensor.present = false
    rig.board.runMs(100)
    expect(alarm(rig)).toBe(false)
    rig.board.sensor.present = true
    current = 1.2
    rig.board.runMs(100)
    expect(alarm(rig)).toBe(true)
    rig.board.bus.stuck = 'sda'
    rig.board.runMs(100)
    expect(alarm(rig)).toBe(false)
  })

  it('an alarm ends when what it exceeds is no limit any more', () => {
    const begin = () => {
      const rig = started({ sensor: { feed: () => ({ voltage: 5, current: 1.2 }) } })
      expect(rig.command('set_interval', { value: 20 })).toBe('ok')
      expect(rig.command('set_threshold', { value: 1, low: 0.5 })).toBe('ok')
      rig.board.runMs(50)
      expect(alarm(rig)).toBe(true)
      return rig
    }
    // 1.2 A, 5 V: between release and limit of each of these, and never over it.
    for (const value of [
      { value: 2, low: 1 },
      { value: 6, low: 4, quantity: 'v' },
      { value: 8, low: 4, quantity: 'w' },
    ]) {
      const rig = begin()
      expect(rig.command('set_threshold', value)).toBe('ok')
      rig.board.runMs(100)
      expect(alarm(rig)).toBe(false)
    }
    const larger = begin()
    expect(larger.command('set_shunt', { value: 0.2 })).toBe('ok')
    larger.board.runMs(100)
    expect(alarm(larger)).toBe(false)
    // Still exceeded: not a blink.
    const same = begin()
    const from = same.now
    expect(same.command('set_threshold', { value: 1.1, low: 0.2 })).toBe('ok')
    same.board.runMs(100)
    expect(alarm(same)).toBe(true)
    expect(same.arrivals.slice(from).some(({ frame }) => frame.kind === 'note')).toBe(false)
  })

  it('set_baud acknowledges at the old rate and goes on at the new one', () => {
    const rig = started({ hostBaud: 115_200 })
    expect(rig.command('set_baud', { value: 500_000 })).toBe('ok')
    rig.board.runMs(20)
    const from = rig.now
    rig.board.runMs(2000)
    expect(rig.samples(from)).toHaveLength(0)
    rig.board.hostBaud = 500_000
    rig.board.runMs(1200)
    expect(rig.command('hello')).toBe('ok')
    expect(rig.board.baud).toBe(500_000)
  })

  it('set_baud goes back where the host is not heard at the new rate, and says hello there', {
    timeout: 120_000,
  }, () => {
    const rig = started({ hostBaud: 115_200 })
    calm(rig)
    expect(rig.command('set_interval', { value: 500 })).toBe('ok')
    rig.send({ cmd: 'set_baud', value: 1_000_000, seq: 900 })
    rig.board.runMs(9000)
    expect(rig.board.baud).toBe(1_000_000)
    // What is sent at the wrong rate is no sign of life.
    rig.send({ cmd: 'hello', seq: 901 })
    const from = rig.now
    rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 2000, from)
    expect(rig.board.timeMs).toBeLessThan(11_000)
    expect(rig.board.baud).toBeCloseTo(117_647, 0)
    expect(rig.sample().status).toBe('ok')
    // Ends what it has got at the wrong rate (PROTOCOL.md 6).
    rig.send('')
    rig.board.runMs(20)
    expect(asked(rig)).toMatchObject({ baud: 115_200, interval: 500 })
    // A repeat is obeyed, not answered as before.
    rig.send({ cmd: 'set_baud', value: 1_000_000, seq: 900 })
    rig.board.runMs(100)
    rig.board.hostBaud = 1_000_000
    // Ends what was heard of it at the old rate.
    expect(rig.command('hello')).toBe('ok')
    expect(asked(rig)['baud']).toBe(1_000_000)
    rig.board.runMs(15_000)
    expect(rig.board.baud).toBe(1_000_000)
  })

  it.each([{ ack: 3 }, { nack: [0, 1] }, { cmd: 'save', seq: 7 }])(
    'set_baud stays where the host is heard: %o',
    (line) => {
      const rig = started({ hostBaud: 115_200 })
      calm(rig)
      expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
      rig.board.hostBaud = 1_000_000
      rig.board.runMs(5000)
      rig.send(line)
      rig.board.runMs(8000)
      expect(rig.board.baud).toBe(1_000_000)
    },
  )

  it('save keeps the settings over a reset, defaults brings the factory ones back', () => {
    const rig = started()
    expect(rig.command('set_interval', { value: 250 })).toBe('ok')
    expect(rig.command('set_averaging', { value: 8 })).toBe('ok')
    rig.board.reset('external')
    rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 3000)
    expect(asked(rig)).toMatchObject({ interval: 1000, avg: 1 })
    expect(rig.command('set_interval', { value: 250 })).toBe('ok')
    expect(rig.command('set_averaging', { value: 8 })).toBe('ok')
    expect(rig.command('save')).toBe('ok')
    // The last byte takes its time in the EEPROM.
    rig.board.runMs(300)
    rig.board.reset('power')
    rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 3000)
    expect(asked(rig)).toMatchObject({ interval: 250, avg: 8 })
    expect(rig.command('defaults')).toBe('ok')
    expect(asked(rig)).toMatchObject({ interval: 1000, avg: 1 })
  })

  it('save writes the EEPROM only where something has changed', () => {
    const eeprom = new Uint8Array(1024).fill(0xff)
    const rig = started({ eeprom })
    expect(rig.command('set_interval', { value: 250 })).toBe('ok')
    expect(rig.command('save')).toBe('ok')
    rig.board.runMs(20)
    const before = Uint8Array.from(eeprom)
    for (let i = 0; i < 20; i++) expect(rig.command('save')).toBe('ok')
    rig.board.reset('power')
    rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 3000)
    expect(rig.command('save')).toBe('ok')
    rig.board.runMs(200)
    expect(eeprom.slice(0, 128)).toEqual(before.slice(0, 128))
    expect(rig.command('set_interval', { value: 251 })).toBe('ok')
    expect(rig.command('save')).toBe('ok')
    expect(eeprom.slice(0, 128)).not.toEqual(before.slice(0, 128))
  })

  it('save is refused where it would wear the EEPROM, and does so again later', () => {
    const rig = started()
    const minute = 60_000
    let interval = 100
    const change = (): string => {
      interval += 1
      expect(rig.command('set_interval', { value: interval })).toBe('ok')
      return rig.command('save')
    }
    for (let i = 0; i < 8; i++) expect(change()).toBe('ok')
    expect(change()).toBe('wear')
    rig.board.writeVariable('timer0_millis', 4, 9 * minute)
    expect(change()).toBe('wear')
    rig.board.writeVariable('timer0_millis', 4, 11 * minute)
    expect(change()).toBe('ok')
    expect(change()).toBe('wear')
    // A reset keeps what was saved last.
    rig.board.reset('power')
    rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 3000)
    expect(asked(rig)['interval']).toBe(interval - 1)
  })

  it('a repeated number is answered again and not carried out twice', () => {
    const rig = started()
    const from = rig.now
    rig.send({ cmd: 'set_interval', value: 100, seq: 77 })
    rig.board.runMs(50)
    rig.send({ cmd: 'set_interval', value: 200, seq: 77 })
    rig.board.runMs(50)
    const acks = rig.arrivals.slice(from).filter(({ frame }) => frame.kind === 'ack')
    expect(acks.map(({ text }) => text)).toEqual([acks[0]?.text, acks[0]?.text])
    expect(asked(rig)['interval']).toBe(100)
  })
})

describe('bad host lines', () => {
  /** What the board answers to a raw line. */
  function answer(line: string): unknown {
    const rig = started()
    expect(rig.command('set_mode', { value: 'poll' })).toBe('ok')
    rig.board.runMs(20)
    const from = rig.now
    rig.send(line)
    rig.board.runMs(100)
    return rig.arrivals.slice(from).map(({ frame }) => frame)
  }

  it.each([
    ['{"cmd":"fly","seq":5}', 5, 'unknown'],
    ['{"cmd":"set_interval","value":10', null, 'syntax'],
    ['hello', null, 'syntax'],
    [withCrc('{"cmd":"set_interval","value":10,"seq":6}').replace('10', '11'), null, 'crc'],
    [`{"cmd":"set_interval","value":10,"seq":7,"x":"${'y'.repeat(600)}"}`, null, 'overlong'],
    ['{"cmd":"set_interval","value":10,"seq":6,"crc":5}', null, 'crc'],
    ['{"cmd":"set_interval","value":10,"seq":6,"crc":["72F4"]}', null, 'crc'],
    ['{"nack":5}', null, 'syntax'],
    // The last value of a name counts, so these are no ranges and no command.
    ['{"nack":[0,1],"nack":5}', null, 'syntax'],
    ['{"nack":[0,1],"nack":"5"}', null, 'syntax'],
    ['{"cmd":"hello","seq":6,"seq":"7"}', null, 'syntax'],
    ['{"cmd":"hello","seq":6,"cmd":5}', 6, 'syntax'],
  ])('%s', (line, seq, error) => {
    expect(answer(line)).toEqual([{ kind: 'nack', seq, error, protected: true }])
  })

  it('accepts a line with a right CRC, with CR LF, and with blanks', () => {
    const ok = [{ kind: 'ack', seq: 9, protected: true }]
    expect(answer(withCrc('{"cmd":"set_interval","value":10,"seq":9}'))).toEqual(ok)
    expect(answer('{"cmd":"set_interval","value":10,"seq":9}\r')).toEqual(ok)
    expect(answer('{ "seq" : 9, "value" : 10, "cmd" : "set_interval" }')).toEqual(ok)
  })

  it('says nothing to acknowledgements of samples', () => {
    expect(answer('{"ack":12}')).toEqual([])
  })
})
