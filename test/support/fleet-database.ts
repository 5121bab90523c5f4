import { expect } from 'vitest'
import { query } from './log-fixture.ts'
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

/** Every row of the log is in the tables once, as it is, and no other row of that log. @returns how many of each there are */
export async function expectSame(
  file: string,
  server: PostgresServer,
): Promise<Record<string, number>> {
  const [{ identity } = { identity: '' }] = query(
    file,
    "SELECT value AS identity FROM meta WHERE key = 'identity'",
  ) as { identity: string }[]
  const counts: Record<string, number> = {}
  for (const [name, [ofLog, ofTables]] of Object.entries(PARTS)) {
    const logged = query(file, ofLog).map((row) => Object.values(row).map(text))
    const stored = (await server.query(ofTables, [identity])) as Row[]
    // Quicker than a deep comparison, which is for what differs.
    if (JSON.stringify(logged) !== JSON.stringify(stored.map((row) => row.map(digits)))) {
      const differs = logged.findIndex((row, i) => `${row}` !== `${stored[i]?.map(digits)}`)
      expect(stored.length, `rows of ${name}`).toBe(logged.length)
      expect(stored[differs]?.map(digits), `row ${differs} of ${name}`).toEqual(logged[differs])
    }
    counts[name] = logged.length
  }
  return counts
}

function text(value: unknown): string | null {
  return value === null ? null : String(value)
}

/** PostgreSQL prints the shortest digits as well, in another form. */
function digits(value: string | null): string | null {
  return value !== null && /^-?\d+(\.\d+)?(e[+-]\d+)?$/.test(value) ? String(Number(value)) : value
}
