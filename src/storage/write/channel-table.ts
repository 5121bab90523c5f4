import type Database from 'better-sqlite3'
import { exactMicro } from '../../util/micro.ts'
import type { LoggedChannel } from '../file/records.ts'
import { toStored } from '../file/stored-value.ts'
import type { OpenDevice } from './epoch-table.ts'

/** Up to here, channels that nothing is left of may stay. */
export const FEW_CHANNELS = 64

/** The extra channels of the devices, and their values. All within a transaction. */
export class ChannelTable {
  readonly #db: Database.Database
  /** By device and name. */
  readonly #ids = new Map<number, Map<string, number>>()
  /** By device and name, units of this run; a channel comes into the log with its first value. */
  readonly #units = new Map<string, Map<string, string>>()
  readonly #insertChannel: Database.Statement
  readonly #setUnit: Database.Statement
  readonly #insert: Database.Statement
  readonly #insertAny: Database.Statement

  constructor(db: Database.Database) {
    this.#db = db
    this.#insertChannel = db.prepare('INSERT INTO channel(device_id, name, unit) VALUES (?, ?, ?)')
    this.#setUnit = db.prepare(
      'UPDATE channel SET unit = ? WHERE name = ? AND device_id = (SELECT id FROM device WHERE name = ?)',
    )
    // As for samples: better-sqlite3 binds every number as REAL, which an ANY column would keep.
    this.#insert = db.prepare('INSERT INTO channel_value VALUES (?, ?, CAST(? AS INTEGER))')
    this.#insertAny = db.prepare('INSERT INTO channel_value VALUES (?, ?, ?)')
    const rows = db.prepare('SELECT id, device_id, name FROM channel').raw().all()
    for (const [id, deviceId, name] of rows as [number, number, string][]) {
      mapOf(this.#ids, deviceId).set(name, id)
    }
  }

  /** Keeps the unit of a channel, whether the log has values of it yet or not. */
  describe({ device, id: name, unit }: LoggedChannel): void {
    mapOf(this.#units, device).set(name, unit)
    this.#setUnit.run(unit, name, device)
  }

  /**
   * @param sampleId of the row of its sample
   * @param value finite
   * @returns id of the channel
   */
  add(device: OpenDevice, name: string, sampleId: number, value: number): number {
    const id = this.#ids.get(device.id)?.get(name) ?? this.#begin(device, name)
    const micro = exactMicro(value)
    if (Number.isNaN(micro)) this.#insertAny.run(sampleId, id, toStored(value))
    else this.#insert.run(sampleId, id, micro)
    return id
  }

  /** Removes channels without values and without minutes, where they are many: it looks through all values. */
  removeUnused(): void {
    const unrolled = this.#db
      .prepare(
        `SELECT id FROM channel c WHERE NOT EXISTS
           (SELECT 1 FROM channel_minute m WHERE m.channel_id = c.id)`,
      )
      .pluck()
      .all() as number[]
    if (unrolled.length <= FEW_CHANNELS) return
    const used = new Set(
      this.#db.prepare('SELECT DISTINCT channel_id FROM channel_value').pluck().all() as number[],
    )
    const unused = new Set(unrolled.filter((id) => !used.has(id)))
    const remove = this.#db.prepare('DELETE FROM channel WHERE id = ?')
    for (const ids of this.#ids.values()) {
      for (const [name, id] of ids) {
        if (!unused.has(id)) continue
        remove.run(id)
        ids.delete(name)
      }
    }
  }

  #begin(device: OpenDevice, name: string): number {
    const unit = this.#units.get(device.name)?.get(name) ?? ''
    const id = Number(this.#insertChannel.run(device.id, name, unit).lastInsertRowid)
    mapOf(this.#ids, device.id).set(name, id)
    return id
  }
}

/** The map under a key, made where there is none. */
function mapOf<K, V>(maps: Map<K, Map<string, V>>, key: K): Map<string, V> {
  let map = maps.get(key)
  if (map === undefined) {
    map = new Map()
    maps.set(key, map)
  }
  return map
}
