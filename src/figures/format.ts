import { fixed, numberText } from '../util/number-text.ts'
import { twoDigits } from '../util/numbers.ts'
import { inUnit, type ScaledUnit } from '../util/scaled-unit.ts'
import { formatLocal } from '../util/time-text.ts'

const AMOUNT_CELLS = 9

/** `13.40 mAh`, `2.3451 Ah`: charge or energy. @param amount in the bare unit */
export function amountText(amount: number, { text, exponent }: ScaledUnit): string {
  const scaled = inUnit(amount, exponent)
  const size = Math.abs(scaled)
  const decimals = size < 10 ? (exponent < 0 ? 3 : 4) : size < 1000 ? 2 : 1
  return `${numberText(scaled, decimals, AMOUNT_CELLS)} ${text}`
}

/** `14:03:27`, the host's local time. @param timeUs Unix µs */
export function timeOfDayText(timeUs: number): string {
  const date = new Date(timeUs / 1000)
  if (Number.isNaN(date.getTime())) return '--:--:--'
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')
}

/** `14:03:27`, on another local day than `nowUs` `2026-11-19 14:03:27`. Both in Unix µs. */
export function momentText(timeUs: number, nowUs: number): string {
  const [then, now] = [new Date(timeUs / 1000), new Date(nowUs / 1000)]
  if (Number.isNaN(then.getTime()) || then.toDateString() === now.toDateString()) {
    return timeOfDayText(timeUs)
  }
  return formatLocal(timeUs)
}

/** `14:03:27.104`, on another local day than `nowUs` with the date before it; cut, not rounded. */
export function preciseText(timeUs: number, nowUs: number): string {
  const ms = Math.floor(timeUs / 1000) % 1000
  return `${momentText(timeUs, nowUs)}.${String(ms).padStart(3, '0')}`
}

/** `0.250 s`, `12.400 s`, `3:05.250`, `2:03:05.250`: how long a span is, to the ms. @param us 0 or more */
export function lengthText(us: number): string {
  const ms = Math.round(us / 1000)
  if (ms < 60_000) return `${fixed(ms / 1000, 3)} s`
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60]
  const seconds = fixed((ms % 60_000) / 1000, 3).padStart(6, '0')
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${seconds}` : `${minutes}:${seconds}`
}

/** A value with all its digits, at least so many decimals, where there is room; else as many as fit. */
export function exactText(value: number, decimals: number, width: number): string {
  const plain = fixed(value, decimals)
  const whole = Number(plain) === value ? plain : String(value)
  return whole.length <= width ? whole : numberText(value, 9, width)
}

/** `12 s`, `3 min`, `2 h`: how long something has lasted. @param ms milliseconds */
export function agoText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  return `${Math.floor(seconds / 3600)} h`
}

/** `50 s`, `12 min`, `7:20 h`, `12.4 d`: how long something will last. @param seconds 0 or more */
export function leftText(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 2) return `${Math.floor(seconds)} s`
  if (minutes < 120) return `${minutes} min`
  if (minutes < 2880) return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)} h`
  return minutes < 1_440_000 ? `${numberText(minutes / 1440, 1, 5)} d` : '> 1000 d'
}

/** Below this rate a period is easier to read, in samples a second. */
const SLOW_RATE = 0.1

/** `100.2 S/s`, `0.50 S/s`; of a slow device how long one takes: `1 S/20 s`, `1 S/2.5 min`. @param rate samples a second */
export function rateText(rate: number): string {
  if (rate >= 1 || rate <= 0) return `${numberText(rate, 1, 7)} S/s`
  if (rate >= SLOW_RATE) return `${fixed(rate, 2)} S/s`
  const seconds = 1 / rate
  const [period, unit] =
    seconds < 99.95
      ? [seconds, 's']
      : seconds < 5997
        ? [seconds / 60, 'min']
        : [seconds / 3600, 'h']
  return `1 S/${numberText(period, 1, 5).replace(/\.0$/, '')} ${unit}`
}

/** `10 s`, `60 s`, `2 min`, `3 h`: a time span as titles show it. @param ms whole seconds */
export function spanText(ms: number): string {
  if (ms <= 60_000) return `${ms / 1000} s`
  return ms < 3_600_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`
}
