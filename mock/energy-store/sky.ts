import type { Noise } from '../random.ts'

/** Light at noon under a clear sky, lx. */
const NOON_LUX = 100_000
/** Light of a clear night, lx. */
const NIGHT_LUX = 0.2
/** Clouds of a day: each drifts by in so large a part of it. */
const CLOUD = 1 / 40
/** What the thickest cloud lets through. */
const THICKEST = 0.15

/** What a panel and a light sensor see of the sky. A function of the time and the seed alone. */
export class Sky {
  readonly #noise: Noise

  constructor(noise: Noise) {
    this.#noise = noise
  }

  /** Sun on the ground, 0 to 1. @param day days since a midnight, fractions are the time of day */
  sun(day: number): number {
    return height(day) * this.#clearness(day)
  }

  /** lx */
  lux(day: number): number {
    return NIGHT_LUX + NOON_LUX * this.sun(day)
  }

  /** Which part of the light the clouds let through. */
  #clearness(day: number): number {
    const slow = this.#noise.drift(day * 6, 1)
    const quick = this.#noise.drift(day / CLOUD, 2)
    const cover = Math.max(0, Math.min(1, 0.35 + 0.5 * slow + 0.45 * quick))
    return 1 - cover * (1 - THICKEST)
  }
}

/** Of a clear day: up at 6, highest at 12, down at 18. */
function height(day: number): number {
  const hours = (day - Math.floor(day)) * 24
  return hours <= 6 || hours >= 18 ? 0 : Math.sin((Math.PI * (hours - 6)) / 12) ** 1.2
}
