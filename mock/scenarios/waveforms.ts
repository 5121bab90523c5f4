import { type Scenario, sinceEvent } from './scenario.ts'

/** 5 V through some cable: what is left of it at a current. */
const rail = (amps: number): number => 5.08 - 0.22 * amps

/** Simple shapes, one thing at a time: for trying out charts, alarms and statistics. */
export const waveforms: readonly Scenario[] = [
  {
    name: 'normal',
    description: 'a small 5 V circuit: 0.1 to 0.35 A, slowly swinging, little noise',
    at(tS, n, noise, out) {
      const swing = 0.22 + 0.08 * Math.sin((2 * Math.PI * tS) / 20) + 0.05 * noise.drift(tS / 7, 1)
      out.amps = swing + 0.0015 * noise.gauss(n, 2)
      out.volts = rail(swing) + 0.005 * noise.gauss(n, 3)
    },
  },
  {
    name: 'noise',
    description: 'the same with heavy noise on voltage (100 mV) and current (60 mA)',
    at(_tS, n, noise, out) {
      out.amps = 0.3 + 0.06 * noise.gauss(n, 2)
      out.volts = 5 + 0.1 * noise.gauss(n, 3)
      out.mode = 'NOISE'
    },
  },
  {
    name: 'sine',
    description: 'current as a clean sine, 0.05 to 0.45 A, one turn a minute',
    at(tS, _n, _noise, out) {
      out.amps = 0.25 + 0.2 * Math.sin((2 * Math.PI * tS) / 60)
      out.volts = rail(out.amps)
    },
  },
  {
    name: 'ramp',
    description: 'current rises from 0 to 3 A in a minute, falls back, begins again',
    at(tS, _n, _noise, out) {
      out.amps = 3 * ((tS / 60) % 1)
      out.volts = rail(out.amps)
    },
  },
  {
    name: 'spike',
    description: '0.12 A with a spike of 1.5 to 2.8 A for 1.2 s in every 8 s',
    at(tS, n, noise, out) {
      const since = sinceEvent(tS, 8, 1.2, noise, 1)
      out.amps = 0.12 + 0.001 * noise.gauss(n, 2)
      if (since >= 0) {
        out.amps += 1.5 + 1.2 * noise.uniform(Math.floor(tS / 8), 4)
        out.mode = 'LOAD_SPIKE'
      }
      out.volts = rail(out.amps) + 0.004 * noise.gauss(n, 3)
    },
  },
  {
    name: 'burst',
    description: 'a load that is on (0.9 A) for 2 s of every 10 s',
    at(tS, n, noise, out) {
      const isOn = tS % 10 < 2
      out.amps = (isOn ? 0.9 : 0.06) + 0.002 * noise.gauss(n, 2)
      out.volts = rail(out.amps) + 0.004 * noise.gauss(n, 3)
      if (isOn) out.mode = 'LOAD_SPIKE'
    },
  },
  {
    name: 'drop',
    description: 'the supply falls from 5 V to 3.4 V for 1.5 s in every 12 s',
    at(tS, n, noise, out) {
      const isDown = sinceEvent(tS, 12, 1.5, noise, 1) >= 0
      out.volts = (isDown ? 3.4 : 5.02) + 0.008 * noise.gauss(n, 3)
      // A constant-power load: less voltage, more current.
      out.amps = 1.2 / out.volts + 0.001 * noise.gauss(n, 2)
      if (isDown) out.mode = 'VOLTAGE_DROP'
    },
  },
]
