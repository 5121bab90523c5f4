import { Noise } from '../random.ts'
import type { I2cTarget } from './i2c-bus.ts'

/** What is at the pins of the sensor. */
export interface SensorInput {
  /** V at the load side, 0..32 (the part itself: 26 V) */
  readonly voltage: number
  /** A through the shunt, signed */
  readonly current: number
  /** s since the board got its power: both hold until then. Absent: for some µs */
  readonly untilS?: number
}

/**
 * @param timeS seconds since the board got its power
 * @param pair number of the conversion pair since the last write of the configuration, from 0
 */
export type SensorFeed = (timeS: number, pair: number) => SensorInput

/** Standard deviation of a single 12-bit conversion; of an average, less by the root of its number. */
export interface SensorNoise {
  /** µV over the shunt */
  readonly shuntUv: number
  /** mV */
  readonly busMv: number
  /** The same seed gives the same noise at the same times. Default 1 */
  readonly seed?: number
}

export interface Ina219Options {
  /** 0x40..0x4F, default 0x40; `ina219Address` works it out from the pins */
  readonly address?: number
  /** Ω, above 0; default 0.1 */
  readonly shuntOhm?: number
  readonly feed: SensorFeed
  /** Time of a conversion by that of table 5, 0.9..1.1: parts differ by up to 10 %. Default 1 */
  readonly conversionTime?: number
  /** By so much, either way, each pair takes longer or shorter than that: 0.01 is 1 %. Default 0 */
  readonly jitter?: number
  /** What the converters add of their own. Default none */
  readonly noise?: SensorNoise
  /** µs since the board got its power, with fractions */
  readonly nowUs: () => number
}

export type AddressPin = 'gnd' | 'vs' | 'sda' | 'scl'
const PIN_ORDER: readonly AddressPin[] = ['gnd', 'vs', 'sda', 'scl']

/** SBOS448G table 1. */
export function ina219Address(a1: AddressPin, a0: AddressPin): number {
  return 0x40 | (PIN_ORDER.indexOf(a1) << 2) | PIN_ORDER.indexOf(a0)
}

/** SBOS448G 8.6, table 2. */
export const REGISTER = {
  configuration: 0,
  shuntVoltage: 1,
  busVoltage: 2,
  power: 3,
  current: 4,
  calibration: 5,
} as const

const CONFIG_POWER_ON = 0x399f
const CONFIG_RESET = 0x8000
/** Bit 15 clears itself, bit 14 does not exist. */
const CONFIG_KEPT = 0x3fff
const CNVR = 0x0002
const OVF = 0x0001
/** µs of one conversion of 9, 10, 11, 12 bit (SBOS448G table 5). */
const CONVERSION_US = [84, 148, 276, 532] as const
/** µs until the first conversion after power-down (SBOS448G 8.4.2). */
const RECOVERY_US = 40
/** For how long a feed is taken to hold that does not say it, in µs. */
const HELD_US = 4
/** Channels of the random numbers. */
const SHUNT_NOISE = 0
const BUS_NOISE = 1
const JITTER = 2
const SHUNT_LSB_V = 10e-6
const BUS_LSB_V = 4e-3

interface Adc {
  readonly samples: number
  readonly conversionUs: number
  /** Register counts a step of the converter is worth at this resolution. */
  readonly step: number
}

/** Four bits of BADC or SADC, SBOS448G table 5. @param timeFactor see `Ina219Options.conversionTime` */
function adcOf(bits: number, timeFactor: number): Adc {
  const isAveraged = (bits & 8) !== 0
  const resolution = isAveraged ? 3 : bits & 3
  return {
    samples: isAveraged ? 1 << (bits & 7) : 1,
    conversionUs: (CONVERSION_US[resolution] as number) * timeFactor,
    step: 1 << (3 - resolution),
  }
}

/**
 * The INA219 at register level, as SBOS448G (December 2015) describes it:
 * registers, conversion times, averages, clipping, flags, calibration
 * arithmetic. A conversion gives the mean of what its pins had from its begin
 * to its end. Its time is the board's; conversions are worked out when
 * somebody looks.
 *
 * Two things the datasheet leaves open: at less than 12 bit the low bits are
 * zero, and products are cut towards zero.
 */
export class Ina219Model implements I2cTarget {
  readonly address: number
  /** False: not connected, answers nothing. */
  present = true
  /** What is at its pins; replaceable at any time. */
  feed: SensorFeed
  readonly shuntOhm: number
  readonly #nowUs: () => number
  readonly #timeFactor: number
  readonly #jitter: number
  readonly #noise: SensorNoise | null
  readonly #random: Noise

  readonly #registers = new Uint16Array(8)
  #pointer = 0
  #written: number[] = []
  #sending = 0
  #sendingHigh = true

  #isRunning = true
  /** Start of the pair being converted. */
  #pairStartUs = 0
  /** Its length by the usual one. */
  #pairFactor = 1
  #pair = 0
  #shuntDone = false
  #shunt: Adc | null = null
  #bus: Adc | null = null
  #isConverted = false
  #isOverflow = false

  constructor(options: Ina219Options) {
    const { address = 0x40, shuntOhm = 0.1, conversionTime = 1, feed, nowUs } = options
    this.address = address
    this.shuntOhm = shuntOhm
    this.feed = feed
    this.#nowUs = nowUs
    this.#timeFactor = conversionTime
    this.#jitter = options.jitter ?? 0
    this.#noise = options.noise ?? null
    this.#random = new Noise(options.noise?.seed ?? 1)
    this.brownOut()
  }

  /** Supply dipped: every register is as after power-on (SBOS448G 8.6.2.1); the input stays. */
  brownOut(): void {
    this.#registers.fill(0)
    this.#pointer = 0
    this.#written = []
    this.#isOverflow = false
    this.#isConverted = false
    this.#shunt = null
    this.#bus = null
    this.#configure(CONFIG_POWER_ON)
  }

  /** Register as a read over the bus would give it, without the effects of a read. */
  peek(register: number): number {
    this.#advance()
    return this.#value(register)
  }

  /** Pairs (or single conversions) completed since the last write of the configuration. */
  get conversions(): number {
    this.#advance()
    return this.#pair
  }

  /** µs of a whole conversion pair as configured, without jitter; 0 in power-down. */
  get periodUs(): number {
    return timeOf(this.#shunt) + timeOf(this.#bus)
  }

  // The bus side: a write is pointer, high, low; a read goes on from the pointer (SBOS448G 8.5.5).

  addressed(isRead: boolean): boolean {
    if (!this.present) return false
    this.#advance()
    this.#written = []
    if (isRead) {
      this.#sending = this.#value(this.#pointer)
      this.#sendingHigh = true
      if (this.#pointer === REGISTER.power) this.#isConverted = false
    }
    return true
  }

  received(byte: number): boolean {
    const written = this.#written
    if (written.length === 0) this.#pointer = byte & 7
    written.push(byte)
    if (written.length === 3) {
      this.#write(this.#pointer, ((written[1] as number) << 8) | (written[2] as number))
    }
    return true
  }

  send(): number {
    const byte = this.#sendingHigh ? this.#sending >> 8 : this.#sending & 0xff
    this.#sendingHigh = !this.#sendingHigh
    return byte
  }

  stopped(): void {
    this.#written = []
  }

  #write(register: number, value: number): void {
    this.#advance()
    if (register === REGISTER.configuration) {
      if (value & CONFIG_RESET) this.brownOut()
      else this.#configure(value)
    }
    // FS0 is void and reads 0 (SBOS448G 8.6.4.1).
    if (register === REGISTER.calibration) this.#registers[REGISTER.calibration] = value & 0xfffe
  }

  #value(register: number): number {
    const value = this.#registers[register] as number
    if (register !== REGISTER.busVoltage) return value
    return value | (this.#isConverted ? CNVR : 0) | (this.#isOverflow ? OVF : 0)
  }

  #configure(value: number): void {
    const wasAsleep = !this.#shunt && !this.#bus
    this.#registers[REGISTER.configuration] = value & CONFIG_KEPT
    const mode = value & 7
    const isOff = mode === 0 || mode === 4
    this.#shunt = !isOff && mode & 1 ? adcOf((value >> 3) & 15, this.#timeFactor) : null
    this.#bus = !isOff && mode & 2 ? adcOf((value >> 7) & 15, this.#timeFactor) : null
    this.#isRunning = !isOff
    // A new mode clears CNVR, power-down and ADC off don't (SBOS448G 8.6.3.2).
    if (!isOff) this.#isConverted = false
    this.#beginPair(this.#nowUs() + (wasAsleep && !isOff ? RECOVERY_US : 0))
    this.#pair = 0
    this.#shuntDone = false
  }

  #advance(): void {
    const now = this.#nowUs()
    const period = this.periodUs
    if (!this.#isRunning) return
    if (this.#isContinuous) {
      // Nobody saw the pairs between; the last two say all that is left of them.
      const skip = Math.floor((now - this.#pairStartUs) / period) - 2
      if (skip > 0) {
        this.#beginPair(this.#pairStartUs + skip * period)
        this.#pair += skip
        this.#shuntDone = false
      }
    }
    while (this.#isRunning) {
      const shuntEndUs = this.#pairStartUs + timeOf(this.#shunt) * this.#pairFactor
      if (!this.#shuntDone) {
        if (now < shuntEndUs) return
        if (this.#shunt) this.#convertShunt(this.#shunt)
        this.#shuntDone = true
      }
      const pairEndUs = this.#pairStartUs + period * this.#pairFactor
      if (now < pairEndUs) return
      if (this.#bus) this.#convertBus(this.#bus, shuntEndUs)
      this.#shuntDone = false
      this.#isConverted = true
      this.#pair += 1
      this.#beginPair(pairEndUs)
      this.#isRunning = this.#isContinuous
    }
  }

  #beginPair(startUs: number): void {
    this.#pairStartUs = startUs
    const part = this.#random.uniform(timeIndex(startUs), JITTER) * 2 - 1
    this.#pairFactor = 1 + this.#jitter * part
  }

  get #isContinuous(): boolean {
    return ((this.#registers[REGISTER.configuration] as number) & 4) !== 0
  }

  #convertShunt(adc: Adc): void {
    const startUs = this.#pairStartUs
    const volts =
      this.#mean(adc, startUs, ({ current }) => current * this.shuntOhm) +
      this.#noiseOf(adc, startUs, SHUNT_NOISE) * (this.#noise?.shuntUv ?? 0) * 1e-6
    const gain = ((this.#registers[REGISTER.configuration] as number) >> 11) & 3
    const full = 4000 << gain
    const counts = clamp(quantize(volts / SHUNT_LSB_V, adc.step), -full, full)
    this.#registers[REGISTER.shuntVoltage] = counts
    // SBOS448G equation 4
    const current = Math.trunc((counts * (this.#registers[REGISTER.calibration] as number)) / 4096)
    this.#registers[REGISTER.current] = current
    this.#isOverflow = current > 0x7fff || current < -0x8000
  }

  #convertBus(adc: Adc, startUs: number): void {
    const volts =
      this.#mean(adc, startUs, ({ voltage }) => voltage) +
      this.#noiseOf(adc, startUs, BUS_NOISE) * (this.#noise?.busMv ?? 0) * 1e-3
    const full = (this.#registers[REGISTER.configuration] as number) & 0x2000 ? 8000 : 4000
    const counts = clamp(quantize(volts / BUS_LSB_V, adc.step), 0, full)
    this.#registers[REGISTER.busVoltage] = counts << 3
    // SBOS448G equation 5; the register has no sign.
    const current = ((this.#registers[REGISTER.current] as number) << 16) >> 16
    const power = Math.trunc((Math.abs(current) * counts) / 5000)
    this.#registers[REGISTER.power] = power
    if (power > 0xffff) this.#isOverflow = true
  }

  /** Standard deviation 1 of one sample. */
  #noiseOf(adc: Adc, startUs: number, channel: number): number {
    if (this.#noise === null) return 0
    return this.#random.gauss(timeIndex(startUs), channel) / Math.sqrt(adc.samples)
  }

  /** A delta-sigma converter integrates: over all of its samples, which follow each other without a pause. */
  #mean(adc: Adc, startUs: number, quantity: (input: SensorInput) => number): number {
    const endUs = startUs + timeOf(adc) * this.#pairFactor
    let first: number | null = null
    // Of the differences, so that what stays the same stays it to the last bit.
    let difference = 0
    for (let fromUs = startUs; fromUs < endUs; ) {
      const lookUs = Math.min(fromUs + HELD_US / 2, (fromUs + endUs) / 2)
      const input = this.feed(lookUs * 1e-6, this.#pair)
      const heldUs = (input.untilS ?? 0) * 1e6
      const toUs = Math.min(endUs, heldUs > lookUs ? heldUs : fromUs + HELD_US)
      const value = quantity(input)
      first ??= value
      difference += (value - first) * (toUs - fromUs)
      fromUs = toUs
    }
    return (first ?? 0) + difference / (endUs - startUs)
  }
}

/** Conversions are further apart than 1/16 µs. */
function timeIndex(us: number): number {
  return Math.round(us * 16) >>> 0
}

function timeOf(adc: Adc | null): number {
  return adc ? adc.samples * adc.conversionUs : 0
}

function quantize(counts: number, step: number): number {
  return Math.round(counts / step) * step
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
