/** What a host can set (contract 2.3), as the firmware has it. */
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
  /** Full scale of the current in A. */
  readonly ampsMax: number
  readonly baud: number
  readonly threshold: Threshold | null
}

export interface Threshold {
  readonly quantity: 'v' | 'a' | 'w'
  /** V, A or W; above it a note is sent. */
  readonly high: number
  /** Below it the next note is armed. */
  readonly low: number
}

export function factorySettings(intervalMs: number, ampsMax: number): Settings {
  return {
    intervalMs,
    mode: 'stream',
    rangeV: 32,
    shuntMv: 320,
    averaging: 1,
    bits: 12,
    shuntOhm: 0.1,
    ampsMax,
    baud: 115200,
    threshold: null,
  }
}

/** Conversion time of one pair of shunt and bus in µs (SBOS448, SADC/BADC). */
export function conversionUs(settings: Settings): number {
  if (settings.averaging > 1) return 2 * 532 * settings.averaging
  return 2 * (CONVERSION_US[settings.bits] ?? 532)
}

const CONVERSION_US: Readonly<Record<number, number>> = { 9: 84, 10: 148, 11: 276, 12: 532 }
const SHUNT_RANGES_MV: readonly unknown[] = [40, 80, 160, 320]
const AVERAGINGS: readonly unknown[] = [1, 2, 4, 8, 16, 32, 64, 128]
const BAUD_RATES: readonly unknown[] = [
  9600, 19200, 38400, 57600, 115200, 230400, 250000, 460800, 500000, 921600, 1000000, 2000000,
]
const INTERVAL_END_MS = 3_600_000

type Members = Readonly<Record<string, unknown>>

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
    const value = members['value'] ?? members['value_ms']
    return isWhole(value, 0, INTERVAL_END_MS) ? { intervalMs: value } : null
  },
  set_mode({ value }) {
    return value === 'stream' || value === 'poll' ? { mode: value } : null
  },
  set_range({ value, shunt_mv: shuntMv }, settings) {
    if (value !== 16 && value !== 32) return null
    if (shuntMv === undefined) return { rangeV: value }
    if (!SHUNT_RANGES_MV.includes(shuntMv)) return null
    const mv = shuntMv as number
    return { rangeV: value, shuntMv: mv, ampsMax: mv / 1000 / settings.shuntOhm }
  },
  set_averaging({ value, bits }) {
    if (!AVERAGINGS.includes(value)) return null
    if (bits === undefined) return { averaging: value as number }
    return isWhole(bits, 9, 12) ? { averaging: value as number, bits } : null
  },
  set_shunt({ value, amax }, settings) {
    if (!isNumber(value) || value <= 0 || value > 100) return null
    const ampsMax = amax === undefined ? settings.shuntMv / 1000 / value : amax
    return isNumber(ampsMax) && ampsMax > 0 ? { shuntOhm: value, ampsMax } : null
  },
  set_baud({ value }) {
    return BAUD_RATES.includes(value) ? { baud: value as number } : null
  },
  set_threshold({ value, low, quantity = 'a' }) {
    if (value === null) return { threshold: null }
    if (quantity !== 'v' && quantity !== 'a' && quantity !== 'w') return null
    const release = low === undefined && isNumber(value) ? value * 0.95 : low
    if (!isNumber(value) || !isNumber(release) || release > value) return null
    return { threshold: { quantity, high: value, low: release } }
  },
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return isNumber(value) && Number.isInteger(value) && value >= min && value <= max
}
