import { ramp, type Scenario, sinceEvent } from './scenario.ts'

/** Time a full cell lasts in `battery`, in s. */
const BATTERY_S = 7200
/** Open-circuit voltage of a lithium-ion cell over the charge left, in V at 0, 10, … 100 %. */
const CELL_V = [3.0, 3.45, 3.58, 3.66, 3.7, 3.74, 3.8, 3.88, 3.97, 4.07, 4.18]
/** Steps of the load in `usb-sag`, in A; each lasts 4 s. */
const USB_STEPS_A = [0.1, 0.5, 0.9, 1.5, 2.1, 2.6, 1.2, 0.3]

/** Loads as they are met: for seeing what a real recording of them would look like. */
export const loads: readonly Scenario[] = [
  {
    name: 'battery',
    description: 'a lithium-ion cell run flat in 2 h: 4.1 V to cut-off at 3.0 V, then recovery',
    at(tS, n, noise, out) {
      const left = 1 - tS / BATTERY_S
      if (left <= 0) {
        // The protection has cut the load off; the cell rests.
        out.volts = 3.32 - 0.3 * Math.exp(-(tS - BATTERY_S) / 120)
        out.mode = 'VOLTAGE_DROP'
        return
      }
      const isBusy = sinceEvent(tS, 30, 6, noise, 1) >= 0
      out.amps = (isBusy ? 1.35 : 0.7) + 0.003 * noise.gauss(n, 2)
      const ohms = 0.09 + 0.12 * ramp(left, 0.2, 0)
      out.volts = cellVolts(left) - ohms * out.amps + 0.002 * noise.gauss(n, 3)
      if (out.volts < 3.3) out.mode = 'VOLTAGE_DROP'
    },
  },
  {
    name: 'radio',
    description: 'a radio node on 3.3 V: asleep, awake every 10 s, transmits (118 mA), listens',
    at(tS, n, noise, out) {
      const phase = tS % 10
      const gain = 1 + 0.01 * noise.gauss(n, 2)
      // Asleep it takes 8 µA: less than the sensor can see.
      out.amps = 0.000008
      if (phase < 0.6) out.amps = 0.0185 * gain
      else if (phase < 1.9) out.amps = 0.118 * gain
      else if (phase < 2.9) out.amps = 0.0112 * gain
      if (out.amps > 0.1) out.mode = 'LOAD_SPIKE'
      out.volts = 3.312 - 0.9 * out.amps + 0.003 * noise.gauss(n, 3)
    },
  },
  {
    name: 'motor',
    description: 'a 12 V motor, on 12 s of every 20 s: 3.1 A inrush, then 0.85 A with ripple',
    at(tS, n, noise, out) {
      const phase = tS % 20
      if (phase < 12) {
        const inrush = 2.25 * Math.exp(-phase / 0.6)
        const ripple = 0.05 * Math.sin(2 * Math.PI * 83 * tS) + 0.015 * noise.gauss(n, 2)
        out.amps = Math.min(3.15, 0.85 + inrush + ripple)
        if (phase < 1.2) out.mode = 'LOAD_SPIKE'
      } else if (phase < 12.8) {
        // It turns on by itself and feeds back.
        out.amps = -0.35 * Math.exp(-(phase - 12) / 0.3)
      }
      out.volts = 12.1 - 0.28 * out.amps + 0.008 * noise.gauss(n, 3)
    },
  },
  {
    name: 'usb-sag',
    description: 'a USB supply on a thin cable: load in steps up to 2.6 A, sagging below 4.4 V',
    at(tS, n, noise, out) {
      const step = Math.floor(tS / 4)
      const wanted = USB_STEPS_A[step % USB_STEPS_A.length] as number
      out.amps = wanted + 0.004 * noise.gauss(n, 2)
      out.volts = 5.14 - 0.32 * out.amps + 0.006 * noise.gauss(n, 3)
      // USB 2.0, 7.2.2: a device must work down to 4.4 V.
      if (out.volts < 4.4) out.mode = 'VOLTAGE_DROP'
    },
  },
  {
    name: 'bench',
    description: 'a noisy bench supply at 12 V, 0.5 A: mains ripple, switching noise, slow drift',
    at(tS, n, noise, out) {
      const hum = Math.sin(2 * Math.PI * 100 * tS)
      const wander = noise.drift(tS / 45, 1)
      out.volts = 12 + 0.03 * wander + 0.025 * hum + 0.03 * noise.gauss(n, 3)
      out.amps = out.volts / 24 + 0.004 * noise.gauss(n, 2)
      out.mode = 'NOISE'
    },
  },
  {
    name: 'solar',
    description: 'a battery on a solar panel: charged (negative current) through clouds, then used',
    at(tS, n, noise, out) {
      const sun = Math.max(0, Math.sin((2 * Math.PI * tS) / 240))
      const clouds = 0.75 + 0.25 * noise.drift(tS / 6, 1)
      out.amps = 0.28 - 1.4 * sun * clouds + 0.002 * noise.gauss(n, 2)
      out.volts = 12.6 - 0.3 * out.amps + 0.004 * noise.gauss(n, 3)
    },
  },
]

/** @param left charge, 0..1 */
function cellVolts(left: number): number {
  const place = left * (CELL_V.length - 1)
  const below = Math.min(CELL_V.length - 2, Math.floor(place))
  const from = CELL_V[below] as number
  return from + ((CELL_V[below + 1] as number) - from) * (place - below)
}
