import type Database from 'better-sqlite3'
import { advance, distance } from '../protocol/serial-number.ts'

interface LostRow {
  readonly id: number
  readonly first_seq: number
  readonly count: number
  readonly from_us: number
  readonly to_us: number
  readonly reason: string
}

/**
 * A sample that was on record as lost has come after all: takes it out of its
 * range, which becomes smaller, two, or none. Within a transaction.
 *
 * @param epochId as the database numbers it
 */
export function takeFound(db: Database.Database, epochId: number, seq: number): void {
  const rows = db
    .prepare('SELECT * FROM lost WHERE epoch_id = ? ORDER BY id DESC')
    .iterate(epochId) as IterableIterator<LostRow>
  let range: LostRow | undefined
  for (const row of rows) {
    const place = distance(row.first_seq, seq)
    if (place < 0 || place >= row.count) continue
    range = row
    break
  }
  if (range === undefined) return
  const place = distance(range.first_seq, seq)
  db.prepare('DELETE FROM lost WHERE id = ?').run(range.id)
  const insert = db.prepare(
    'INSERT INTO lost(epoch_id, first_seq, count, from_us, to_us, reason) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const { from_us, to_us, reason } = range
  if (place > 0) insert.run(epochId, range.first_seq, place, from_us, to_us, reason)
  const after = range.count - place - 1
  if (after > 0) insert.run(epochId, advance(seq), after, from_us, to_us, reason)
}
