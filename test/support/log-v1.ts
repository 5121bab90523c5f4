import Database from 'better-sqlite3'
import { APPLICATION_ID, MIGRATIONS } from '../../src/storage/file/schema.ts'
import { START_US } from './log-fixture.ts'

/** A run of two devices as a program of layout 1 left it. */
const ROWS = `
  INSERT INTO device VALUES (1, 'bench'), (2, 'other');
  INSERT INTO epoch VALUES (1, 1, 7, $start, NULL, NULL, NULL), (2, 2, NULL, $start, NULL, NULL, NULL);
  INSERT INTO status VALUES (1, 'ok', 1), (2, 'ovf', 0), (3, 'clip,bad_time', 1);
  INSERT INTO sample
    SELECT $start + value * 100000, 1 + value % 2, value / 2,
      CASE value % 5 WHEN 0 THEN 5.0200001 WHEN 1 THEN '1e+16' ELSE 5000000 + value % 1000 END,
      -200000 + value % 4000, value % 3000000, 1 + value % 3
    FROM generate;
  INSERT INTO minute
    SELECT 1 + value % 2, $start / 60000000 + value / 2, 300, 300, 59900000, 4.9, 1.5e9, 5.1,
      -0.2, -6e7, 0.3, 0, 9e8, 3.1, 1.25e15, 6.5e15
    FROM generate WHERE value < 40;
  INSERT INTO dirty VALUES (1, $start / 60000000);
  INSERT INTO lost(epoch_id, first_seq, count, from_us, to_us, reason)
    SELECT 1, value, 3, $start + value * 1000, $start + value * 1000 + 900, 'gone'
    FROM generate WHERE value < 30;
  INSERT INTO event(time_us, device_id, kind, detail)
    SELECT $start + value, 1 + value % 2, 'restart', 'no ' || value FROM generate WHERE value < 20;
  UPDATE epoch SET newest_us = (SELECT max(id) FROM sample WHERE epoch_id = epoch.id),
    last_us = (SELECT max(id) FROM sample WHERE epoch_id = epoch.id),
    last_seq = (SELECT max(seq) FROM sample WHERE epoch_id = epoch.id);
`

/** Makes a log of layout 1, with samples of two devices and some of all else. */
export function makeLogV1(file: string, samples: number): void {
  const db = new Database(file)
  db.pragma('auto_vacuum = INCREMENTAL')
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = OFF')
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.exec(MIGRATIONS[0] as string)
  db.pragma('user_version = 1')
  db.exec(`CREATE TEMP TABLE generate AS
    WITH RECURSIVE g(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM g LIMIT ${samples})
    SELECT value FROM g`)
  db.exec(ROWS.replaceAll('$start', String(START_US)))
  db.close()
}
