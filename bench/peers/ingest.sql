-- The plain way in the shell of SQLite: the lines as they are, then their members into a table. The bench puts in the
-- input's name, and what to leave out.
.bail on
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE sample (id INTEGER PRIMARY KEY, ts REAL, seq INTEGER, v REAL, a REAL, w REAL, status TEXT);
CREATE TEMP TABLE line (text TEXT);
.mode ascii
.separator "\037" "\n"
.import --schema temp INPUT line
INSERT INTO sample (ts, seq, v, a, w, status)
  SELECT text ->> 'ts', text ->> 'seq', text ->> 'v', text ->> 'a', text ->> 'w', text ->> 'status' FROM line WHERE FILTER;
