import type { CPU } from 'avr8js'
import type { I2cBus } from './i2c-bus.ts'

/** ATmega328P, DS40002061B 21.9. */
const TWBR = 0xb8
const TWSR = 0xb9
const TWAR = 0xba
const TWDR = 0xbb
const TWCR = 0xbc

const TWINT = 0x80
const TWEA = 0x40
const TWSTA = 0x20
const TWSTO = 0x10
const TWWC = 0x08
const TWEN = 0x04
const TWIE = 0x01
const PRESCALER_MASK = 0x03

/** Status codes of the master, DS40002061B tables 21-3 and 21-4. */
const STATUS = {
  start: 0x08,
  repeatedStart: 0x10,
  addressWriteAck: 0x18,
  addressWriteNack: 0x20,
  writeAck: 0x28,
  writeNack: 0x30,
  arbitrationLost: 0x38,
  addressReadAck: 0x40,
  addressReadNack: 0x48,
  readAck: 0x50,
  readNack: 0x58,
  idle: 0xf8,
} as const

/** SCL periods: eight bits and the acknowledge. */
const BYTE_BITS = 9

/** What is under way on the wires. */
interface Transfer {
  /** Byte being read; null while one is sent */
  readonly reading: number | null
  readonly startCycle: number
}

/**
 * The two-wire interface as a master. In place of AVRTWI of avr8js 0.21.1,
 * which takes no time, raises TWINT after a STOP, clears TWINT on entering the
 * interrupt, stays busy for ever when switched off in the middle of a transfer
 * and knows no wire that is held low.
 */
export class Twi {
  readonly #cpu: CPU
  readonly #bus: I2cBus
  readonly #clockHz: number
  #status: number = STATUS.idle
  #transfer: Transfer | null = null
  #pending: (() => void) | null = null
  readonly #interrupt = {
    address: 0x30,
    flagRegister: TWCR,
    flagMask: TWINT,
    enableRegister: TWCR,
    enableMask: TWIE,
    // Software clears it, the interrupt does not (DS40002061B 21.9.2).
    constant: true,
  }

  constructor(cpu: CPU, bus: I2cBus, clockHz: number) {
    this.#clockHz = clockHz
    this.#cpu = cpu
    this.#bus = bus
    cpu.data[TWDR] = 0xff
    cpu.data[TWAR] = 0xfe
    this.#setStatus(STATUS.idle)
    cpu.writeHooks[TWCR] = (value) => {
      this.#control(value)
      return true
    }
    cpu.writeHooks[TWSR] = (value) => {
      cpu.data[TWSR] = this.#status | (value & PRESCALER_MASK)
      return true
    }
    cpu.writeHooks[TWDR] = (value) => {
      if (this.#pending) cpu.data[TWCR] = this.#twcr | TWWC
      else cpu.data[TWDR] = value
      return true
    }
  }

  /** True: the interface owns the two pins. */
  get enabled(): boolean {
    return (this.#twcr & TWEN) !== 0
  }

  /** Cycles of one SCL period, DS40002061B 21.5.2. */
  get bitCycles(): number {
    const prescaler = 4 ** ((this.#cpu.data[TWSR] as number) & PRESCALER_MASK)
    return 16 + 2 * (this.#cpu.data[TWBR] as number) * prescaler
  }

  /** Lets go of the wires as they are: switched off, or the microcontroller was reset. */
  abandon(): void {
    const transfer = this.#transfer
    if (this.#pending) this.#cpu.clearClockEvent(this.#pending)
    const isNextRead = this.#status === STATUS.addressReadAck || this.#status === STATUS.readAck
    this.#pending = null
    this.#transfer = null
    this.#setStatus(STATUS.idle)
    if (!transfer) {
      // Between two bytes of a read the sensor has the first bit of the next one on the wire.
      if (isNextRead) this.#bus.abandon(this.#bus.read(), 0)
      return
    }
    const bit = Math.floor((this.#cpu.cycles - transfer.startCycle) / this.bitCycles)
    this.#bus.abandon(transfer.reading, Math.min(bit, 8))
  }

  get #isReadable(): boolean {
    return this.#clockHz / this.bitCycles <= this.#bus.maxHz
  }

  get #twcr(): number {
    return this.#cpu.data[TWCR] as number
  }

  #setStatus(status: number): void {
    this.#status = status
    this.#cpu.data[TWSR] = status | ((this.#cpu.data[TWSR] as number) & PRESCALER_MASK)
  }

  #control(value: number): void {
    const { data } = this.#cpu
    const wasEnabled = this.enabled
    const flag = value & TWINT ? 0 : this.#twcr & TWINT
    data[TWCR] = flag | (this.#twcr & TWWC) | (value & (TWEA | TWSTA | TWSTO | TWEN | TWIE))
    if (!flag) this.#cpu.clearInterrupt(this.#interrupt, false)
    this.#cpu.updateInterruptEnable(this.#interrupt, value)
    if (!this.enabled) {
      if (wasEnabled) this.abandon()
      return
    }
    if (!flag && !this.#pending) this.#next()
  }

  /** What the control bits ask for, DS40002061B 21.7. */
  #next(): void {
    if (this.#twcr & TWSTO) this.#after(1, () => this.#stopped())
    else if (this.#twcr & TWSTA) this.#start()
    else this.#goOn()
  }

  #goOn(): void {
    switch (this.#status) {
      case STATUS.start:
      case STATUS.repeatedStart:
        this.#send((byte) => this.#select(byte), STATUS.addressWriteNack)
        break
      case STATUS.addressWriteAck:
      case STATUS.addressWriteNack:
      case STATUS.writeAck:
      case STATUS.writeNack:
        this.#send(
          (byte) => (this.#bus.write(byte) ? STATUS.writeAck : STATUS.writeNack),
          STATUS.writeNack,
        )
        break
      case STATUS.addressReadAck:
      case STATUS.readAck:
        this.#receive()
        break
    }
  }

  #select(byte: number): number {
    const isRead = (byte & 1) === 1
    const isAcknowledged = this.#bus.select(byte >> 1, isRead)
    if (isRead) return isAcknowledged ? STATUS.addressReadAck : STATUS.addressReadNack
    return isAcknowledged ? STATUS.addressWriteAck : STATUS.addressWriteNack
  }

  #start(): void {
    // Waits for a free bus, for ever where a line is held low.
    if (!this.#bus.sdaReleased || !this.#bus.sclReleased) {
      this.#after(1, () => this.#next())
      return
    }
    const isRepeated = this.#status !== STATUS.idle && this.#status !== STATUS.arbitrationLost
    this.#after(1, () => {
      this.#bus.start()
      this.#done(isRepeated ? STATUS.repeatedStart : STATUS.start)
    })
  }

  #stopped(): void {
    if (this.#status !== STATUS.idle) this.#bus.stop()
    this.#setStatus(STATUS.idle)
    // No TWINT: the bit that clears itself is all there is to see.
    this.#cpu.data[TWCR] = this.#twcr & ~TWSTO
    if (this.#twcr & TWSTA) this.#next()
  }

  /** @param unread status where nobody could read the byte */
  #send(deliver: (byte: number) => number, unread: number): void {
    const byte = this.#cpu.data[TWDR] as number
    this.#transfer = { reading: null, startCycle: this.#cpu.cycles }
    this.#after(BYTE_BITS, () => {
      // A wire held low makes every 1 a lost arbitration.
      const isLost = !this.#bus.sdaReleased && byte !== 0
      if (isLost) this.#done(STATUS.arbitrationLost)
      else this.#done(this.#isReadable ? deliver(byte) : unread)
    })
  }

  #receive(): void {
    const byte = this.#bus.read()
    const isAcknowledged = (this.#twcr & TWEA) !== 0
    this.#transfer = { reading: byte, startCycle: this.#cpu.cycles }
    this.#after(BYTE_BITS, () => {
      this.#cpu.data[TWDR] = this.#bus.sdaReleased && this.#isReadable ? byte : 0
      this.#done(isAcknowledged ? STATUS.readAck : STATUS.readNack)
    })
  }

  #done(status: number): void {
    this.#transfer = null
    this.#setStatus(status)
    this.#cpu.setInterruptFlag(this.#interrupt)
  }

  /** Nothing goes on while SCL is held low. */
  #after(bits: number, action: () => void): void {
    const complete = () => {
      this.#pending = null
      if (this.#bus.sclReleased) action()
      else this.#after(1, action)
    }
    this.#pending = complete
    this.#cpu.addClockEvent(complete, bits * this.bitCycles)
  }
}
