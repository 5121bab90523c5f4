#!/bin/sh
# Two roles with the least rights: `logger` makes its tables and writes them, `reader` (Grafana) reads them. Run once, by the owner
# of the database, with PGHOST, PGPORT, PGUSER and PGDATABASE where that is not the one of the container's image.
set -eu
export PGUSER="${PGUSER:-${POSTGRES_USER:-postgres}}" PGDATABASE="${PGDATABASE:-${POSTGRES_DB:-power}}"
psql -v ON_ERROR_STOP=1 -v logger="$LOGGER_PASSWORD" -v reader="$READER_PASSWORD" <<'SQL'
CREATE ROLE logger LOGIN PASSWORD :'logger';
CREATE ROLE reader LOGIN PASSWORD :'reader';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO logger;
GRANT USAGE ON SCHEMA public TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE logger IN SCHEMA public GRANT SELECT ON TABLES TO reader;
-- Where the server has it: samples become a hypertable, and may be compressed (docs/sinks.md).
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') THEN
    CREATE EXTENSION IF NOT EXISTS timescaledb;
  END IF;
END $$;
SQL
