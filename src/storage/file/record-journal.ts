/**
 * Layout 5: the order in which events, lost ranges and runs (epochs) came to be, for those who read on (`RecordChanges`).
 *
 * - `record_change`: the newest change of each record, in the order of the commits; written by triggers, so that no
 *   way of changing a record goes past it. Of a run it is the boot number that can change: it may be known only
 *   after the first samples. `gone_*`: of a lost range that is no more, because its samples came after all, or because
 *   it was put together with others. Kept while a registered reader may know that range.
 * - `reader_state`: how far a registered reader has got with them, how many events were deleted before it had taken
 *   them, and how it is doing, in words of its own.
 *
 * Ids of records are never used twice (AUTOINCREMENT; the text of the schema may be edited as layout 2 does), since the
 * other side knows a record by its id.
 */
export const RECORD_JOURNAL = `
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'id INTEGER PRIMARY KEY,', 'id INTEGER PRIMARY KEY AUTOINCREMENT,')
WHERE type = 'table' AND name IN ('event', 'lost');
PRAGMA writable_schema = RESET;

CREATE TABLE record_change(
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id INTEGER NOT NULL,
  gone_device_id INTEGER,
  gone_from_us INTEGER,
  UNIQUE(kind, id)
) STRICT;
CREATE INDEX record_change_gone ON record_change(n) WHERE gone_from_us IS NOT NULL;

CREATE TABLE reader_state(
  name TEXT PRIMARY KEY,
  record_n INTEGER NOT NULL DEFAULT 0,
  report TEXT,
  missed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

INSERT INTO record_change(kind, id)
SELECT kind, id FROM (
  SELECT 'event' AS kind, id, time_us AS at_us FROM event
  UNION ALL SELECT 'lost', id, from_us FROM lost
  UNION ALL SELECT 'run', id, started_us FROM epoch)
ORDER BY at_us, kind, id;

CREATE TRIGGER run_added AFTER INSERT ON epoch BEGIN
  INSERT INTO record_change(kind, id) VALUES ('run', NEW.id);
END;
CREATE TRIGGER run_changed AFTER UPDATE OF boot ON epoch BEGIN
  DELETE FROM record_change WHERE kind = 'run' AND id = NEW.id;
  INSERT INTO record_change(kind, id) VALUES ('run', NEW.id);
END;
CREATE TRIGGER run_gone AFTER DELETE ON epoch BEGIN
  DELETE FROM record_change WHERE kind = 'run' AND id = OLD.id;
END;

CREATE TRIGGER event_added AFTER INSERT ON event BEGIN
  INSERT INTO record_change(kind, id) VALUES ('event', NEW.id);
END;
CREATE TRIGGER event_changed AFTER UPDATE ON event BEGIN
  DELETE FROM record_change WHERE kind = 'event' AND id = NEW.id;
  INSERT INTO record_change(kind, id) VALUES ('event', NEW.id);
END;
CREATE TRIGGER event_gone AFTER DELETE ON event BEGIN
  UPDATE reader_state SET missed = missed + 1
  WHERE record_n < (SELECT n FROM record_change WHERE kind = 'event' AND id = OLD.id);
  DELETE FROM record_change WHERE kind = 'event' AND id = OLD.id;
END;
CREATE TRIGGER lost_added AFTER INSERT ON lost BEGIN
  INSERT INTO record_change(kind, id) VALUES ('lost', NEW.id);
END;
CREATE TRIGGER lost_changed AFTER UPDATE ON lost BEGIN
  DELETE FROM record_change WHERE kind = 'lost' AND id = NEW.id;
  INSERT INTO record_change(kind, id) VALUES ('lost', NEW.id);
END;
CREATE TRIGGER lost_gone AFTER DELETE ON lost BEGIN
  DELETE FROM record_change WHERE kind = 'lost' AND id = OLD.id;
  INSERT INTO record_change(kind, id, gone_device_id, gone_from_us)
  SELECT 'lost', OLD.id, (SELECT device_id FROM epoch WHERE id = OLD.epoch_id), OLD.from_us
  WHERE EXISTS (SELECT 1 FROM reader);
END;
`
