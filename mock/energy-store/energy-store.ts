import { OUTPUT_NAMES, type OutputName, type Outputs } from '../../src/domain/outputs.ts'
import { Noise } from '../random.ts'
import { type Balance, StoreBattery } from './battery.ts'
import { Sky } from './sky.ts'

export interface StoreOptions {
  readonly seed: number
  /** How long a day lasts, s. The battery of a shorter day is smaller, so that it fills and empties as it would. */
  readonly dayS: number
  /** The start, days since a midnight; fractions are the time of day. */
  readonly startDay: number
  /** State of charge at the start, 0 to 1; absent: `START_CHARGE`. */
  readonly startCharge?: number
}

/** docs/energy-store.md has the same figures. */
export const STORE = {
  /** Of a day of 24 h, Wh. */
  capacityWh: 160,
  /** At noon under a clear sky, W. */
  panelW: 30,
  /** Of the board itself, W. */
  ownW: 0.5,
  /** What the relays switch, W. */
  loadsW: { A: 3, B: 6, C: 10, D: 15 } as Readonly<Record<OutputName, number>>,
  chargeEfficiency: 0.95,
  dischargeEfficiency: 0.95,
} as const

export const START_CHARGE = 0.6
const DAY_S = 86_400
/** Of random numbers: keeps the sky apart from faults and scenarios of the same seed. */
const STREAM = 3
/** Steps of the simulation: so many a day at least; the sun of its middle stands for each. */
const STEPS_A_DAY = 2880

/** Of the battery of a day of so many seconds, Wh. */
export function capacityWh(dayS: number): number {
  return (STORE.capacityWh * dayS) / DAY_S
}

/** Means over the time between two readings, and how it is at the end of it. */
export interface StoreReading {
  /** 0 to 1 */
  readonly charge: number
  readonly storedWh: number
  readonly lux: number
  /** What flowed, W: `solarW` - `loadW` - `lossW` is what the stored energy rose by. */
  readonly solarW: number
  readonly loadW: number
  readonly lossW: number
}

/** A simulated sun, panel, battery and loads that relays switch. Time is handed in. */
export class EnergyStore {
  readonly capacityWh: number
  readonly #options: StoreOptions
  readonly #sky: Sky
  readonly #battery: StoreBattery
  #wantedW: number = STORE.ownW
  /** Since the start. */
  #nowS = 0
  #readS = 0
  #readBalance: Balance
  #reading: StoreReading

  constructor(options: StoreOptions) {
    this.#options = options
    this.#sky = new Sky(new Noise(options.seed, STREAM))
    this.capacityWh = capacityWh(options.dayS)
    const { chargeEfficiency, dischargeEfficiency } = STORE
    const storedWh = this.capacityWh * (options.startCharge ?? START_CHARGE)
    this.#battery = new StoreBattery({
      capacityWh: this.capacityWh,
      storedWh,
      chargeEfficiency,
      dischargeEfficiency,
    })
    this.#readBalance = this.#battery.balance
    // Before any time has passed: as the first moment is.
    const solarW = STORE.panelW * this.#sky.sun(options.startDay)
    this.#reading = { ...this.#state(), solarW, loadW: this.#wantedW, lossW: 0 }
  }

  get balance(): Balance {
    return this.#battery.balance
  }

  /** Relays are switched. @param atS since the start */
  switch(outputs: Outputs, atS: number): void {
    this.advance(atS)
    const loads = OUTPUT_NAMES.map((name) => (outputs[name] === true ? STORE.loadsW[name] : 0))
    this.#wantedW = loads.reduce((sum, each) => sum + each, STORE.ownW)
  }

  /** @param toS since the start; a time that has been changes nothing */
  advance(toS: number): void {
    const stepS = this.#options.dayS / STEPS_A_DAY
    while (this.#nowS < toS) {
      const endS = Math.min(toS, (Math.floor(this.#nowS / stepS + 1e-9) + 1) * stepS)
      const panelW = STORE.panelW * this.#sky.sun(this.#dayAt((this.#nowS + endS) / 2))
      this.#battery.pass(endS - this.#nowS, panelW, this.#wantedW)
      this.#nowS = endS
    }
  }

  /** Since the reading before. Where no time has passed, that one. @param atS since the start */
  read(atS: number): StoreReading {
    this.advance(atS)
    const hours = (this.#nowS - this.#readS) / 3600
    if (hours === 0) return this.#reading
    const [before, now] = [this.#readBalance, this.#battery.balance]
    this.#readS = this.#nowS
    this.#readBalance = now
    this.#reading = {
      ...this.#state(),
      solarW: (now.solarWh - before.solarWh) / hours,
      loadW: (now.loadWh - before.loadWh) / hours,
      lossW: (now.lossWh - before.lossWh) / hours,
    }
    return this.#reading
  }

  #state(): Pick<StoreReading, 'charge' | 'storedWh' | 'lux'> {
    return {
      charge: this.#battery.charge,
      storedWh: this.#battery.balance.storedWh,
      lux: this.#sky.lux(this.#dayAt(this.#nowS)),
    }
  }

  #dayAt(seconds: number): number {
    return this.#options.startDay + seconds / this.#options.dayS
  }
}
