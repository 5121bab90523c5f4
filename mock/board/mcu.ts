import {
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRWatchdog,
  CPU,
  portBConfig,
  portCConfig,
  portDConfig,
  watchdogConfig,
} from 'avr8js'
import type { I2cBus } from './i2c-bus.ts'
import { addTimers } from './timers.ts'
import { type Translation, translationOf } from './translation.ts'
import { Twi } from './twi.ts'
import { Usart } from './usart.ts'

/** Of the Nano's crystal. */
export const CLOCK_HZ = 16_000_000
export const RAM_START = 0x100
export const RAM_BYTES = 2048
export const EEPROM_BYTES = 1024

/** Bits of MCUSR, DS40002061B 10.9.1. */
export const RESET_FLAG = { power: 0x01, external: 0x02, brownout: 0x04, watchdog: 0x08 } as const
export type ResetKind = keyof typeof RESET_FLAG

const MCUSR = 0x54
const SMCR = 0x53
const SREG = 0x5f
const WDTCSR = 0x60
const TWCR = 0xbc
const WDE = 0x08
const WDCE = 0x10
const SLEEP_ENABLE = 0x01

const OPCODE_SLEEP = 0x9588
const OPCODE_SEI = 0x9478
const OPCODE_RETI = 0x9518
/** A jump to itself: every program of avr-libc ends in one. */
const OPCODE_LOOP = 0xcfff
const SREG_I = 0x80
/** avr8js counts two of the four cycles of DS40002061B 6.7.1. */
const INTERRUPT_MISSING_CYCLES = 2

const SDA_PIN = 4
const SCL_PIN = 5

export interface McuOptions {
  readonly program: Uint16Array
  readonly eeprom: Uint8Array
  readonly bus: I2cBus
  /** Contents of the RAM at the start; copied. */
  readonly ram: Uint8Array
  /** Cycle counter at the start. */
  readonly cycles: number
  /** MCUSR at the start. */
  readonly resetFlags: number
  /** Word of flash at which it starts; default 0, elsewhere by the fuse for a boot loader. */
  readonly startAt?: number
}

/**
 * One life of the ATmega328P, from a reset to the next: avr8js's `cpu.reset()`
 * leaves registers and peripherals as they were, so each reset builds a new one.
 */
export class Mcu {
  readonly cpu: CPU
  readonly usart: Usart
  readonly twi: Twi
  /** The watchdog bit; the owner has to build the next life. */
  watchdogFired = false
  /** Until this cycle the boot loader has the processor; time passes, no instruction runs. */
  heldUntil = 0
  readonly #bus: I2cBus
  readonly #translation: Translation
  #isAsleep = false

  constructor({ program, eeprom, bus, ram, cycles, resetFlags, startAt = 0 }: McuOptions) {
    const cpu = new CPU(program, RAM_BYTES)
    this.#translation = translationOf(program)
    this.cpu = cpu
    this.#bus = bus
    cpu.cycles = cycles
    cpu.pc = startAt
    cpu.data.set(ram, RAM_START)
    cpu.data[MCUSR] = resetFlags
    this.usart = new Usart(cpu)
    this.twi = new Twi(cpu, bus, CLOCK_HZ)
    addTimers(cpu)
    new AVREEPROM(cpu, {
      readMemory: (address) => eeprom[address % EEPROM_BYTES] as number,
      writeMemory: (address, value) => {
        // Programming can only clear bits; the erase before it sets them.
        eeprom[address % EEPROM_BYTES] = (eeprom[address % EEPROM_BYTES] as number) & value
      },
      eraseMemory: (address) => {
        eeprom[address % EEPROM_BYTES] = 0xff
      },
    })
    for (const config of [portBConfig, portDConfig]) new AVRIOPort(cpu, config)
    this.#connectBus(new AVRIOPort(cpu, portCConfig))
    this.#connectWatchdog(resetFlags)
  }

  get ram(): Uint8Array {
    return this.cpu.data.subarray(RAM_START)
  }

  get resetFlags(): number {
    return this.cpu.data[MCUSR] as number
  }

  isHigh(port: 'B' | 'C' | 'D', pin: number): boolean {
    const { DDR, PORT } = { B: portBConfig, C: portCConfig, D: portDConfig }[port]
    const { data } = this.cpu
    return ((data[DDR] as number) & (data[PORT] as number) & (1 << pin)) !== 0
  }

  /** No instruction runs any more; timers and watchdog do. @param isDeaf false: interrupts do, too */
  hang(isDeaf: boolean): void {
    const { cpu } = this
    if (isDeaf) {
      cpu.data[SREG] = 0
      this.#isAsleep = true
      return
    }
    cpu.pc = cpu.progMem.indexOf(OPCODE_LOOP)
    cpu.data[SREG] = SREG_I
  }

  /** Runs to the given cycle, or to a watchdog reset before it. */
  runTo(endCycle: number): void {
    const { cpu } = this
    while (cpu.cycles < endCycle && !this.watchdogFired) {
      if (cpu.cycles < this.heldUntil) this.#skipTo(Math.min(endCycle, this.heldUntil))
      else if (this.#isAsleep) this.#skipTo(endCycle)
      else this.#runInstructions(endCycle)
    }
  }

  /** At least one instruction. */
  #runInstructions(endCycle: number): void {
    const { cpu } = this
    const { data } = cpu
    const isInterrupted = cpu.nextInterrupt >= 0 && ((data[SREG] as number) & SREG_I) !== 0
    if (!isInterrupted) this.#translation.runBefore(cpu, Math.min(endCycle, this.#nextEventCycle))
    const opcode = cpu.progMem[cpu.pc]
    this.#translation.runOne(cpu)
    // The instruction after SEI and RETI always runs first (DS40002061B 6.7); SEI, SLEEP relies on it.
    if (opcode === OPCODE_SEI || opcode === OPCODE_RETI) return
    if (opcode === OPCODE_SLEEP && (data[SMCR] as number) & SLEEP_ENABLE) this.#isAsleep = true
    this.#tick()
  }

  /** Infinity: none is expected. */
  get #nextEventCycle(): number {
    const next = (this.cpu as unknown as { nextClockEvent: { cycles: number } | null })
      .nextClockEvent
    return next === null ? Number.POSITIVE_INFINITY : next.cycles
  }

  /** One clock event at most, one interrupt at most. Every sleep mode is taken as idle. */
  #tick(): void {
    const { cpu } = this
    const { pc } = cpu
    cpu.tick()
    if (cpu.pc !== pc) {
      cpu.cycles += INTERRUPT_MISSING_CYCLES
      this.#isAsleep = false
    }
  }

  /** No instruction runs: straight to the next thing that can happen. */
  #skipTo(endCycle: number): void {
    const { cpu } = this
    cpu.cycles = Math.max(cpu.cycles, Math.min(this.#nextEventCycle, endCycle))
    this.#tick()
  }

  /** The port pins reach the wires while the two-wire interface is off. */
  #connectBus(port: AVRIOPort): void {
    const { cpu, twi } = this
    const bus = this.#bus
    const { DDR, PORT, PIN } = portCConfig
    const isLow = (pin: number): boolean =>
      !twi.enabled && ((cpu.data[DDR] as number) & ~(cpu.data[PORT] as number) & (1 << pin)) !== 0
    for (const register of [DDR, PORT, PIN, TWCR]) {
      const hook = cpu.writeHooks[register]
      cpu.writeHooks[register] = (value, oldValue, address, mask) => {
        const isDone = hook?.(value, oldValue, address, mask) ?? false
        bus.drive(isLow(SCL_PIN), isLow(SDA_PIN))
        return isDone
      }
    }
    bus.onLines = () => {
      port.setPin(SDA_PIN, bus.sda)
      port.setPin(SCL_PIN, bus.scl)
    }
    bus.drive(false, false)
  }

  #connectWatchdog(resetFlags: number): void {
    const { cpu } = this
    new AVRWatchdog(cpu, watchdogConfig, new AVRClock(cpu, CLOCK_HZ))
    // AVRWatchdog ends in `cpu.reset()`.
    cpu.reset = () => {
      this.watchdogFired = true
    }
    const hook = cpu.writeHooks[WDTCSR]
    cpu.writeHooks[WDTCSR] = (value, oldValue, address, mask) => {
      // WDRF overrides WDE (DS40002061B 10.9.2).
      const forced = this.resetFlags & RESET_FLAG.watchdog ? WDE : 0
      return hook?.(value | forced, oldValue, address, mask)
    }
    if (resetFlags & RESET_FLAG.watchdog) {
      cpu.writeData(WDTCSR, WDCE | WDE)
      cpu.writeData(WDTCSR, WDE)
    }
  }
}
