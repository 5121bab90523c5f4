import Database from 'better-sqlite3'
import { MIGRATIONS } from '../../src/storage/file/schema.ts'

/** Takes from a log of today what layout 4 added, as a program of layout 3 would have left it. */
export function toLayout3(file: string): void {
  const db = new Database(file)
  for (const table of ['minute', 'second']) db.exec(`ALTER TABLE ${table} DROP COLUMN unmeasured`)
  db.pragma('user_version = 3')
  db.close()
}

/** The same for layout 2. */
export function toLayout2(file: string): void {
  toLayout3(file)
  const db = new Database(file)
  const [view] = (MIGRATIONS[0] as string).match(/CREATE VIEW power_minute[^;]*;/) ?? []
  db.exec(`DROP VIEW power_minute; ${view}`)
  for (const table of ['minute', 'second']) {
    for (const column of ['charge_forward_pc', 'energy_forward_pj']) {
      db.exec(`ALTER TABLE ${table} DROP COLUMN ${column}`)
    }
  }
  db.exec('DROP TABLE totals_reset; DROP TABLE totals_request')
  db.pragma('user_version = 2')
  db.close()
}
