import { type Correction, NEUTRAL } from '../src/domain/calibration.ts'
import { OUTPUT_NAMES, type OutputName } from '../src/domain/outputs.ts'
import { isRecord } from '../src/util/records.ts'
import type { Members } from './host-line.ts'

/** What a host can set (PROTOCOL.md 6), as the firmware has it. */
export interface Settings {
  /** ms between samples; 0: every conversion. May have a fraction only from the command line. */
  readonly intervalMs: number
  readonly mode: 'stream' | 'poll'
  /** Bus full scale in V. */
  readonly rangeV: number
  /** Shunt full scale in mV: 40, 80, 160, 320. */
  readonly shuntMv: number
  /** Samples averaged per conversion: 1, 2, 4 … 128. */
  readonly averaging: number
  /** ADC resolution, 9..12. */
  readonly bits: number
  readonly shuntOhm: number
  /** Full scale of the current in A as set; see `ampsMax`. */
  readonly amax: number
  readonly baud: number
  readonly threshold: Threshold | null
  readonly cutoff: Cutoff | null
  /** Outputs stay as they are over a reset. */
  readonly keep: boolean
  readonly calibration: Correction
  /** Samples have what lay between them as well. */
  readonly detail: boolean
  /** Times to 1 µs. */
  readonly us: boolean
}

export interface Threshold {
  readonly quantity: 'v' | 'a' | 'w'
  /** V, A or W; at it and above a note is sent. */
  readonly high: number
  /** Below it the next note is armed. */
  readonly low: number
  /** So many conversions in a row at it. */
  readonly conversions: number
  /** Until the threshold is set again. */
  readonly latch: boolean
  /** The alarm while the sensor is gone. */
  readonly lost: 'off' | 'on' | 'hold'
}

/** The device opens that output by itself. */
export interface Cutoff {
  readonly output: OutputName
  /** A */
  readonly above: number
  /** So many in a row above it. */
  readonly conversions: number
}

/** @param amax largest current in A that the device is to measure */
export function factorySettings(intervalMs: number, amax: number): Settings {
  return {
    intervalMs,
    mode: 'stream',
    rangeV: 32,
    shuntMv: 320,
    averaging: 1,
    bits: 12,
    // A recording of larger currents was made with a smaller shunt.
    shuntOhm: amax > 3.2 ? Math.max(1, Math.floor(320_000 / amax)) / 1e6 : 0.1,
    amax,
    baud: 115200,
    threshold: null,
    cutoff: null,
    keep: false,
    calibration: NEUTRAL,
    detail: false,
    us: false,
  }
}

/** What the shunt range lets through, in A. */
export function shuntAmps({ shuntMv, shuntOhm }: Settings): number {
  return Math.floor((shuntMv * 1e9) / Math.round(shuntOhm * 1e6)) / 1e6
}

/** Full scale of `a` in A: the smaller of what was set and what the shunt range lets through. */
export function ampsMax(settings: Settings): number {
  return Math.min(settings.amax, shuntAmps(settings))
}

/** Conversion time of one pair of shunt and bus in µs (SBOS448, SADC/BADC). */
export function conversionUs(settings: Settings): number {
  if (settings.averaging > 1) return 2 * 532 * settings.averaging
  return 2 * (CONVERSION_US[settings.bits] ?? 532)
}

const CONVERSION_US: Readonly<Record<number, number>> = { 9: 84, 10: 148, 11: 276, 12: 532 }
const SHUNT_RANGES_MV: readonly unknown[] = [40, 80, 160, 320]
const AVERAGINGS: readonly unknown[] = [1, 2, 4, 8, 16, 32, 64, 128]
const INTERVAL_END_MS = 3_600_000
/** V, A or W. */
const THRESHOLD_END = 2000

/**
 * Settings after a command, or why it can't be obeyed. Only commands that set
 * something; the others are the device's own.
 */
export function changeSettings(
  settings: Settings,
  command: string,
  members: Members,
): Settings | 'range' | 'unknown' {
  const change = Object.hasOwn(CHANGES, command) ? CHANGES[command] : undefined
  if (change === undefined) return 'unknown'
  const changed = change(members, settings)
  return changed === null ? 'range' : { ...settings, ...changed }
}

const CHANGES: Readonly<
  Record<string, (members: Members, settings: Settings) => Partial<Settings> | null>
> = {
  set_interval(members) {
    const value = valueIn(members)
    return isWhole(value, 0, INTERVAL_END_MS) ? { intervalMs: value } : null
  },
  set_mode(members) {
    const mode = valueIn(members)
    return mode === 'stream' || mode === 'poll' ? { mode } : null
  },
  set_range(members, { shuntMv: before }) {
    const rangeV = valueIn(members)
    const shuntMv = members['shunt_mv'] === undefined ? before : members['shunt_mv']
    if ((rangeV !== 16 && rangeV !== 32) || !SHUNT_RANGES_MV.includes(shuntMv)) return null
    return { rangeV, shuntMv: shuntMv as number }
  },
  set_averaging(members) {
    const averaging = valueIn(members)
    const bits = members['bits'] === undefined ? 12 : members['bits']
    if (!AVERAGINGS.includes(averaging) || !isWhole(bits, 9, 12)) return null
    // The chip averages 12-bit conversions only (SBOS448G table 5).
    if (averaging !== 1 && bits < 12) return null
    return { averaging: averaging as number, bits }
  },
  set_shunt(members) {
    const shunt = millionths(valueIn(members))
    if (shunt === null || shunt < 100 || shunt > 100e6) return null
    const most = Math.floor(320e9 / shunt)
    const amax = members['amax'] === undefined ? most : millionths(members['amax'])
    // From 20.48 mV at full scale, where the calibration register is full (SBOS448G equation 1).
    if (amax === null || amax > most || amax < Math.floor(20.48e9 / shunt)) return null
    return { shuntOhm: shunt / 1e6, amax: amax / 1e6 }
  },
  set_baud(members) {
    const baud = valueIn(members)
    return isWhole(baud, 9600, 1_000_000) && isBaudPossible(baud) ? { baud } : null
  },
  set_gain(members, { calibration }) {
    const gain = millionths(valueIn(members))
    if (gain === null || gain < 0.5e6 || gain > 2e6) return null
    return { calibration: { ...calibration, gain: gain / 1e6 } }
  },
  set_detail(members) {
    const detail = valueIn(members)
    return typeof detail === 'boolean' ? { detail } : null
  },
  set_us(members) {
    const us = valueIn(members)
    return typeof us === 'boolean' ? { us } : null
  },
  set_threshold(members) {
    const value = valueIn(members)
    if (value === null) return { threshold: null }
    const { quantity = 'a' } = members
    const high = limitOf(value)
    if (high === null || (quantity !== 'v' && quantity !== 'a' && quantity !== 'w')) return null
    const { low } = members
    const release = low === undefined ? high - Math.trunc(Math.abs(high) / 20) : limitOf(low)
    if (release === null || release > high) return null
    const { conversions = 1, latch = false, lost = 'off' } = members
    if (!isWhole(conversions, 1, 255) || typeof latch !== 'boolean') return null
    if (lost !== 'off' && lost !== 'on' && lost !== 'hold') return null
    const limits = { high: high / 1e6, low: release / 1e6 }
    return { threshold: { quantity, ...limits, conversions, latch, lost } }
  },
  set_cutoff(members) {
    const value = valueIn(members)
    if (value === 'off') return { cutoff: null }
    if (!isRecord(value)) return null
    const { output, conversions = 1 } = value
    const above = limitOf(value['above'])
    const name = OUTPUT_NAMES.find((each) => each === output)
    if (name === undefined || above === null || above < 0) return null
    return isWhole(conversions, 1, 255)
      ? { cutoff: { output: name, above: above / 1e6, conversions } }
      : null
  },
}

/** Unix time in µs that `set_time` asks for; null: out of range. */
export function unixTimeUs(members: Members): number | null {
  const value = valueIn(members)
  if (typeof value !== 'number') return null
  const seconds = value < 1e11 ? value : value / 1000
  return seconds >= 1e9 && seconds < 2 ** 32 ? seconds * 1e6 : null
}

/** `value_ms` is another name of `value`. */
function valueIn(members: Members): unknown {
  return members['value'] === undefined ? members['value_ms'] : members['value']
}

/** The divider of a 16 MHz clock at double speed, at most 2.5 % off (PROTOCOL.md 1). */
function isBaudPossible(baud: number): boolean {
  const divider = Math.round(2e6 / baud)
  return Math.abs(2e6 / divider - baud) <= baud * 0.025
}

/** Numbers are exact to 10⁻⁶, further digits are cut off (PROTOCOL.md 2); null: no number. */
function millionths(value: unknown): number | null {
  // To 15 digits, or 8.29 would be 8.289999.
  return typeof value === 'number' ? Math.trunc(Number((value * 1e6).toPrecision(15))) : null
}

/** @returns millionths of A, V or W, or null */
function limitOf(value: unknown): number | null {
  const limit = millionths(value)
  return limit !== null && Math.abs(limit) <= THRESHOLD_END * 1e6 ? limit : null
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
}
