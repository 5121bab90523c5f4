import type { Noise } from '../random.ts'
import { loads } from './loads.ts'
import type { Reading, Scenario } from './scenario.ts'
import { waveforms } from './waveforms.ts'

/** One trouble a sensor can have, as its sample looks. */
type Trouble = (out: Reading) => void

const silent =
  (status: string): Trouble =>
  (out) => {
    // Nothing was measured: no value would be true, 0 is what such a sample carries.
    out.volts = 0
    out.amps = 0
    out.status = status
  }

/** Math overflow: the current register is at the end of its scale (SBOS448, OVF). */
const overflow: Trouble = (out) => {
  out.amps = 3.2767
  out.status = 'ovf'
}

/** The shunt is at the end of the range: the true current is at least that. */
const clip: Trouble = (out) => {
  out.amps = 3.2
  out.status = 'clip'
}

/** A misread word off the bus: every bit of the voltage set, no status to warn of it. */
const wildValue: Trouble = (out) => {
  out.volts = 32.764
  out.amps = -3.2768
}

const TROUBLES: readonly Trouble[] = [
  silent('nosensor'),
  silent('error'),
  overflow,
  clip,
  silent('reset'),
]

const normal = waveforms[0] as Scenario
const parts: readonly Scenario[] = [...waveforms, ...loads].filter(
  (part) => part.name !== 'battery',
)

function trouble(kind: Trouble, out: Reading): void {
  kind(out)
  out.mode = 'ERROR_TEST'
}

/** Things that go wrong in the sensor, with values outside of what it can measure. */
export const troubles: readonly Scenario[] = [
  {
    name: 'sensor-errors',
    description: 'normal, but every tenth sample has a trouble of the sensor: each kind in turn',
    at(tS, n, noise, out) {
      normal.at(tS, n, noise, out)
      if (n % 10 === 7) trouble(TROUBLES[Math.floor(n / 10) % TROUBLES.length] as Trouble, out)
    },
  },
  {
    name: 'chaos',
    description: 'all of them mixed, a new one every 5 s, with sensor troubles and wild values',
    at(tS, n, noise, out) {
      const segment = Math.floor(tS / 5)
      const part = parts[noise.bits(segment, 10) % parts.length] as Scenario
      part.at(tS, n, noise, out)
      const dice = noise.uniform(n, 11)
      if (dice < 0.02) trouble(pick(n, noise), out)
      else if (dice < 0.025) trouble(wildValue, out)
    },
  },
]

function pick(n: number, noise: Noise): Trouble {
  return TROUBLES[noise.bits(n, 12) % TROUBLES.length] as Trouble
}
