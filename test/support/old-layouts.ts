import Database from 'better-sqlite3'
import { MIGRATIONS } from '../../src/storage/file/schema.ts'

/** Takes from a log of today what layout 7 added, as a program of layout 6 would have left it. */
export function toLayout6(file: string): void {
  const db = new Database(file)
  db.exec('DROP VIEW burst_log; DROP TABLE burst')
  db.exec(`DELETE FROM sqlite_sequence WHERE name = 'burst'`)
  db.pragma('user_version = 6')
  db.close()
}

/** The same for layout 5. */
export function toLayout5(file: string): void {
  toLayout6(file)
  const db = new Database(file)
  for (const table of ['minute', 'second']) {
    for (const column of ['counted_us', 'bridged_us']) {
      db.exec(`ALTER TABLE ${table} DROP COLUMN ${column}`)
    }
  }
  db.pragma('user_version = 5')
  db.close()
}

/** The same for layout 4. */
export function toLayout4(file: string): void {
  toLayout5(file)
  const db = new Database(file)
  db.unsafeMode(true)
  const triggers = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck().all()
  for (const name of triggers) db.exec(`DROP TRIGGER ${String(name)}`)
  db.exec('DROP TABLE record_change; DROP TABLE reader_state')
  db.exec(`PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, ' AUTOINCREMENT', '') WHERE name IN ('event', 'lost');
    PRAGMA writable_schema = RESET;`)
  db.exec(`DELETE FROM sqlite_sequence WHERE name IN ('event', 'lost', 'record_change')`)
  db.pragma('user_version = 4')
  db.close()
}

/** The same for layout 3. */
export function toLayout3(file: string): void {
  toLayout4(file)
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
