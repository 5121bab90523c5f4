import type Database from 'better-sqlite3'
import { toMicro, toStored } from '../file/stored-value.ts'

/** Up to here, channels that nothing is left of may stay. */
export const FEW_CHANNELS = 64

/** An extra channel of a device. */
interface OpenChannel {
  readonly id: number
  unit: string
  /** False: begun by this run, and no value has come yet. */
  mayHaveValues: boolean
}

/** The extra channels of the devices, and their values. All within a transaction. */
export class ChannelTable {
  readonly #db: Database.Database
  readonly #channels = new Map<number, Map<string, OpenChannel>>()
  readonly #insertChannel: Database.Statement
  readonly #setUnit: Database.Statement
  readonly #insert: Database.Statement
  readonly #insertAny: Database.Statement

  constructor(db: Database.Database) {
    this.#db = db
    this.#insertChannel = db.prepare('INSERT INTO channel(device_id, name, unit) VALUES (?, ?, ?)')
    this.#setUnit = db.prepare('UPDATE channel SET unit = ? WHERE id = ?')
    // As for samples: better-sqlite3 binds every number as REAL, which an ANY column would keep.
    this.#insert = db.prepare('INSERT INTO channel_value VALUES (?, ?, CAST(? AS INTEGER))')
    this.#insertAny = db.prepare('INSERT INTO channel_value VALUES (?, ?, ?)')
    for (const [id, deviceId, name, unit] of db
      .prepare('SELECT id, device_id, name, unit FROM channel')
      .raw()
      .all() as [number, number, string, string][]) {
      this.#of(deviceId).set(name, { id, unit, mayHaveValues: true })
    }
  }

  /** Keeps the unit of a channel, whether it has values yet or not. */
  describe(deviceId: number, name: string, unit: string): void {
    const channel = this.#channel(deviceId, name, unit)
    if (channel.unit === unit) return
    channel.unit = unit
    this.#setUnit.run(unit, channel.id)
  }

  /**
   * @param sampleId of the row of its sample
   * @param value no NaN
   * @returns id of the channel
   */
  add(deviceId: number, name: string, sampleId: number, value: number): number {
    const channel = this.#channel(deviceId, name, '')
    channel.mayHaveValues = true
    const micro = toMicro(value)
    if (Number.isNaN(micro)) this.#insertAny.run(sampleId, channel.id, toStored(value))
    else this.#insert.run(sampleId, channel.id, micro)
    return channel.id
  }

  /** Removes channels without values and without minutes; looks through all values where those may be many. */
  removeUnused(): void {
    const rolled = this.#db
      .prepare('SELECT 1 FROM channel_minute WHERE channel_id = ? LIMIT 1')
      .pluck()
    const doubtful: OpenChannel[] = []
    const unused = new Set<number>()
    for (const channel of this.#all()) {
      if (rolled.get(channel.id) !== undefined) continue
      if (channel.mayHaveValues) doubtful.push(channel)
      else unused.add(channel.id)
    }
    if (doubtful.length > FEW_CHANNELS) {
      const used = new Set(
        this.#db.prepare('SELECT DISTINCT channel_id FROM channel_value').pluck().all(),
      )
      for (const { id } of doubtful) if (!used.has(id)) unused.add(id)
    }
    const remove = this.#db.prepare('DELETE FROM channel WHERE id = ?')
    for (const id of unused) remove.run(id)
    for (const channels of this.#channels.values()) {
      for (const [name, { id }] of channels) if (unused.has(id)) channels.delete(name)
    }
  }

  *#all(): Generator<OpenChannel> {
    for (const channels of this.#channels.values()) yield* channels.values()
  }

  #of(deviceId: number): Map<string, OpenChannel> {
    let channels = this.#channels.get(deviceId)
    if (channels === undefined) {
      channels = new Map()
      this.#channels.set(deviceId, channels)
    }
    return channels
  }

  /** Made where the device has none of that name. */
  #channel(deviceId: number, name: string, unit: string): OpenChannel {
    const known = this.#channels.get(deviceId)?.get(name)
    if (known !== undefined) return known
    const { lastInsertRowid } = this.#insertChannel.run(deviceId, name, unit)
    const channel = { id: Number(lastInsertRowid), unit, mayHaveValues: false }
    this.#of(deviceId).set(name, channel)
    return channel
  }
}
