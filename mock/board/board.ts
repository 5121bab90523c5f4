import type { FirmwareImage } from './firmware-image.ts'
import { I2cBus } from './i2c-bus.ts'
import { Ina219Model, type Ina219Options } from './ina219-model.ts'
import {
  CLOCK_HZ,
  EEPROM_BYTES,
  Mcu,
  RAM_BYTES,
  RAM_START,
  RESET_FLAG,
  type ResetKind,
} from './mcu.ts'
import { sampleCharacter } from './uart-sampling.ts'

export type { ResetKind } from './mcu.ts'

export interface BoardOptions {
  readonly firmware: FirmwareImage
  readonly sensor: Omit<Ina219Options, 'nowUs'>
  /** Contents of the EEPROM, written in place; default: erased. 1024 bytes */
  readonly eeprom?: Uint8Array
  /** Rate of the host's end of the line; default null: follows the board. */
  readonly hostBaud?: number | null
  /** Flash of a real boot loader, as `parseHex` gives it: it runs first after every reset. Default: none */
  readonly bootloader?: Uint16Array
  /** ms the boot loader waits after power-on and an external reset; default 0: none. Bytes that arrive meanwhile are lost and start the wait anew. */
  readonly bootloaderMs?: number
}

/** Bits of a character 8N1. */
const CHARACTER_BITS = 10
/** A word of flash that nothing was written to. */
const ERASED = 0xffff
/** What RAM holds after power-on; recognisable, so that the use of the stack can be read off it. */
const PAINT = 0xc5

/**
 * The whole board: ATmega328P at 16 MHz running a firmware image, an INA219
 * on its I²C bus, a serial line to a host. Deterministic: the same calls give
 * the same bytes at the same cycles. It runs only when told to.
 */
export class Board {
  readonly sensor: Ina219Model
  readonly bus: I2cBus
  readonly eeprom: Uint8Array
  /** A byte has arrived at the host. */
  onSerial: (byte: number) => void = () => {}
  /** The microcontroller has started again, for whatever reason. */
  onReset: (kind: ResetKind) => void = () => {}
  hostBaud: number | null
  readonly #firmware: FirmwareImage
  readonly #program: Uint16Array
  readonly #startAt: number
  readonly #bootloaderCycles: number
  #mcu: Mcu
  #outbox: number[] = []
  #isSending = false

  constructor(options: BoardOptions) {
    this.#firmware = options.firmware
    const { program } = options.firmware
    const loader = options.bootloader ?? null
    this.#startAt = loader ? loader.findIndex((word) => word !== ERASED) : 0
    this.#program = loader
      ? program.map((word, at) => (at >= this.#startAt ? (loader[at] as number) : word))
      : program
    this.eeprom = options.eeprom ?? new Uint8Array(EEPROM_BYTES).fill(0xff)
    this.hostBaud = options.hostBaud ?? null
    this.#bootloaderCycles = (options.bootloaderMs ?? 0) * (CLOCK_HZ / 1000)
    this.sensor = new Ina219Model({ ...options.sensor, nowUs: () => this.timeUs })
    this.bus = new I2cBus([this.sensor])
    this.#mcu = this.#boot('power', new Uint8Array(RAM_BYTES).fill(PAINT), 0, 0)
  }

  /** Clock cycles since power was first applied; goes on over resets. */
  get cycles(): number {
    // The sensor gets its power, and asks for the time, before there is a processor.
    return this.#mcu?.cpu.cycles ?? 0
  }

  get timeUs(): number {
    return this.cycles / (CLOCK_HZ / 1e6)
  }

  get timeMs(): number {
    return this.cycles / (CLOCK_HZ / 1e3)
  }

  /** The line's rate as the firmware has set it. */
  get baud(): number {
    return CLOCK_HZ / this.#mcu.usart.bitCycles
  }

  /** Characters the firmware did not fetch in time since the last reset. */
  get overruns(): number {
    return this.#mcu.usart.overruns
  }

  runMs(ms: number): void {
    this.runToCycle(this.cycles + Math.round(ms * (CLOCK_HZ / 1000)))
  }

  /** Runs until the cycle counter is there, or an instruction past it; not at all where it is. */
  runToCycle(endCycle: number): void {
    while (this.cycles < endCycle) {
      this.#mcu.runTo(endCycle)
      if (this.#mcu.watchdogFired) this.reset('watchdog')
    }
  }

  /** The host sends; the bytes arrive one after the other at the host's rate. */
  write(data: Uint8Array | string): void {
    for (const byte of typeof data === 'string' ? Buffer.from(data) : data) this.#outbox.push(byte)
    if (!this.#isSending) this.#sendNext()
  }

  /**
   * Starts the microcontroller again. RAM keeps its contents except over
   * `power`; the sensor's supply goes with the board's on `power` and `brownout`.
   */
  reset(kind: ResetKind): void {
    const old = this.#mcu
    old.twi.abandon()
    if (kind === 'power' || kind === 'brownout') this.sensor.brownOut()
    const ram = kind === 'power' ? new Uint8Array(RAM_BYTES).fill(PAINT) : old.ram
    const flags = kind === 'power' ? 0 : old.resetFlags
    this.#mcu = this.#boot(kind, ram, old.cpu.cycles, flags)
    this.#isSending = false
    this.#sendNext()
    this.onReset(kind)
  }

  /** The program is stuck. For tests of the watchdog. @param isDeaf with interrupts off; only a reset helps */
  hang(isDeaf = true): void {
    this.#mcu.hang(isDeaf)
  }

  /** An output pin is driven high. @param port as in PORTB */
  isHigh(port: 'B' | 'C' | 'D', pin: number): boolean {
    return this.#mcu.isHigh(port, pin)
  }

  /** The RAM as the program sees it now, from address 0x100. */
  get ram(): Uint8Array {
    return this.#mcu.ram
  }

  /** Sets a variable of the firmware, little endian, unsigned. @param size bytes, 1..4 */
  writeVariable(name: string, size: number, value: number): void {
    const bytes = Buffer.alloc(size)
    bytes.writeUIntLE(value, 0, size)
    this.ram.set(bytes, this.#ramIndex(name))
  }

  /** A byte of a variable of the firmware, or of a member of it. @param offset bytes from its start */
  readVariableByte(name: string, offset = 0): number {
    return this.ram[this.#ramIndex(name) + offset] as number
  }

  /** Bytes between the firmware's variables and the deepest the stack has reached since power-on. */
  get stackLeft(): number {
    const end = this.#firmware.symbols.get('_end') ?? this.#firmware.symbols.get('__heap_start')
    if (end === undefined) throw new Error('the firmware has no symbol _end')
    const used = this.ram.subarray(end - RAM_START).findIndex((byte) => byte !== PAINT)
    return used < 0 ? RAM_START + RAM_BYTES - end : used
  }

  #ramIndex(name: string): number {
    const address = this.#firmware.symbols.get(name)
    if (address === undefined) throw new Error(`the firmware has no symbol ${name}`)
    return address - RAM_START
  }

  #boot(kind: ResetKind, ram: Uint8Array, cycles: number, flags: number): Mcu {
    const mcu = new Mcu({
      program: this.#program,
      startAt: this.#startAt,
      eeprom: this.eeprom,
      bus: this.bus,
      ram,
      cycles,
      resetFlags: flags | RESET_FLAG[kind],
    })
    if (kind === 'power' || kind === 'external') mcu.heldUntil = cycles + this.#bootloaderCycles
    mcu.usart.onTransmit = (byte) => {
      const sentBit = mcu.usart.bitCycles
      this.onSerial(sampleCharacter(byte, sentBit, this.#hostBitCycles(sentBit)).byte)
    }
    return mcu
  }

  #hostBitCycles(boardBit: number): number {
    return this.hostBaud === null ? boardBit : CLOCK_HZ / this.hostBaud
  }

  #sendNext(): void {
    this.#isSending = this.#outbox.length > 0
    if (!this.#isSending) return
    const mcu = this.#mcu
    const sentBit = this.#hostBitCycles(mcu.usart.bitCycles)
    mcu.cpu.addClockEvent(() => {
      const byte = this.#outbox.shift() as number
      if (mcu.cpu.cycles < mcu.heldUntil) {
        mcu.heldUntil = mcu.cpu.cycles + this.#bootloaderCycles
      } else {
        const { byte: sampled, isFramed } = sampleCharacter(byte, sentBit, mcu.usart.bitCycles)
        mcu.usart.receive(sampled, isFramed)
      }
      this.#sendNext()
    }, CHARACTER_BITS * sentBit)
  }
}
