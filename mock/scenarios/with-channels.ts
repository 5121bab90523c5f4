import { ramp, type Scenario } from './scenario.ts'

/** A day of `solar-node`, in s: short, so that it can be watched. */
const DAY_S = 1200
/** Charging current at noon, and the load that it feeds on average over a day, in A. */
const NOON_A = 0.6
const LOAD_A = NOON_A / Math.PI
/** Charge of the full cell, in As: 60 mAh. */
const FULL_AS = 216
/** Charge left at sunrise, in %. */
const SUNRISE_SOC = 30

/** Devices that measure more than voltage and current (PROTOCOL.md 5.1). */
export const withChannels: readonly Scenario[] = [
  {
    name: 'solar-node',
    description: '5 V from a cell on a small panel, a day in 20 min; also sends soc, lux, temp',
    at(tS, n, noise, out) {
      const phase = (2 * Math.PI * (tS % DAY_S)) / DAY_S
      const sun = Math.max(0, Math.sin(phase))
      const clouds = 1 + 0.2 * noise.drift(tS / 10, 1)
      out.amps = LOAD_A - NOON_A * sun * clouds + 0.001 * noise.gauss(n, 2)
      // What the clouds take away and give is not counted: over some minutes it is nothing.
      const radians = 1 - Math.cos(Math.min(phase, Math.PI)) - phase / Math.PI
      const chargedAs = ((NOON_A * DAY_S) / (2 * Math.PI)) * radians
      const soc = SUNRISE_SOC + (100 * chargedAs) / FULL_AS
      out.volts = 4.95 + 0.1 * ramp(soc, 0, 100) - 0.15 * out.amps + 0.003 * noise.gauss(n, 3)
      const warmth = 24 + 7 * Math.sin(phase - 0.6) + 0.05 * noise.gauss(n, 4)
      out.extras = {
        soc: rounded(soc, 1),
        lux: rounded(90_000 * sun * clouds, 0),
        temp: rounded(warmth, 2),
      }
    },
  },
]

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
