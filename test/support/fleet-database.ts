import { query } from './log-rows.ts'
import type { PostgresServer } from './servers/postgres.ts'

const US = '(extract(epoch FROM time) * 1000000)::int8'

type Row = (string | null)[]

/** What a log and the tables have to have in common, row by row, to the digit. */
const PARTS: Readonly<Record<string, readonly [log: string, tables: string]>> = {
  samples: [
    `SELECT device, time_us, epoch, boot, sequence, voltage, current, power, status
     FROM power_log ORDER BY device, time_us`,
    `SELECT device, ${US}, run, boot, seq, voltage_v, current_a, power_w, status
     FROM power_sample WHERE log = $1 ORDER BY device COLLATE "C", time`,
  ],
  channels: [
    `SELECT device, time_us, channel, value, unit, sequence, epoch, boot, status
     FROM channel_log ORDER BY device, time_us, channel`,
    `SELECT device, ${US}, channel, value, unit, seq, run, boot, status
     FROM channel_sample WHERE log = $1 ORDER BY device COLLATE "C", time, channel COLLATE "C"`,
  ],
  events: [
    `SELECT v.id, v.time_us, d.name, v.kind, v.detail
     FROM event v JOIN device d ON d.id = v.device_id ORDER BY v.id`,
    `SELECT id, ${US}, device, kind, detail FROM power_event WHERE log = $1 ORDER BY id`,
  ],
  losses: [
    `SELECT l.id, l.from_us, l.to_us, d.name, e.id AS run, e.boot, l.first_seq, l.count, l.reason
     FROM lost l JOIN epoch e ON e.id = l.epoch_id JOIN device d ON d.id = e.device_id ORDER BY l.id`,
    `SELECT id, ${US}, ${US.replace('time', 'time_to')}, device, run, boot, first_seq, count, reason
     FROM power_loss WHERE log = $1 ORDER BY id`,
  ],
  runs: [
    `SELECT e.id, e.started_us, d.name, e.boot
     FROM epoch e JOIN device d ON d.id = e.device_id ORDER BY e.id`,
    `SELECT run, ${US}, device, boot FROM power_run WHERE log = $1 ORDER BY run`,
  ],
}

export interface Comparison {
  /** Rows of the log, by their kind. */
  readonly counts: Readonly<Record<string, number>>
  /** The first thing that is not alike; null: all is. */
  readonly difference: string | null
}

/** Whether every row of the log is in the tables once, as it is, and no other row of that log. */
export async function compare(file: string, server: PostgresServer): Promise<Comparison> {
  const [{ identity } = { identity: '' }] = query(
    file,
    "SELECT value AS identity FROM meta WHERE key = 'identity'",
  ) as { identity: string }[]
  const counts: Record<string, number> = {}
  let difference: string | null = null
  for (const [name, [ofLog, ofTables]] of Object.entries(PARTS)) {
    const logged = query(file, ofLog).map((row) => lineOf(Object.values(row)))
    const all = ((await server.query(ofTables, [identity])) as Row[]).map(lineOf)
    // The log forgets runs of which it has nothing any more.
    const known = new Set(logged)
    const stored = name === 'runs' ? all.filter((each) => known.has(each)) : all
    counts[name] = logged.length
    const at = logged.findIndex((line, i) => line !== stored[i])
    if (difference !== null || (at < 0 && stored.length === logged.length)) continue
    const where = at < 0 ? logged.length : at
    difference = `${name}: ${logged.length} in the log, ${stored.length} in the tables; row ${where}: ${logged[where]} and ${stored[where]}`
  }
  return { counts, difference }
}

/** The same; the test fails where something differs. @returns rows of the log, by their kind */
export async function expectSame(
  file: string,
  server: PostgresServer,
): Promise<Comparison['counts']> {
  const { counts, difference } = await compare(file, server)
  if (difference !== null) throw new Error(difference)
  return counts
}

function lineOf(row: readonly unknown[]): string {
  return JSON.stringify(row.map((value) => digits(text(value))))
}

function text(value: unknown): string | null {
  return value === null ? null : String(value)
}

/** PostgreSQL prints the shortest digits as well, in another form. */
function digits(value: string | null): string | null {
  return value !== null && /^-?\d+(\.\d+)?(e[+-]\d+)?$/.test(value) ? String(Number(value)) : value
}
