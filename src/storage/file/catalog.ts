import type Database from 'better-sqlite3'
import { Damage } from './log-errors.ts'

interface EpochEntry {
  /** -1: the log has no such epoch */
  readonly deviceId: number
  /** Time of its first sample, Unix µs. */
  readonly startedUs: number
}

const NO_EPOCH: EpochEntry = { deviceId: -1, startedUs: 0 }

interface StatusEntry {
  readonly text: string
  readonly measured: boolean
}

/** The small tables in memory: devices, epochs, states. An unknown id is looked up in the log. */
export class Catalog {
  readonly devices = new Map<number, string>()
  readonly states = new Map<number, StatusEntry>()
  readonly #epochs = new Map<number, EpochEntry>()
  readonly #device: Database.Statement
  readonly #epoch: Database.Statement
  readonly #status: Database.Statement

  /** @throws Damage */
  constructor(db: Database.Database) {
    const of = (sql: string): Database.Statement => db.prepare(sql).raw()
    this.#device = of('SELECT id, name FROM device WHERE id = ?')
    this.#epoch = of('SELECT id, device_id, started_us FROM epoch WHERE id = ?')
    this.#status = of('SELECT id, text, measured FROM status WHERE id = ?')
    for (const row of of('SELECT id, name FROM device').all()) this.#addDevice(row)
    for (const row of of('SELECT id, device_id, started_us FROM epoch').all()) this.#addEpoch(row)
    for (const row of of('SELECT id, text, measured FROM status').all()) this.#addStatus(row)
  }

  /** @param device null: all devices */
  idsOf(device: string | null): number[] {
    const ids: number[] = []
    for (const [id, name] of this.devices) if (device === null || name === device) ids.push(id)
    return ids
  }

  nameOf(deviceId: number): string {
    return this.devices.get(deviceId) ?? ''
  }

  epoch(id: number): EpochEntry {
    if (!this.#epochs.has(id)) this.#addEpoch(this.#epoch.get(id))
    return this.#epochs.get(id) ?? NO_EPOCH
  }

  /** -1: no such epoch */
  deviceOf(epochId: number): number {
    return this.epoch(epochId).deviceId
  }

  status(id: number): StatusEntry {
    if (!this.states.has(id)) this.#addStatus(this.#status.get(id))
    return this.states.get(id) ?? { text: '', measured: false }
  }

  /** The log has it no more; its id may be given to another one. */
  forgetEpoch(id: number): void {
    this.#epochs.delete(id)
  }

  #addDevice(row: unknown): void {
    if (row === undefined) return
    const [id, name] = row as [number, unknown]
    if (typeof name !== 'string') throw new Damage()
    this.devices.set(id, name)
  }

  #addEpoch(row: unknown): void {
    if (row === undefined) return
    const [id, deviceId, startedUs] = row as [number, number, number]
    if (!this.devices.has(deviceId)) this.#addDevice(this.#device.get(deviceId))
    this.#epochs.set(id, { deviceId, startedUs })
  }

  #addStatus(row: unknown): void {
    if (row === undefined) return
    const [id, text, measured] = row as [number, unknown, number]
    if (typeof text !== 'string') throw new Damage()
    this.states.set(id, { text, measured: measured === 1 })
  }
}
