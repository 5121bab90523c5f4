/** Layout of the log, its version and how an older one becomes the present one. */

import { RECORD_JOURNAL } from './record-journal.ts'

/** `INA2`, at byte 68 of the file: what distinguishes a log from another program's database. */
export const APPLICATION_ID = 0x494e_4132

/** A run of late samples in `commit_run` spans less than this, µs. */
export const MAX_LATE_RUN_US = 60_000_000

/**
 * Statement lists, one a version: number n takes a database from version n to
 * n + 1. Never change one that has been released; append.
 *
 * - `sample.id` is the time of the measurement in Unix µs, plus 1 where taken,
 *   so that the rowid is the index over time.
 * - `v`, `a`, `w`: see `stored-value.ts`.
 * - `dirty`: minutes whose samples are newer than their row in `minute`.
 * - `minute`, `second`: `roll-up-columns.ts` says what the forward parts are; `unmeasured` are the
 *   samples whose status does not count, `counted_us` is the part of `covered_us` that the device
 *   counted itself, `bridged_us` what of that lies in gaps.
 * - `totals_reset`, `totals_request`: see `totals-table.ts`.
 * - `commit_run`, `reader`: see `commit-order.ts` and `reader-hold.ts`.
 * - `record_change`, `reader_state`: see `record-journal.ts`.
 * - `burst`: `time_us` is that of the trigger; `counts` a JSON array of 10 µV over `shunt_ohm`, null where a reading was
 *   never received; `level`, `slope`: what the device was told to wait for, NULL where the host did not know.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE device(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE epoch(
  id INTEGER PRIMARY KEY,
  device_id INTEGER NOT NULL REFERENCES device(id),
  boot INTEGER,
  started_us INTEGER NOT NULL,
  newest_us INTEGER,
  last_us INTEGER,
  last_seq INTEGER
) STRICT;

CREATE TABLE status(
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE,
  measured INTEGER NOT NULL
) STRICT;

CREATE TABLE sample(
  id INTEGER PRIMARY KEY,
  epoch_id INTEGER NOT NULL,
  seq INTEGER,
  v ANY NOT NULL,
  a ANY NOT NULL,
  w ANY NOT NULL,
  status_id INTEGER NOT NULL
) STRICT;

CREATE TABLE lost(
  id INTEGER PRIMARY KEY,
  epoch_id INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  count INTEGER NOT NULL,
  from_us INTEGER NOT NULL,
  to_us INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX lost_from ON lost(from_us);

CREATE TABLE event(
  id INTEGER PRIMARY KEY,
  time_us INTEGER NOT NULL,
  device_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX event_time ON event(time_us);

CREATE TABLE minute(
  device_id INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  measured INTEGER NOT NULL,
  covered_us INTEGER NOT NULL,
  v_min REAL, v_sum REAL, v_max REAL,
  a_min REAL, a_sum REAL, a_max REAL,
  w_min REAL, w_sum REAL, w_max REAL,
  charge_pc REAL NOT NULL,
  energy_pj REAL NOT NULL,
  PRIMARY KEY(device_id, minute)
) STRICT, WITHOUT ROWID;

CREATE TABLE dirty(
  device_id INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  PRIMARY KEY(device_id, minute)
) STRICT, WITHOUT ROWID;

CREATE TABLE spill(
  file_id TEXT PRIMARY KEY,
  offset INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIEW power_log AS
SELECT
  s.id / 1000 AS timestamp,
  CASE typeof(s.v) WHEN 'integer' THEN s.v / 1e6 ELSE CAST(s.v AS REAL) END AS voltage,
  CASE typeof(s.a) WHEN 'integer' THEN s.a / 1e6 ELSE CAST(s.a AS REAL) END AS current,
  CASE typeof(s.w) WHEN 'integer' THEN s.w / 1e6 ELSE CAST(s.w AS REAL) END AS power,
  s.seq AS sequence,
  t.text AS status,
  d.name AS device,
  s.id AS time_us,
  e.id AS epoch,
  e.boot AS boot
FROM sample s
CROSS JOIN epoch e ON e.id = s.epoch_id
CROSS JOIN device d ON d.id = e.device_id
CROSS JOIN status t ON t.id = s.status_id;

CREATE VIEW power_minute AS
SELECT
  m.minute * 60000 AS timestamp,
  d.name AS device,
  m.samples,
  m.measured,
  m.covered_us / 6e7 AS coverage,
  m.v_min AS voltage_min, m.v_sum / m.measured / 1e6 AS voltage_avg, m.v_max AS voltage_max,
  m.a_min AS current_min, m.a_sum / m.measured / 1e6 AS current_avg, m.a_max AS current_max,
  m.w_min AS power_min, m.w_sum / m.measured / 1e6 AS power_avg, m.w_max AS power_max,
  m.charge_pc / 3.6e12 AS charge_mah,
  m.energy_pj / 3.6e12 AS energy_mwh
FROM minute m JOIN device d ON d.id = m.device_id;

CREATE VIEW power_lost AS
SELECT
  l.from_us / 1000 AS timestamp_from,
  l.to_us / 1000 AS timestamp_to,
  l.first_seq AS first_sequence,
  l.count,
  l.reason,
  d.name AS device
FROM lost l JOIN epoch e ON e.id = l.epoch_id JOIN device d ON d.id = e.device_id;

CREATE VIEW power_event AS
SELECT v.time_us / 1000 AS timestamp, v.kind, v.detail, d.name AS device
FROM event v JOIN device d ON d.id = v.device_id;
`,
  // sqlite.org/lang_altertable.html, 8: taking NOT NULL away changes no row, so that the text of
  // the schema may be edited in place; a copy of the table would take minutes.
  `
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, ' ANY NOT NULL', ' ANY')
WHERE type = 'table' AND name = 'sample';
PRAGMA writable_schema = RESET;

CREATE TABLE meta(
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('identity', lower(hex(randomblob(16))));

CREATE TABLE channel(
  id INTEGER PRIMARY KEY,
  device_id INTEGER NOT NULL REFERENCES device(id),
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  UNIQUE(device_id, name)
) STRICT;

CREATE TABLE channel_value(
  sample_id INTEGER NOT NULL,
  channel_id INTEGER NOT NULL,
  value ANY NOT NULL,
  PRIMARY KEY(sample_id, channel_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE second(
  device_id INTEGER NOT NULL,
  second INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  measured INTEGER NOT NULL,
  covered_us INTEGER NOT NULL,
  v_min ANY, v_sum ANY, v_max ANY,
  a_min ANY, a_sum ANY, a_max ANY,
  w_min ANY, w_sum ANY, w_max ANY,
  charge_pc REAL NOT NULL,
  energy_pj REAL NOT NULL,
  PRIMARY KEY(device_id, second)
) STRICT, WITHOUT ROWID;

CREATE TABLE channel_minute(
  channel_id INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  measured INTEGER NOT NULL,
  min REAL NOT NULL, sum REAL NOT NULL, max REAL NOT NULL,
  PRIMARY KEY(channel_id, minute)
) STRICT, WITHOUT ROWID;

CREATE TABLE commit_run(
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  device_id INTEGER NOT NULL,
  epoch_id INTEGER NOT NULL,
  from_id INTEGER NOT NULL,
  to_id INTEGER NOT NULL,
  late INTEGER NOT NULL
) STRICT;
CREATE INDEX commit_run_device ON commit_run(device_id, n);
CREATE INDEX commit_run_late ON commit_run(epoch_id, from_id) WHERE late = 1;

INSERT INTO commit_run(device_id, epoch_id, from_id, to_id, late)
SELECT e.device_id, e.id, coalesce(early.id, e.started_us), e.newest_us, 0
FROM epoch e LEFT JOIN (
  SELECT s.epoch_id, min(s.id) AS id
  FROM sample s CROSS JOIN epoch o ON o.id = s.epoch_id
  WHERE s.id < o.started_us GROUP BY s.epoch_id
) early ON early.epoch_id = e.id
WHERE e.newest_us IS NOT NULL
ORDER BY e.id;

CREATE TABLE reader(
  name TEXT PRIMARY KEY,
  keep_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reader_position(
  name TEXT NOT NULL REFERENCES reader(name),
  device_id INTEGER NOT NULL,
  run INTEGER NOT NULL,
  sample_id INTEGER NOT NULL,
  missed INTEGER NOT NULL DEFAULT 0,
  reported INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(name, device_id)
) STRICT, WITHOUT ROWID;

DROP VIEW power_log;
CREATE VIEW power_log AS
SELECT
  s.id / 1000 AS timestamp,
  CASE typeof(s.v) WHEN 'integer' THEN s.v / 1e6 ELSE CAST(s.v AS REAL) END AS voltage,
  CASE typeof(s.a) WHEN 'integer' THEN s.a / 1e6 ELSE CAST(s.a AS REAL) END AS current,
  CASE typeof(s.w) WHEN 'integer' THEN s.w / 1e6 ELSE CAST(s.w AS REAL) END AS power,
  s.seq AS sequence,
  t.text AS status,
  d.name AS device,
  s.id AS time_us,
  e.id AS epoch,
  e.boot AS boot
FROM sample s
CROSS JOIN epoch e ON e.id = s.epoch_id
CROSS JOIN device d ON d.id = e.device_id
CROSS JOIN status t ON t.id = s.status_id
WHERE s.v IS NOT NULL;

CREATE VIEW channel_log AS
SELECT
  s.id / 1000 AS timestamp,
  d.name AS device,
  c.name AS channel,
  CASE typeof(x.value) WHEN 'integer' THEN x.value / 1e6 ELSE CAST(x.value AS REAL) END AS value,
  c.unit AS unit,
  s.seq AS sequence,
  t.text AS status,
  s.id AS time_us,
  e.id AS epoch,
  e.boot AS boot
FROM sample s
CROSS JOIN channel_value x ON x.sample_id = s.id
CROSS JOIN channel c ON c.id = x.channel_id
CROSS JOIN epoch e ON e.id = s.epoch_id
CROSS JOIN device d ON d.id = e.device_id
CROSS JOIN status t ON t.id = s.status_id;
`,
  // The forward parts of charge and energy: NULL where they follow from the signed sums (all of one
  // direction), -1 in the rows from before, which SQLite need not write for that. Minutes whose
  // samples are all there are computed again, but for those whose signs say enough.
  `
ALTER TABLE minute ADD COLUMN charge_forward_pc REAL DEFAULT -1;
ALTER TABLE minute ADD COLUMN energy_forward_pj REAL DEFAULT -1;
ALTER TABLE second ADD COLUMN charge_forward_pc REAL DEFAULT -1;
ALTER TABLE second ADD COLUMN energy_forward_pj REAL DEFAULT -1;

INSERT OR IGNORE INTO dirty(device_id, minute)
WITH kept AS MATERIALIZED (
  SELECT m.device_id, m.minute, m.samples,
    min(m.minute) OVER (PARTITION BY m.device_id) AS first,
    m.covered_us > 60000000 OR (b.minute IS NULL AND d.minute IS NOT NULL)
      OR (min(m.a_min, coalesce(b.a_min, 0)) < 0 AND max(m.a_max, coalesce(b.a_max, 0)) > 0)
      OR (min(m.w_min, coalesce(b.w_min, 0)) < 0 AND max(m.w_max, coalesce(b.w_max, 0)) > 0) AS mixed
  FROM minute m
  LEFT JOIN minute b ON b.device_id = m.device_id AND b.minute = m.minute - 1
  LEFT JOIN dirty d ON d.device_id = m.device_id AND d.minute = m.minute - 1
  WHERE m.covered_us > 0 AND m.minute >= (SELECT min(id) FROM sample) / 60000000
    AND EXISTS (
      SELECT 1 FROM sample s CROSS JOIN epoch e ON e.id = s.epoch_id
      WHERE s.id >= m.minute * 60000000 AND s.id < (m.minute + 1) * 60000000
        AND e.device_id = m.device_id)
)
SELECT device_id, minute FROM kept
WHERE mixed AND (minute > first OR samples = (
  SELECT count(*) FROM sample s CROSS JOIN epoch e ON e.id = s.epoch_id
  WHERE s.id >= kept.minute * 60000000 AND s.id < (kept.minute + 1) * 60000000
    AND e.device_id = kept.device_id));

CREATE TABLE totals_reset(
  device_id INTEGER PRIMARY KEY,
  since_us INTEGER NOT NULL
) STRICT;

CREATE TABLE totals_request(
  device_id INTEGER PRIMARY KEY,
  newest_us INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT;

DROP VIEW power_minute;
CREATE VIEW power_minute AS
SELECT
  m.minute * 60000 AS timestamp,
  d.name AS device,
  m.samples,
  m.measured,
  m.covered_us / 6e7 AS coverage,
  m.v_min AS voltage_min, m.v_sum / (m.measured * 1e6) AS voltage_avg, m.v_max AS voltage_max,
  m.a_min AS current_min, m.a_sum / (m.measured * 1e6) AS current_avg, m.a_max AS current_max,
  m.w_min AS power_min, m.w_sum / (m.measured * 1e6) AS power_avg, m.w_max AS power_max,
  m.charge_pc / 3.6e12 AS charge_mah,
  m.energy_pj / 3.6e12 AS energy_mwh,
  CASE WHEN m.charge_forward_pc IS NULL THEN max(0, m.charge_pc)
    WHEN m.charge_forward_pc >= 0 THEN m.charge_forward_pc END / 3.6e12 AS charge_forward_mah,
  CASE WHEN m.energy_forward_pj IS NULL THEN max(0, m.energy_pj)
    WHEN m.energy_forward_pj >= 0 THEN m.energy_forward_pj END / 3.6e12 AS energy_forward_mwh
FROM minute m JOIN device d ON d.id = m.device_id;
`,
  // Samples that were not measured: without extra channels, those that are not `measured`. NULL in the
  // rows from before, where it is not known how many samples were of extra channels alone. Where any
  // may have been, minutes whose samples are all there are computed again.
  `
ALTER TABLE minute ADD COLUMN unmeasured INTEGER;
ALTER TABLE second ADD COLUMN unmeasured INTEGER;

INSERT OR IGNORE INTO dirty(device_id, minute)
WITH kept AS MATERIALIZED (
  SELECT m.device_id, m.minute, m.samples,
    min(m.minute) OVER (PARTITION BY m.device_id) AS first,
    m.samples > max(m.measured, coalesce((
      SELECT max(x.measured) FROM channel c CROSS JOIN channel_minute x ON x.channel_id = c.id
      WHERE c.device_id = m.device_id AND x.minute = m.minute), 0)) AS mixed
  FROM minute m
  WHERE m.device_id IN (SELECT device_id FROM channel)
    AND m.minute >= (SELECT min(id) FROM sample) / 60000000
    AND EXISTS (
      SELECT 1 FROM sample s CROSS JOIN epoch e ON e.id = s.epoch_id
      WHERE s.id >= m.minute * 60000000 AND s.id < (m.minute + 1) * 60000000
        AND e.device_id = m.device_id)
)
SELECT device_id, minute FROM kept
WHERE mixed AND (minute > first OR samples = (
  SELECT count(*) FROM sample s CROSS JOIN epoch e ON e.id = s.epoch_id
  WHERE s.id >= kept.minute * 60000000 AND s.id < (kept.minute + 1) * 60000000
    AND e.device_id = kept.device_id));
`,
  RECORD_JOURNAL,
  // Time over which charge and energy are as the device has counted them, and that of the gaps in it; NULL: none.
  `
ALTER TABLE minute ADD COLUMN counted_us INTEGER;
ALTER TABLE minute ADD COLUMN bridged_us INTEGER;
ALTER TABLE second ADD COLUMN counted_us INTEGER;
ALTER TABLE second ADD COLUMN bridged_us INTEGER;
`,
  `
CREATE TABLE burst(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time_us INTEGER NOT NULL,
  device_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  dt_us REAL NOT NULL,
  pre INTEGER NOT NULL,
  shunt_ohm REAL NOT NULL,
  level REAL,
  slope TEXT,
  counts TEXT NOT NULL
) STRICT;
CREATE INDEX burst_time ON burst(time_us);

CREATE VIEW burst_log AS
SELECT
  b.id AS burst,
  b.time_us / 1000 AS timestamp,
  d.name AS device,
  (r.key - b.pre) * b.dt_us AS t_us,
  round(r.value * 1e-5 / b.shunt_ohm, 9) AS current
FROM burst b JOIN device d ON d.id = b.device_id JOIN json_each(b.counts) r
WHERE r.value IS NOT NULL;
`,
]

/** Version that this program writes, kept in `user_version`. */
export const SCHEMA_VERSION = MIGRATIONS.length
