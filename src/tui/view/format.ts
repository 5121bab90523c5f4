import type { Quantity } from '../../domain/channels.ts'

export const UNIT: Readonly<Record<Quantity, string>> = { voltage: 'V', current: 'A', power: 'W' }

/** Decimals that show the INA219's own steps: 4 mV, 0.1 mA, 2 mW (SBOS448, registers). */
export const DECIMALS: Readonly<Record<Quantity, number>> = { voltage: 3, current: 4, power: 3 }

/** `toFixed` without a sign on what rounds to zero. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals)
  return /^-[0.]*$/.test(text) ? text.slice(1) : text
}

/** Most decimals, up to `decimals`, with which all values fit `width` cells. */
export function sharedDecimals(values: readonly number[], decimals: number, width: number): number {
  for (let d = decimals; d > 0; d--) {
    if (values.every((value) => fixed(value, d).length <= width)) return d
  }
  return 0
}

/** A number in at most `width` cells: fewer decimals, then powers of ten, then `####`. */
export function numberText(value: number, decimals: number, width: number): string {
  const plain = fixed(value, sharedDecimals([value], decimals, width))
  if (plain.length <= width) return plain
  const powers = value.toExponential(0)
  return powers.length <= width ? powers : '#'.repeat(width)
}

/** `13.4 mAh`, `2.345 Ah`. @param milli mAh or mWh */
export function amountText(milli: number, unit: 'Ah' | 'Wh'): string {
  const size = Math.abs(milli)
  if (size >= 10_000) return `${numberText(milli / 1000, 3, 9)} ${unit}`
  return `${fixed(milli, size < 10 ? 3 : size < 1000 ? 2 : 1)} m${unit}`
}

/** `76 100`: groups of three with spaces. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ')
}

/** `14:03:27`, the host's local time. @param timeUs Unix µs */
export function clockText(timeUs: number): string {
  const date = new Date(timeUs / 1000)
  if (Number.isNaN(date.getTime())) return '--:--:--'
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

/** `12 s`, `3 min`, `2 h`: how long something has lasted. @param ms milliseconds */
export function agoText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  return `${Math.floor(seconds / 3600)} h`
}

/** `15 s`, `60 s`, `2 min`: a time span as titles show it. @param ms whole seconds */
export function spanText(ms: number): string {
  return ms <= 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`
}
