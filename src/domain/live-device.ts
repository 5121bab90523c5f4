/** A device of a run as it is now; plain data, for other threads and systems. */
export interface LiveDevice {
  /** Label in the log. */
  readonly device: string
  /** How its source is doing. */
  readonly state: 'opening' | 'waiting' | 'live' | 'silent' | 'ended'
  /** As it says of itself; null: it has not. */
  readonly firmware: string | null
  /** Time of its newest sample, Unix µs; null: there is none yet. */
  readonly sampleUs: number | null
  /** Of that sample: V, A, W and the extra channels by id; null: it is not measured, or out of range. */
  readonly values: Readonly<Record<string, number>> | null
  /** Of that sample. */
  readonly status: string
  /** What it measures, in the order of its columns: `v`, `a`, `w` and extra ones, with their units. */
  readonly channels: readonly LiveChannel[]
  /** null: this process does not know them. */
  readonly totals: LiveTotals | null
  readonly alarms: readonly LiveAlarm[]
  /** Switched outputs by name; null: it has said nothing of any. */
  readonly outputs: Readonly<Record<string, boolean>> | null
  /** Names of those that were asked to switch and have not confirmed it: each is in `outputs` as it was before. */
  readonly unconfirmed: readonly string[]
  /** null: this process does not read the device. */
  readonly link: LiveLink | null
}

export interface LiveChannel {
  readonly id: string
  /** For people: `Voltage`, `soc`. */
  readonly label: string
  /** Empty where nobody said. */
  readonly unit: string
}

export interface LiveTotals {
  /** When they began, Unix µs. */
  readonly sinceUs: number
  /** Signed, mAh and mWh. */
  readonly chargeMah: number
  readonly energyMwh: number
}

export interface LiveAlarm {
  readonly name: string
  readonly state: 'off' | 'pending' | 'on' | 'acknowledged' | 'latched'
}

/** How what the device sends arrives. */
export interface LiveLink {
  /** Samples a second. */
  readonly rate: number
  /** Of this run. */
  readonly samples: number
  readonly lost: number
  readonly recovered: number
  /** Lines that were no use: malformed, wrong CRC, too long. */
  readonly badLines: number
  readonly reboots: number
  readonly log: 'recording' | 'spilling' | 'failed' | 'off'
}
