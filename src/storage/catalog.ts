import type Database from 'better-sqlite3'

export interface EpochEntry {
  readonly id: number
  readonly deviceId: number
  readonly boot: number | null
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
    for (const [id, deviceId, boot] of all('SELECT id, device_id, boot FROM epoch')) {
      const entry = { id: id as number, deviceId: deviceId as number, boot: boot as number | null }
      this.epochs.set(entry.id, entry)
    }
    for (const [id, text, measured] of all('SELECT id, text, measured FROM status')) {
      this.states.set(id as number, { text: text as string, measured: measured === 1 })
    }
  }

  /** -1: no such epoch */
  deviceOf(epochId: number): number {
    if (!this.epochs.has(epochId)) this.refresh()
    return this.epochs.get(epochId)?.deviceId ?? -1
  }

  status(id: number): StatusEntry {
    if (!this.states.has(id)) this.refresh()
    return this.states.get(id) ?? { text: '', measured: false }
  }
}
