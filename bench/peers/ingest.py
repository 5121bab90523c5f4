"""The plain way in Python: json.loads a line, 500 rows a transaction, WAL. Lines that are no sample are left out.

usage: ingest.py <database> < lines
"""

import json
import sqlite3
import sys

BATCH = 500
INSERT = "INSERT INTO sample (ts, seq, v, a, w, status) VALUES (?, ?, ?, ?, ?, ?)"


def main(path):
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(
        "CREATE TABLE sample (id INTEGER PRIMARY KEY, ts REAL, seq INTEGER, v REAL, a REAL, w REAL, status TEXT)"
    )
    loads = json.loads
    rows = []

    def commit():
        db.execute("BEGIN")
        db.executemany(INSERT, rows)
        db.execute("COMMIT")
        rows.clear()

    for line in sys.stdin:
        try:
            frame = loads(line)
            row = (frame["ts"], frame["seq"], frame["v"], frame["a"], frame["w"], frame["status"])
        except (ValueError, KeyError):
            continue
        rows.append(row)
        if len(rows) == BATCH:
            commit()
    if rows:
        commit()
    db.close()


main(sys.argv[1])
