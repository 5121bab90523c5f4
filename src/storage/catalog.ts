import type Database from 'better-sqlite3'

export interface EpochEntry {
  readonly id: number
  readonly deviceId: number
  readonly boot: number | null
  /** Time of its first sample, Unix µs. */
  readonly startedUs: number
}

export interface StatusEntry {
  readonly text: string
  readonly measured: boolean
}

/** The small tables in memory: devices, epochs, states. Reads again when it meets an unknown id. */
export class Catalog {
  readonly #db: Database.Database
  readonly devices = new Map<number, string>()
  readonly epochs = new Map<number, EpochEntry>()
  readonly states = new Map<number, StatusEntry>()

  constructor(db: Database.Database) {
    this.#db = db
    this.refresh()
  }

  refresh(): void {
    const all = (sql: string): unknown[][] => this.#db.prepare(sql).raw().all() as unknown[][]
    for (const [id, name] of all('SELECT id, name FROM device')) {
      this.devices.set(id as number, name as string)
    }
    for (const [id, deviceId, boot, startedUs] of all(
      'SELECT id, device_id, boot, started_us FROM epoch',
    ) as [number, number, number | null, number][]) {
      this.epochs.set(id, { id, deviceId, boot, startedUs })
    }
    for (const [id, text, measured] of all('SELECT id, text, measured FROM status')) {
      this.states.set(id as number, { text: text as string, measured: measured === 1 })
    }
  }

  /** One that the log does not have belongs to device -1. */
  epoch(id: number): EpochEntry {
    if (!this.epochs.has(id)) this.refresh()
    return this.epochs.get(id) ?? { id, deviceId: -1, boot: null, startedUs: 0 }
  }

  deviceOf(epochId: number): number {
    return this.epoch(epochId).deviceId
  }

  status(id: number): StatusEntry {
    if (!this.states.has(id)) this.refresh()
    return this.states.get(id) ?? { text: '', measured: false }
  }
}
