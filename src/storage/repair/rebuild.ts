import type Database from 'better-sqlite3'
import { advance, distance } from '../../util/serial-number.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'

/** What is missing of one device between two times. */
export interface MissingSpan {
  readonly device: string
  /** Unix µs */
  readonly fromUs: number
  readonly toUs: number
  /** Samples, by sequence numbers or minute rows. */
  readonly samples: number
}

export interface RebuildNotes {
  /** Names that are gone: devices, epochs and states that samples refer to. */
  readonly invented: string[]
  readonly missing: MissingSpan[]
}

/** Further ahead than this, a number is not explained by what is missing. */
const LONGEST_HOLE = 1_000_000_000

/**
 * Makes a whole log of the rows that were saved: what they refer to and what is gone gets a
 * name that says so, the commit order and the roll-ups begin anew, and what is missing is on
 * record. Within a transaction.
 *
 * @param isCut whether rows may be missing at all: without, no number is missing for that
 */
export function rebuild(db: Database.Database, isCut: boolean): RebuildNotes {
  const invented: string[] = []
  nameStates(db, invented)
  placeEpochs(db, invented)
  const missing = isCut ? recordHoles(db) : []
  dropStrays(db)
  setEnds(db)
  orderCommits(db)
  db.exec(
    `INSERT OR IGNORE INTO dirty(device_id, minute)
     SELECT DISTINCT e.device_id, s.id / ${US_PER_MINUTE}
     FROM sample s CROSS JOIN epoch e ON e.id = s.epoch_id`,
  )
  if (isCut) missing.push(...minuteHoles(db, missing))
  dropOutdatedRollUps(db)
  return { invented, missing }
}

/** States that are gone: any other word counts as a remark on a valid sample. */
function nameStates(db: Database.Database, invented: string[]): void {
  const gone = numbers(
    db,
    `SELECT DISTINCT status_id FROM sample WHERE status_id NOT IN (SELECT id FROM status)`,
  )
  const insert = db.prepare('INSERT INTO status VALUES (?, ?, 1)')
  for (const id of gone) insert.run(id, `unknown_${id}`)
  if (gone.length > 0) invented.push(`${gone.length} states, called unknown_…`)
}

/** Epochs that are gone, by what the commit order said of them; devices that are gone. */
function placeEpochs(db: Database.Database, invented: string[]): void {
  db.exec(
    `INSERT OR IGNORE INTO epoch(id, device_id, started_us)
     SELECT epoch_id, device_id, min(from_id) FROM old_run
     WHERE epoch_id IN (SELECT epoch_id FROM sample UNION SELECT epoch_id FROM lost)
     GROUP BY epoch_id`,
  )
  const gone = numbers(
    db,
    'SELECT DISTINCT epoch_id FROM sample WHERE epoch_id NOT IN (SELECT id FROM epoch)',
  )
  const devices = numbers(db, 'SELECT id FROM device')
  const [only] = devices
  // Where there is one device alone, they are its.
  const owner = devices.length === 1 && only !== undefined ? only : Math.max(0, ...devices) + 1
  const insert = db.prepare(
    'INSERT INTO epoch(id, device_id, started_us) SELECT ?, ?, min(id) FROM sample WHERE epoch_id = ?',
  )
  for (const id of gone) insert.run(id, owner, id)
  if (gone.length > 0) invented.push(`${gone.length} runs`)
  const nameless = numbers(
    db,
    `SELECT device_id FROM (SELECT device_id FROM epoch UNION SELECT device_id FROM minute
       UNION SELECT device_id FROM event UNION SELECT device_id FROM burst
       UNION SELECT device_id FROM channel)
     WHERE device_id NOT IN (SELECT id FROM device)`,
  )
  const name = db.prepare('INSERT INTO device VALUES (?, ?)')
  for (const id of nameless) name.run(id, `recovered-${id}`)
  if (nameless.length > 0) invented.push(`${nameless.length} devices, called recovered-…`)
  const unnamed = numbers(
    db,
    'SELECT DISTINCT channel_id FROM channel_value WHERE channel_id NOT IN (SELECT id FROM channel)',
  )
  const channel = db.prepare(
    `INSERT INTO channel SELECT ?, (SELECT e.device_id FROM channel_value x
       JOIN sample s ON s.id = x.sample_id JOIN epoch e ON e.id = s.epoch_id
       WHERE x.channel_id = ? LIMIT 1), ?, ''
     WHERE EXISTS (SELECT 1 FROM channel_value x JOIN sample s ON s.id = x.sample_id
       WHERE x.channel_id = ?)`,
  )
  for (const id of unnamed) channel.run(id, id, `recovered_${id}`, id)
  if (unnamed.length > 0) invented.push(`${unnamed.length} channels, called recovered_…`)
}

/** Values whose sample or channel is gone say nothing. */
function dropStrays(db: Database.Database): void {
  db.exec(
    `DELETE FROM channel_value WHERE sample_id NOT IN (SELECT id FROM sample)
       OR channel_id NOT IN (SELECT id FROM channel);
     DELETE FROM channel_minute WHERE channel_id NOT IN (SELECT id FROM channel);
     DELETE FROM lost WHERE epoch_id NOT IN (SELECT id FROM epoch);`,
  )
}

interface EpochEnd {
  readonly id: number
  readonly device: string
  readonly startedUs: number
  readonly lastUs: number | null
  readonly lastSeq: number | null
}

/** Numbers that the samples of a run skip, and that are not on record as lost, are now. */
function recordHoles(db: Database.Database): MissingSpan[] {
  const missing: MissingSpan[] = []
  const known = db
    .prepare(
      `SELECT coalesce(sum(count), 0) FROM lost
       WHERE epoch_id = ? AND from_us < ? AND to_us > ? AND reason <> 'damaged'`,
    )
    .pluck()
  const insert = db.prepare(
    `INSERT INTO lost(epoch_id, first_seq, count, from_us, to_us, reason)
     VALUES (?, ?, ?, ?, ?, 'damaged')`,
  )
  const epochs = db
    .prepare(
      `SELECT e.id, d.name AS device, e.started_us AS startedUs, e.last_us AS lastUs,
         e.last_seq AS lastSeq
       FROM epoch e JOIN device d ON d.id = e.device_id`,
    )
    .all() as EpochEnd[]
  const byId = new Map(epochs.map((each) => [each.id, each]))
  const newest = new Map<number, { id: number; seq: number | null }>()
  const note = (epoch: EpochEnd, fromUs: number, fromSeq: number, toUs: number, seq: number) => {
    const hole = distance(fromSeq, seq) - 1
    if (hole <= 0 || hole > LONGEST_HOLE) return
    const count = hole - (known.get(epoch.id, toUs, fromUs) as number)
    if (count <= 0) return
    insert.run(epoch.id, advance(fromSeq), count, fromUs, toUs)
    missing.push({ device: epoch.device, fromUs, toUs, samples: count })
  }
  for (const [id, epochId, seq] of rowsInOrder(db)) {
    const before = newest.get(epochId)
    const epoch = byId.get(epochId)
    if (epoch !== undefined && before && before.seq !== null && seq !== null) {
      note(epoch, before.id, before.seq, id, seq)
    }
    newest.set(epochId, { id, seq })
  }
  for (const [epochId, { id, seq }] of newest) {
    const epoch = byId.get(epochId)
    if (epoch === undefined || seq === null || epoch.lastSeq === null) continue
    if (epoch.lastUs !== null && epoch.lastUs > id) {
      note(epoch, id, seq, epoch.lastUs, advance(epoch.lastSeq))
    }
  }
  return missing
}

/** Page by page: nothing can be written while a statement has rows left. */
function* rowsInOrder(
  db: Database.Database,
): Generator<[id: number, epochId: number, seq: number | null]> {
  const page = db
    .prepare('SELECT id, epoch_id, seq FROM sample WHERE id > ? ORDER BY id LIMIT 1000')
    .raw()
  for (let after = -1; ; ) {
    const rows = page.all(after) as [number, number, number | null][]
    yield* rows
    const last = rows.at(-1)
    if (last === undefined) return
    after = last[0]
  }
}

/** Runs end with what is there of them. */
function setEnds(db: Database.Database): void {
  db.exec(
    `UPDATE epoch SET (newest_us, last_us, last_seq) = (
       SELECT s.id, s.id, (SELECT q.seq FROM sample q
         WHERE q.epoch_id = epoch.id AND q.seq IS NOT NULL ORDER BY q.id DESC LIMIT 1)
       FROM sample s WHERE s.id = ends.newest)
     FROM (SELECT epoch_id, max(id) AS newest FROM sample GROUP BY epoch_id) AS ends
     WHERE ends.epoch_id = epoch.id AND ends.newest <> coalesce(epoch.newest_us, -1);`,
  )
}

/** One run an epoch, as for a log that had no order yet. */
function orderCommits(db: Database.Database): void {
  db.exec(
    `INSERT INTO commit_run(device_id, epoch_id, from_id, to_id, late)
     SELECT e.device_id, e.id, min(s.id), max(s.id), 0
     FROM sample s CROSS JOIN epoch e ON e.id = s.epoch_id GROUP BY e.id ORDER BY e.id`,
  )
}

/** Minutes whose rows had more samples than there are, beside those that the numbers tell of. */
function minuteHoles(db: Database.Database, known: readonly MissingSpan[]): MissingSpan[] {
  const rows = db
    .prepare(
      `WITH there AS MATERIALIZED (
         SELECT e.device_id, s.id / ${US_PER_MINUTE} AS minute, count(*) AS samples
         FROM sample s CROSS JOIN epoch e ON e.id = s.epoch_id GROUP BY 1, 2),
       oldest AS (SELECT device_id, min(minute) AS minute FROM there GROUP BY 1)
       SELECT d.name AS device, m.minute, m.samples - coalesce(t.samples, 0) AS samples
       FROM minute m JOIN device d ON d.id = m.device_id
       JOIN oldest o ON o.device_id = m.device_id AND m.minute > o.minute
       LEFT JOIN there t ON t.device_id = m.device_id AND t.minute = m.minute
       WHERE m.samples > coalesce(t.samples, 0) ORDER BY 1, 2`,
    )
    .all() as { device: string; minute: number; samples: number }[]
  const spans: { device: string; fromUs: number; toUs: number; samples: number }[] = []
  for (const { device, minute, samples } of rows) {
    const fromUs = minute * US_PER_MINUTE
    const toUs = fromUs + US_PER_MINUTE
    const isKnown = known.some(
      (each) => each.device === device && each.fromUs < toUs && each.toUs >= fromUs,
    )
    if (isKnown) continue
    const last = spans.at(-1)
    if (last?.device === device && last.toUs === fromUs) {
      last.toUs = toUs
      last.samples += samples
    } else spans.push({ device, fromUs, toUs, samples })
  }
  return spans
}

/**
 * Minutes are what their samples say, so that figures and samples agree; they are computed
 * again. The first one of a device may have had more, which have passed the retention: it stays.
 */
function dropOutdatedRollUps(db: Database.Database): void {
  db.exec(
    `CREATE TEMP TABLE outdated AS
     SELECT d.device_id, d.minute FROM dirty d
     WHERE d.minute > (SELECT min(o.minute) FROM dirty o WHERE o.device_id = d.device_id);
     DELETE FROM minute WHERE (device_id, minute) IN (SELECT device_id, minute FROM outdated);
     DELETE FROM channel_minute WHERE (channel_id, minute) IN (
       SELECT c.id, o.minute FROM outdated o JOIN channel c ON c.device_id = o.device_id);
     DROP TABLE outdated;`,
  )
}

function numbers(db: Database.Database, sql: string): number[] {
  return db.prepare(sql).pluck().all() as number[]
}
