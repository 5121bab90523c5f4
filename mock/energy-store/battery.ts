/** What a battery stores, and what becomes of the power that it gets and gives. */
export interface BatterySpec {
  /** Wh, above 0 */
  readonly capacityWh: number
  /** Stored at the start, Wh. */
  readonly storedWh: number
  /** Which part of what flows in is stored, 0 to 1. */
  readonly chargeEfficiency: number
  /** Which part of what flows out of the store arrives, 0 to 1. */
  readonly dischargeEfficiency: number
}

/**
 * Energies since the start, Wh. What is stored is what was stored at the start, plus `solar`, minus `load`, minus
 * `loss`; `curtailed` and `unserved` never flowed.
 */
export interface Balance {
  readonly storedWh: number
  /** Taken from the panel. */
  readonly solarWh: number
  /** Given to the loads. */
  readonly loadWh: number
  /** Lost by charging and discharging. */
  readonly lossWh: number
  /** What the panel would have given, and the full battery did not take. */
  readonly curtailedWh: number
  /** What the loads wanted, and the empty battery did not give. */
  readonly unservedWh: number
}

const S_PER_H = 3600

/** A battery between a panel and loads. */
export class StoreBattery {
  readonly #spec: BatterySpec
  #storedWh: number
  #solarWh = 0
  #loadWh = 0
  #lossWh = 0
  #curtailedWh = 0
  #unservedWh = 0

  constructor(spec: BatterySpec) {
    this.#spec = spec
    this.#storedWh = spec.storedWh
  }

  get balance(): Balance {
    return {
      storedWh: this.#storedWh,
      solarWh: this.#solarWh,
      loadWh: this.#loadWh,
      lossWh: this.#lossWh,
      curtailedWh: this.#curtailedWh,
      unservedWh: this.#unservedWh,
    }
  }

  /** State of charge, 0 to 1. */
  get charge(): number {
    return this.#storedWh / this.#spec.capacityWh
  }

  /**
   * Lets time pass at a constant power. The moment at which the battery is full or empty is part of it.
   *
   * @param seconds from 0 on @param panelW that the panel can give @param wantedW that the loads want
   */
  pass(seconds: number, panelW: number, wantedW: number): void {
    const hours = seconds / S_PER_H
    if (panelW >= wantedW) this.#charge(hours, panelW, wantedW)
    else this.#discharge(hours, panelW, wantedW)
  }

  #charge(hours: number, panelW: number, wantedW: number): void {
    const { capacityWh, chargeEfficiency } = this.#spec
    const offeredWh = (panelW - wantedW) * hours
    const isFull = offeredWh * chargeEfficiency >= capacityWh - this.#storedWh
    const takenWh = isFull ? (capacityWh - this.#storedWh) / chargeEfficiency : offeredWh
    this.#lossWh += takenWh * (1 - chargeEfficiency)
    this.#storedWh = isFull ? capacityWh : this.#storedWh + takenWh * chargeEfficiency
    this.#solarWh += wantedW * hours + takenWh
    this.#loadWh += wantedW * hours
    this.#curtailedWh += offeredWh - takenWh
  }

  #discharge(hours: number, panelW: number, wantedW: number): void {
    const { dischargeEfficiency } = this.#spec
    const missingWh = (wantedW - panelW) * hours
    const isEmpty = missingWh >= this.#storedWh * dischargeEfficiency
    const givenWh = isEmpty ? this.#storedWh * dischargeEfficiency : missingWh
    const drawnWh = isEmpty ? this.#storedWh : givenWh / dischargeEfficiency
    this.#lossWh += drawnWh - givenWh
    this.#storedWh = isEmpty ? 0 : this.#storedWh - drawnWh
    this.#solarWh += panelW * hours
    this.#loadWh += panelW * hours + givenWh
    this.#unservedWh += missingWh - givenWh
  }
}
