import type Database from 'better-sqlite3'
import { DETAIL_MEMBERS, EXTREME_MEMBERS } from '../../domain/detail.ts'
import { hasTable } from '../file/layout.ts'
import { Damage } from '../file/log-errors.ts'

interface ChannelEntry {
  readonly id: number
  readonly deviceId: number
  /** Id of the channel on the wire. */
  readonly name: string
  readonly unit: string
}

/** The extra channels of all devices, as they were when a reader was opened. */
export class ChannelCatalog {
  /** In order of their first appearance. */
  readonly byId = new Map<number, ChannelEntry>()
  readonly #byDevice = new Map<number, ChannelEntry[]>()

  /** @throws Damage */
  constructor(db: Database.Database) {
    // Logs of layout 1 have no channels.
    if (!hasTable(db, 'channel')) return
    const rows = db.prepare('SELECT id, device_id, name, unit FROM channel ORDER BY id').raw().all()
    for (const row of rows as [number, number, unknown, unknown][]) {
      const [id, deviceId, name, unit] = row
      if (typeof name !== 'string' || typeof unit !== 'string') throw new Damage()
      const entry = { id, deviceId, name, unit }
      this.byId.set(id, entry)
      const ofDevice = this.#byDevice.get(deviceId)
      if (ofDevice === undefined) this.#byDevice.set(deviceId, [entry])
      else ofDevice.push(entry)
    }
  }

  get isEmpty(): boolean {
    return this.byId.size === 0
  }

  /** Those of a device, in order of their first appearance, but for what a detail is kept in. */
  of(deviceId: number): readonly ChannelEntry[] {
    const all = this.#byDevice.get(deviceId) ?? []
    const hasDetail = EXTREME_MEMBERS.every((each) => all.some(({ name }) => name === each))
    return hasDetail ? all.filter(({ name }) => !DETAIL_MEMBERS.includes(name)) : all
  }
}
