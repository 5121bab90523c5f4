import { CPU } from 'avr8js'
import { describe, expect, it } from 'vitest'
import { parseHex, parseSymbols } from '../../mock/board/firmware-image.ts'
import { I2cBus, type I2cTarget } from '../../mock/board/i2c-bus.ts'
import { Mcu, RAM_BYTES, RESET_FLAG } from '../../mock/board/mcu.ts'
import { Twi } from '../../mock/board/twi.ts'
import { sampleCharacter } from '../../mock/board/uart-sampling.ts'
import { Usart } from '../../mock/board/usart.ts'
import { isInaError } from '../../src/util/errors.ts'

// Registers and bits of the ATmega328P, DS40002061B chapter 30.
const TWBR = 0xb8
const TWSR = 0xb9
const TWDR = 0xbb
const TWCR = 0xbc
const [TWINT, TWEA, TWSTA, TWSTO, TWEN] = [0x80, 0x40, 0x20, 0x10, 0x04]
const UCSRA = 0xc0
const UCSRB = 0xc1
const UBRRL = 0xc4
const UDR = 0xc6
const [RXC, TXC, UDRE, DOR, U2X] = [0x80, 0x40, 0x20, 0x08, 0x02]

/** Time without instructions: clock events in their order. */
function pass(cpu: CPU, cycles: number): void {
  const end = cpu.cycles + cycles
  while (cpu.cycles < end) {
    cpu.cycles += 1
    cpu.tick()
  }
}

function target(bytes: number[]): I2cTarget & { got: number[] } {
  const got: number[] = []
  return {
    address: 0x40,
    got,
    addressed: (isRead) => {
      got.push(isRead ? -2 : -1)
      return true
    },
    received: (byte) => {
      got.push(byte)
      return true
    },
    send: () => bytes.shift() ?? 0xff,
    stopped: () => got.push(-3),
  }
}

describe('two-wire interface', () => {
  function rig(bytes: number[] = []) {
    const cpu = new CPU(new Uint16Array(16), RAM_BYTES)
    const part = target(bytes)
    const bus = new I2cBus([part])
    const twi = new Twi(cpu, bus, 16_000_000)
    cpu.writeData(TWBR, 12)
    /** Starts an action, waits for TWINT; cycles it took, or -1. */
    const act = (bits: number, data?: number): number => {
      if (data !== undefined) cpu.writeData(TWDR, data)
      cpu.writeData(TWCR, TWINT | TWEN | bits)
      for (let cycles = 1; cycles < 20_000; cycles++) {
        pass(cpu, 1)
        if ((cpu.data[TWCR] as number) & TWINT) return cycles
      }
      return -1
    }
    const status = () => (cpu.data[TWSR] as number) & 0xf8
    return { cpu, bus, twi, part, act, status }
  }

  it('takes 40 cycles a bit at 400 kHz and nine bits a byte (21.5.2)', () => {
    const { act, status, part } = rig()
    expect(act(TWSTA)).toBe(40)
    expect(status()).toBe(0x08)
    expect(act(0, 0x80)).toBe(360)
    expect(status()).toBe(0x18)
    expect(act(0, 0x05)).toBe(360)
    expect(status()).toBe(0x28)
    expect(part.got).toEqual([-1, 5])
  })

  it('raises no TWINT after a STOP; the bit clears itself', () => {
    const { act, cpu, part } = rig()
    act(TWSTA)
    act(0, 0x80)
    cpu.writeData(TWCR, TWINT | TWEN | TWSTO)
    expect((cpu.data[TWCR] as number) & TWSTO).toBe(TWSTO)
    pass(cpu, 1000)
    expect(cpu.data[TWCR]).toBe(TWEN)
    expect(part.got).toEqual([-1, -3])
  })

  it('reads with acknowledge and without after a repeated START', () => {
    const { act, cpu, status } = rig([0x12, 0x34])
    act(TWSTA)
    act(0, 0x80)
    act(TWSTA)
    expect(status()).toBe(0x10)
    act(0, 0x81)
    expect(status()).toBe(0x40)
    act(TWEA)
    expect([status(), cpu.data[TWDR]]).toEqual([0x50, 0x12])
    act(0)
    expect([status(), cpu.data[TWDR]]).toEqual([0x58, 0x34])
  })

  it('gets no acknowledge from an address nobody has', () => {
    const { act, status } = rig()
    act(TWSTA)
    act(0, 0x82)
    expect(status()).toBe(0x20)
    act(TWSTA)
    act(0, 0x83)
    expect(status()).toBe(0x48)
  })

  it('waits with the START while a line is held low, and goes on when it is free', () => {
    for (const line of ['sda', 'scl'] as const) {
      const { act, bus, cpu } = rig()
      bus.stuck = line
      expect(act(TWSTA)).toBe(-1)
      bus.stuck = 'none'
      pass(cpu, 100)
      expect((cpu.data[TWCR] as number) & TWINT).toBe(TWINT)
    }
  })

  it('loses arbitration where SDA is held low under a 1', () => {
    const { act, bus, status } = rig()
    act(TWSTA)
    bus.stuck = 'sda'
    act(0, 0x80)
    expect(status()).toBe(0x38)
  })

  it('switched off inside a read leaves the part holding SDA until it is clocked free', () => {
    const { act, bus, cpu, twi } = rig([0b1010_0000])
    act(TWSTA)
    act(0, 0x81)
    cpu.writeData(TWCR, TWINT | TWEN | TWEA)
    pass(cpu, 40 * 3 + 20)
    cpu.writeData(TWCR, 0)
    expect(twi.enabled).toBe(false)
    expect(bus.sda).toBe(false)
    let pulses = 0
    while (!bus.sda) {
      bus.drive(true, false)
      bus.drive(false, false)
      pulses += 1
    }
    expect(pulses).toBe(5)
    expect(act(TWSTA)).toBe(40)
  })

  it('reset between two bytes of a read leaves the first bit of the next on the wire', () => {
    const { act, bus, twi } = rig([0xff, 0x00])
    act(TWSTA)
    act(0, 0x81)
    act(TWEA)
    twi.abandon()
    expect(bus.sda).toBe(false)
  })
})

describe('USART', () => {
  function rig() {
    const cpu = new CPU(new Uint16Array(16), RAM_BYTES)
    const usart = new Usart(cpu)
    const sent: [number, number][] = []
    usart.onTransmit = (byte) => sent.push([byte, cpu.cycles])
    cpu.writeData(UCSRA, U2X)
    cpu.writeData(UBRRL, 1)
    cpu.writeData(UCSRB, 0x18)
    return { cpu, usart, sent, flags: () => cpu.data[UCSRA] as number }
  }

  it('takes 160 cycles a character at 1 M baud and holds one more (19.7)', () => {
    const { cpu, sent, flags } = rig()
    expect(flags() & UDRE).toBe(UDRE)
    cpu.writeData(UDR, 0x41)
    expect(flags() & UDRE).toBe(UDRE)
    cpu.writeData(UDR, 0x42)
    expect(flags() & UDRE).toBe(0)
    pass(cpu, 161)
    expect(flags() & (UDRE | TXC)).toBe(UDRE)
    pass(cpu, 160)
    expect(flags() & (UDRE | TXC)).toBe(UDRE | TXC)
    expect(sent.map(([byte]) => byte)).toEqual([0x41, 0x42])
    expect((sent[1]?.[1] ?? 0) - (sent[0]?.[1] ?? 0)).toBe(160)
  })

  it('keeps two characters and one in the shift register, then says DOR (19.8.4)', () => {
    const { cpu, usart, flags } = rig()
    for (const byte of [1, 2, 3, 4]) usart.receive(byte, true)
    expect(usart.overruns).toBe(1)
    expect(flags() & (RXC | DOR)).toBe(RXC)
    expect(cpu.readData(UDR)).toBe(1)
    expect(cpu.readData(UDR)).toBe(2)
    expect(flags() & (RXC | DOR)).toBe(RXC | DOR)
    expect(cpu.readData(UDR)).toBe(4)
    expect(flags() & (RXC | DOR)).toBe(0)
  })

  it('loses nothing when UCSRA or UCSRB is written', () => {
    const { cpu, usart, flags } = rig()
    usart.receive(0x55, true)
    cpu.writeData(UCSRB, 0xb8)
    cpu.writeData(UCSRB, 0x98)
    cpu.writeData(UCSRA, U2X)
    expect(flags() & (RXC | UDRE)).toBe(RXC | UDRE)
    expect(cpu.readData(UDR)).toBe(0x55)
  })

  it('hears nothing while its receiver is off', () => {
    const { cpu, usart, flags } = rig()
    cpu.writeData(UCSRB, 0x08)
    usart.receive(1, true)
    expect(flags() & RXC).toBe(0)
  })
})

describe('serial line at two rates', () => {
  it('reads right up to the tolerance, 115200 against 117647 among it', () => {
    for (let byte = 0; byte < 256; byte++) {
      expect(sampleCharacter(byte, 1 / 115_200, 1 / 117_647)).toEqual({ byte, isFramed: true })
    }
  })

  it('reads rubbish at a wrong rate', () => {
    const slow = sampleCharacter(0x41, 1 / 115_200, 1 / 9600)
    expect(slow).toEqual({ byte: 0xff, isFramed: true })
    const fast = sampleCharacter(0x41, 1 / 9600, 1 / 115_200)
    expect(fast).toEqual({ byte: 0x00, isFramed: false })
    expect(sampleCharacter(0x7b, 1 / 115_200, 1 / 57_600).byte).not.toBe(0x7b)
  })
})

describe('microcontroller', () => {
  // Words of DS40002061B chapter 31 (instruction set manual).
  const NOP = 0x0000
  const SEI = 0x9478
  const SLEEP = 0x9588
  const WDR = 0x95a8
  const LOOP = 0xcfff
  const ldi = (register: number, value: number) =>
    0xe000 | ((value & 0xf0) << 4) | ((register - 16) << 4) | (value & 15)
  const sts = (register: number, address: number) => [0x9200 | (register << 4), address]
  const inc = (register: number) => 0x9403 | (register << 4)

  function mcu(words: number[], resetFlags: number = RESET_FLAG.power) {
    const program = new Uint16Array(1024)
    program.set(words)
    return new Mcu({
      program,
      eeprom: new Uint8Array(1024),
      bus: new I2cBus([]),
      ram: new Uint8Array(RAM_BYTES),
      cycles: 0,
      resetFlags,
    })
  }

  it('sleeps to the next interrupt in one step, and SEI lets SLEEP run first', () => {
    // Timer 0 at clk/64 with its overflow interrupt; sleep mode idle.
    const timer0Overflow = 0x20
    const words = [
      ldi(16, 1),
      ...sts(16, 0x6e), // TIMSK0 = TOIE0
      ...sts(16, 0x53), // SMCR = SE
      ldi(16, 3),
      ...sts(16, 0x45), // TCCR0B = clk/64
      SEI,
      SLEEP,
      inc(20),
      LOOP,
    ]
    while (words.length < timer0Overflow) words.push(NOP)
    words.push(inc(21), 0x9518)
    const it = mcu(words)
    it.runTo(16_000)
    expect(it.cpu.data[20]).toBe(0)
    it.runTo(17_000)
    expect([it.cpu.data[20], it.cpu.data[21]]).toEqual([1, 1])
  })

  it('fires the watchdog after 16 ms, and WDRF keeps it on (10.9.2)', () => {
    const enable = [ldi(16, 0x18), ...sts(16, 0x60), ldi(16, 0x08), ...sts(16, 0x60)]
    const fired = mcu([...enable, LOOP])
    fired.runTo(255_000)
    expect(fired.watchdogFired).toBe(false)
    fired.runTo(257_000)
    expect(fired.watchdogFired).toBe(true)
    const off = [ldi(16, 0x18), ...sts(16, 0x60), ldi(16, 0), ...sts(16, 0x60)]
    const forced = mcu([...off, LOOP], RESET_FLAG.watchdog)
    forced.runTo(300_000)
    expect(forced.watchdogFired).toBe(true)
    const cleared = mcu([ldi(16, 0), ...sts(16, 0x54), ...off, LOOP], RESET_FLAG.watchdog)
    cleared.runTo(300_000)
    expect(cleared.watchdogFired).toBe(false)
    const fed = mcu([...enable, WDR, 0xcffe])
    fed.runTo(600_000)
    expect(fed.watchdogFired).toBe(false)
  })
})

describe('firmware image', () => {
  it('reads Intel HEX', () => {
    const { program, flashBytes } = parseHex(':0400000001020304F2\n:00000001FF\n')
    expect([...program.slice(0, 3)]).toEqual([0x0201, 0x0403, 0xffff])
    expect(flashBytes).toBe(4)
  })

  it.each([':0400000001020304F3', ':04', 'hello', ':0400000001020304'])(
    'refuses the damaged line %s',
    (line) => {
      let error: unknown
      try {
        parseHex(`${line}\n`)
      } catch (caught) {
        error = caught
      }
      expect(isInaError(error) && error.code).toBe('device_unsupported')
    },
  )

  it('takes the RAM addresses from the symbol list', () => {
    const symbols = parseSymbols(
      '00000000 T __vectors\n00800123 B timer0_millis\n008004d0 N _end\n',
    )
    expect([...symbols]).toEqual([
      ['timer0_millis', 0x123],
      ['_end', 0x4d0],
    ])
  })
})
