import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { usedEeprom } from '../../mock/board/eeprom.ts'
import { parseHex } from '../../mock/board/firmware-image.ts'
import { Noise } from '../../mock/random.ts'
import type { HelloFrame } from '../../src/protocol/frames.ts'
import { type Arrival, BoardRig } from '../support/board.ts'

/** Long enough for the firmware's timers to notice and to recover. */
const RECOVERY_MS = 1500

function started(options = {}): BoardRig {
  const rig = new BoardRig(options)
  rig.hello()
  expect(rig.command('set_interval', { value: 20 })).toBe('ok')
  return rig
}

function statuses(rig: BoardRig, from: number): string[] {
  return rig.samples(from).map(({ status }) => status)
}

describe('resets', () => {
  it('says hello after each, with a boot number one higher and samples from 0', () => {
    const rig = new BoardRig()
    const boots = [rig.hello().boot]
    for (const kind of ['external', 'external', 'power', 'brownout'] as const) {
      rig.board.runMs(1200)
      const from = rig.now
      rig.board.reset(kind)
      const hello = rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 3000, from)
      expect(hello.nextSeq).toBe(0)
      expect(rig.sample().seq).toBe(0)
      boots.push(hello.boot)
    }
    const first = boots[0] as number
    expect(boots).toEqual([0, 1, 2, 3, 4].map((n) => first + n))
  })

  it('counts on from the boot number in its EEPROM', () => {
    for (const boot of [1, 15, 16, 123_456_789]) {
      expect(new BoardRig({ eeprom: usedEeprom(boot) }).hello().boot).toBe(boot + 1)
    }
  })

  it('is deaf while the boot loader waits, and starts after it', () => {
    const rig = new BoardRig({ bootloaderMs: 700 })
    rig.send({ cmd: 'hello', seq: 1 })
    rig.hello()
    expect(rig.board.timeMs).toBeGreaterThan(700)
    expect(rig.command('hello')).toBe('ok')
    expect(rig.arrivals.filter(({ frame }) => frame.kind === 'ack')).toHaveLength(1)
  })

  it('gets the sensor going again after a reset anywhere in a transfer', () => {
    const rig = started()
    let heldSda = 0
    for (let i = 0; i < 40; i++) {
      // As busy on the bus as it gets.
      expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
      rig.board.runMs(5)
      expect(rig.command('set_interval', { value: 0 })).toBe('ok')
      // Steps that are no multiple of anything in the firmware's cycle.
      rig.board.runMs(3 + i * 0.0437)
      const from = rig.now
      rig.board.reset('external')
      if (!rig.board.bus.sda) heldSda += 1
      rig.sample()
      expect(rig.command('read')).toBe('ok')
      expect(statuses(rig, from).at(-1)).toBe('ok')
    }
    // Else the test has tested nothing.
    expect(heldSda).toBeGreaterThan(2)
  })

  it('is heard to say hello though the line before was cut', () => {
    const rig = started()
    while (rig.unfinished < 30) rig.board.runMs(0.25)
    const from = rig.now
    rig.board.reset('external')
    rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 1000, from)
    expect(rig.arrivals[from]?.frame.kind).toBe('malformed')
  })

  it('never lets hello merge with the line before: 300 resets at 1 M baud and full rate', () => {
    const rig = new BoardRig()
    rig.hello()
    expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
    rig.board.runMs(5)
    expect(rig.command('set_interval', { value: 0 })).toBe('ok')
    expect(rig.command('save')).toBe('ok')
    let heard = 0
    let cut = 0
    for (let i = 0; i < 300; i++) {
      // All over the time a line takes, its beginning and its end with it.
      rig.board.runMs(4 + i * 0.0077)
      if (rig.unfinished > 0) cut += 1
      const from = rig.now
      rig.board.reset('external')
      const isHello = ({ frame }: Arrival) => frame.kind === 'hello'
      for (let ms = 0; ms < 100 && !rig.arrivals.slice(from).some(isHello); ms++) {
        rig.board.runMs(1)
      }
      if (rig.arrivals.slice(from).some(isHello)) heard += 1
    }
    expect(heard).toBe(300)
    // Else the test has tested nothing.
    expect(cut).toBeGreaterThan(150)
  })

  it('is started again by the watchdog when the program hangs', () => {
    const rig = new BoardRig()
    const { boot } = rig.hello()
    rig.board.runMs(500)
    const kinds: string[] = []
    rig.board.onReset = (kind) => kinds.push(kind)
    const from = rig.now
    rig.board.hang()
    const hello = rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 10_000, from)
    expect(kinds).toEqual(['watchdog'])
    expect(hello.boot).toBe((boot as number) + 1)
    expect(rig.sample().status).toBe('ok')
    // One hang, one reset: the watchdog is off again until the program wants it.
    rig.board.runMs(2000)
    expect(kinds).toHaveLength(1)
  })
})

/** The boot loader of Nanos up to 2018, as the AVR core has it. */
const OLD_BOOTLOADER = join(
  process.env['ARDUINO'] ?? '/usr/share/arduino/hardware/arduino/avr',
  'bootloaders/atmega/ATmegaBOOT_168_atmega328.hex',
)

describe('the watchdog', () => {
  const isHello = ({ frame }: Arrival) => (frame.kind === 'hello' ? frame : null)

  function hung(rig: BoardRig, isDeaf: boolean) {
    rig.hello(5000)
    rig.board.runMs(100)
    const { boot } = rig.arrivals.map(isHello).findLast((hello) => hello) as HelloFrame
    rig.command('set_baud', { value: 1_000_000 })
    rig.board.runMs(5)
    rig.command('set_interval', { value: 0 })
    rig.board.runMs(200)
    const kinds: string[] = []
    rig.board.onReset = (kind) => kinds.push(kind)
    const from = rig.now
    rig.board.hang(isDeaf)
    return { boot: boot as number, kinds, from }
  }

  it('restarts the program by itself, without a reset', () => {
    const rig = new BoardRig()
    for (let i = 0; i < 2; i++) {
      const { boot, kinds, from } = hung(rig, false)
      expect(rig.until(isHello, 3000, from).boot).toBe(boot + 1)
      rig.until(({ text }) => (text.includes('watchdog') ? text : null), 1000, from)
      expect(rig.sample().status).toBe('ok')
      expect(rig.command('hello')).toBe('ok')
      rig.board.runMs(3000)
      expect(kinds).toEqual([])
      // As from a reset.
      expect(rig.board.baud).toBeCloseTo(117_647, 0)
    }
  })

  it('resets a program that hangs with interrupts off', () => {
    const rig = new BoardRig()
    const { boot, kinds, from } = hung(rig, true)
    expect(rig.until(isHello, 5000, from).boot).toBe(boot + 1)
    expect(kinds).toEqual(['watchdog'])
  })

  it.skipIf(!existsSync(OLD_BOOTLOADER))('gets past the old boot loader of the Nano', () => {
    const bootloader = parseHex(readFileSync(OLD_BOOTLOADER, 'utf8')).program
    const rig = new BoardRig({ bootloader })
    const { boot, kinds, from } = hung(rig, false)
    expect(rig.until(isHello, 3000, from).boot).toBe(boot + 1)
    expect(kinds).toEqual([])
    // That this is the boot loader which does not get past a reset by the watchdog.
    const other = new BoardRig({ bootloader })
    const deaf = hung(other, true)
    other.board.runMs(6000)
    expect(other.arrivals.slice(deaf.from).some((arrival) => isHello(arrival))).toBe(false)
    expect(deaf.kinds.length).toBeGreaterThan(20)
  })
})

describe('trouble with the sensor', () => {
  it('flags the sample of a brown-out and calibrates anew', () => {
    const rig = started()
    expect(rig.command('set_range', { value: 16, shunt_mv: 80 })).toBe('ok')
    expect(rig.command('set_averaging', { value: 4 })).toBe('ok')
    rig.board.runMs(200)
    const configuration = rig.board.sensor.peek(0)
    const calibration = rig.board.sensor.peek(5)
    const from = rig.now
    rig.board.sensor.brownOut()
    rig.board.runMs(300)
    const heard = statuses(rig, from)
    expect(heard.filter((status) => status === 'reset').length).toBeGreaterThanOrEqual(1)
    expect(heard.filter((status) => status === 'reset').length).toBeLessThanOrEqual(2)
    expect(heard.at(-1)).toBe('ok')
    expect(rig.board.sensor.peek(0)).toBe(configuration)
    expect(rig.board.sensor.peek(5)).toBe(calibration)
    for (const sample of rig.samples(from)) {
      if (sample.status === 'ok') expect(sample.current).toBe(0.1)
    }
  })

  it('says nosensor while it is gone, and measures again when it is back', () => {
    const rig = started()
    const from = rig.now
    rig.board.sensor.present = false
    rig.board.runMs(300)
    expect(statuses(rig, from).filter((status) => status === 'nosensor').length).toBeGreaterThan(3)
    rig.board.sensor.present = true
    rig.board.sensor.brownOut()
    rig.board.runMs(RECOVERY_MS)
    expect(statuses(rig, from).at(-1)).toBe('ok')
  })

  it.each(['sda', 'scl'] as const)(
    'says error while %s is held low, and answers meanwhile',
    (line) => {
      const rig = started()
      const from = rig.now
      rig.board.bus.stuck = line
      rig.board.runMs(500)
      expect(statuses(rig, from).filter((status) => status === 'error').length).toBeGreaterThan(3)
      expect(statuses(rig, from).slice(2)).not.toContain('ok')
      expect(rig.command('hello', {}, 3000)).toBe('ok')
      rig.board.bus.stuck = 'none'
      rig.board.runMs(RECOVERY_MS)
      expect(statuses(rig, from).at(-1)).toBe('ok')
    },
  )

  /** Samples of one second at interval 0 and 1 M baud. */
  function atFullRate(rig: BoardRig): number {
    const from = rig.now
    rig.board.runMs(1000)
    expect(new Set(statuses(rig, from))).toEqual(new Set(['ok']))
    for (const { voltage, current } of rig.samples(from)) {
      expect(Math.round(voltage / 4e-3)).toBe(Math.round(current / 1e-4))
    }
    return rig.samples(from).length
  }

  /** Voltage and current tell the pair they are of. */
  function fullSpeed(maxHz: number): BoardRig {
    const rig = new BoardRig({
      sensor: {
        feed: (_timeS, pair) => ({
          voltage: (1000 + (pair % 1000)) * 4e-3,
          current: (1000 + (pair % 1000)) * 1e-4,
        }),
      },
    })
    rig.board.bus.maxHz = maxHz
    rig.hello()
    expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
    rig.board.runMs(5)
    expect(rig.command('set_interval', { value: 0 })).toBe('ok')
    rig.board.runMs(100)
    return rig
  }

  const isSlowed = ({ text }: Arrival) => text.includes('100 kHz')

  it('measures at 100 kHz where the wires do not carry 400', () => {
    const rig = fullSpeed(120_000)
    expect(atFullRate(rig)).toBeGreaterThan(150)
    expect(rig.arrivals.filter(isSlowed)).toHaveLength(1)
    expect(statuses(rig, 0)).not.toContain('nosensor')
  })

  it('goes down to 100 kHz when bus errors pile up, and up again with another sensor', () => {
    const rig = fullSpeed(Number.POSITIVE_INFINITY)
    expect(atFullRate(rig)).toBeGreaterThan(930)
    // Some bad moments: enough for a transfer to fail, too short for the sensor to be lost.
    // Not each one meets a transfer at the full rate, so at no beat with the conversions.
    for (let i = 0; i < 200 && !rig.arrivals.some(isSlowed); i++) {
      rig.board.bus.maxHz = 150_000
      rig.board.runMs(0.15)
      rig.board.bus.maxHz = Number.POSITIVE_INFINITY
      rig.board.runMs(1.7 + (i % 10) * 0.0871)
    }
    expect(rig.arrivals.filter(isSlowed)).toHaveLength(1)
    expect(atFullRate(rig)).toBeLessThan(600)
    rig.board.sensor.present = false
    rig.board.runMs(300)
    rig.board.sensor.present = true
    rig.board.runMs(300)
    expect(atFullRate(rig)).toBeGreaterThan(930)
  })

  it('is fast again after a short, whenever that ends', () => {
    const rig = fullSpeed(Number.POSITIVE_INFINITY)
    for (let i = 0; i < 30; i++) {
      rig.board.bus.stuck = i % 2 ? 'sda' : 'scl'
      rig.board.runMs(110 + i * 0.37)
      rig.board.bus.stuck = 'none'
      rig.board.runMs(150)
    }
    expect(atFullRate(rig)).toBeGreaterThan(930)
    expect(rig.arrivals.filter(isSlowed)).toHaveLength(0)
  })

  it('starts without a sensor, and with a stuck bus', () => {
    for (const spoil of [
      (rig: BoardRig) => {
        rig.board.sensor.present = false
      },
      (rig: BoardRig) => {
        rig.board.bus.stuck = 'sda'
      },
    ]) {
      const rig = new BoardRig()
      spoil(rig)
      rig.hello()
      expect(rig.sample().status).toMatch(/nosensor|error/)
    }
  })
})

describe('rubbish from the host', () => {
  it('a line too long and too fast to be read costs no other line', () => {
    const rig = started()
    expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
    rig.board.runMs(5)
    expect(rig.command('set_interval', { value: 0 })).toBe('ok')
    for (let i = 0; i < 20; i++) {
      rig.send(`{"cmd":"${'x'.repeat(600 + 7 * i)}"}`)
      rig.board.runMs(20)
      const from = rig.now
      expect(rig.command('hello')).toBe('ok')
      const refused = rig.arrivals.slice(from).filter(({ frame }) => frame.kind === 'nack')
      expect(refused).toEqual([])
    }
  })

  it('stops nothing: no reset, samples without a hole, stack to spare', () => {
    const noise = new Noise(3)
    let drawn = 0
    const draw = (below: number): number => {
      drawn += 1
      return Math.floor(noise.uniform(drawn, 0) * below)
    }
    const seeds = [
      '{"cmd":"set_interval","value":20,"seq":12}\n',
      '{"cmd":"set_range","value":16,"shunt_mv":80,"seq":13,"crc":"0000"}\n',
      '{"cmd":"set_threshold","value":1.5,"low":1e-3,"quantity":"w","seq":14}\n',
      '{"nack":[0,4294967295]}\n',
      '{"cmd":{"cmd":[[[["read"]]]]},"seq":99999999999999999999,"value":-1e999}\n',
      '{"cmd":"set_averaging","value":"\\u0041\\"","seq":15}\n',
    ]
    const rig = started()
    const kinds: string[] = []
    rig.board.onReset = (kind) => kinds.push(kind)
    for (let i = 0; i < 150; i++) {
      const bytes = Buffer.from(seeds[draw(seeds.length)] as string)
      for (let hits = draw(4); hits > 0; hits--) bytes[draw(bytes.length)] = draw(256)
      rig.board.write(bytes)
      rig.board.runMs(25)
    }
    rig.board.write('\n')
    rig.board.runMs(500)
    expect(kinds).toEqual([])
    expect(rig.command('defaults')).toBe('ok')
    expect(rig.command('hello')).toBe('ok')
    const live = rig.samples().filter(({ resend }) => !resend)
    expect(live.map(({ seq }) => seq)).toEqual(live.map((_, n) => n))
    expect(live.length).toBeGreaterThan(50)
    expect(rig.board.stackLeft).toBeGreaterThanOrEqual(350)
  })
})
