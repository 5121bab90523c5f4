import type { Outputs } from '../../src/domain/outputs.ts'
import { VIRTUAL_MODE } from '../../src/domain/virtual.ts'
import { asciiJson, type SampleText } from '../../src/protocol/codec.ts'
import type { SampleFeed } from '../sample-feed.ts'
import { EnergyStore, type StoreOptions } from './energy-store.ts'

/** What the device calls itself. */
export const STORE_NAME = 'mock:energy-store'
/** Of the battery, V: empty, and how much more when it is full. */
const EMPTY_V = 12
const RISE_V = 1.4

/** How long its days are. */
export interface DayPlan {
  /** s */
  readonly dayS: number
  /** What the clocks show beyond UTC where it stands, s. */
  readonly zoneS: number
}

const DAY_S = 86_400
/** When a day that is no real one begins: in the morning, so that there is something to see. */
const MORNING = 8 / 24

/** @param startS Unix time of its start, s */
export function storeFeed({ dayS, zoneS }: DayPlan, seed: number, startS: number): StoreFeed {
  const startDay = dayS === DAY_S ? (startS + zoneS) / DAY_S : MORNING
  return new StoreFeed({ seed, dayS, startDay })
}

/** The virtual energy store as a device sees it: a sensor at the battery, and what the store's own board measures. */
export class StoreFeed implements SampleFeed {
  readonly name = STORE_NAME
  readonly length = Number.POSITIVE_INFINITY
  readonly ampsMax = 3.2
  readonly #store: EnergyStore

  constructor(options: StoreOptions) {
    this.#store = new EnergyStore(options)
  }

  offsetUs(): null {
    return null
  }

  unixUs(): null {
    return null
  }

  switched(outputs: Outputs, elapsedUs: number): void {
    this.#store.switch(outputs, elapsedUs / 1e6)
  }

  read(_n: number, elapsedUs: number): SampleText {
    const { charge, storedWh, lux, solarW, loadW, lossW } = this.#store.read(elapsedUs / 1e6)
    const volts = EMPTY_V + RISE_V * charge
    // Out of the battery is positive, as in all that is logged: what it gives is what it is used for.
    const amps = (loadW - solarW) / volts
    const [v, a] = [rounded(volts, 3), rounded(amps, 4)]
    return {
      v: String(v),
      a: String(a),
      w: String(rounded(v * a, 6)),
      extras: {
        soc: String(rounded(100 * charge, 2)),
        solar_w: String(rounded(solarW, 3)),
        lux: String(rounded(lux, lux < 10 ? 1 : 0)),
        load_w: String(rounded(loadW, 3)),
        loss_w: String(rounded(lossW, 3)),
        stored_wh: String(rounded(storedWh, 5)),
      },
      status: asciiJson('ok'),
      mode: asciiJson(VIRTUAL_MODE),
    }
  }
}

function rounded(value: number, decimals: number): number {
  // No -0.
  return Number(value.toFixed(decimals)) + 0
}
