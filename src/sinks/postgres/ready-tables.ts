import type { Client } from 'pg'
import { SinkFailure } from '../sink.ts'
import type { PostgresSettings, TimescaleSettings } from './postgres-settings.ts'
import {
  columnsOf,
  creation,
  qualified,
  TABLE_KEYS,
  type TableKey,
  type TableNames,
} from './tables.ts'

/** Held while tables are made, so that of several loggers one makes them. */
const LOCK = 0x49_4e_41_32

/**
 * Makes the tables that are not there, and looks at those that are. A user who may only read and write finds them
 * without asking for more: CREATE TABLE IF NOT EXISTS would.
 *
 * @throws SinkFailure denied: a table has other columns; errors of pg
 */
export async function readyTables(client: Client, settings: PostgresSettings): Promise<void> {
  const { tables, timescale } = settings
  const isAsked = Object.values(timescale).some((each) => each !== null)
  const hasTimescale = await hasExtension(client)
  if (isAsked && !hasTimescale) {
    throw new SinkFailure(
      'denied',
      'chunk=, compress= and retain= need the extension timescaledb in the database; create it, or leave them out',
    )
  }
  if ((await missing(client, tables)).length > 0) {
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
    for (const key of await missing(client, tables)) {
      for (const statement of creation(tables, key)) await client.query(statement)
      if (hasTimescale && (key === 'sample' || key === 'channel')) {
        await makeHypertable(client, qualified(tables, key), key, timescale)
      }
    }
    await client.query('COMMIT')
  }
  await checkTables(client, tables)
}

/** @throws SinkFailure denied: a table has other columns; errors of pg */
export async function checkTables(client: Client, tables: TableNames): Promise<void> {
  for (const key of TABLE_KEYS) await checkColumns(client, tables, key)
}

async function missing(client: Client, tables: TableNames): Promise<TableKey[]> {
  const { rows } = await client.query<{ key: TableKey }>(
    `SELECT key FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t(key, name, n)
     WHERE to_regclass(name) IS NULL ORDER BY n`,
    [[...TABLE_KEYS], TABLE_KEYS.map((key) => qualified(tables, key))],
  )
  return rows.map(({ key }) => key)
}

async function checkColumns(client: Client, tables: TableNames, key: TableKey): Promise<void> {
  const table = qualified(tables, key)
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [table],
  )
  const types = new Map(rows.map(({ name, type }) => [name, type]))
  for (const [name, type] of columnsOf(key)) {
    const found = types.get(name)
    if (found === type) continue
    const what = found === undefined ? 'is missing' : `is ${found}`
    throw new SinkFailure(
      'denied',
      `column ${name} of table ${table} ${what}, and has to be ${type}; change the table, or name another with table=`,
    )
  }
}

async function hasExtension(client: Client): Promise<boolean> {
  const sql = "SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'"
  return (await client.query(sql)).rowCount === 1
}

async function makeHypertable(
  client: Client,
  table: string,
  key: 'sample' | 'channel',
  { chunkMs, compressMs, retainMs }: TimescaleSettings,
): Promise<void> {
  // The older form of the call, which all versions know.
  const chunk = chunkMs === null ? '' : ', chunk_time_interval => $2::interval'
  await client.query(
    `SELECT create_hypertable($1::regclass, 'time', create_default_indexes => false${chunk})`,
    [table, ...(chunkMs === null ? [] : [interval(chunkMs)])],
  )
  if (compressMs !== null) {
    const by = key === 'sample' ? 'device' : 'device, channel'
    await client.query(
      `ALTER TABLE ${table} SET (timescaledb.compress, timescaledb.compress_segmentby = '${by}',
         timescaledb.compress_orderby = 'time')`,
    )
    await client.query('SELECT add_compression_policy($1::regclass, $2::interval)', [
      table,
      interval(compressMs),
    ])
  }
  if (retainMs !== null) {
    await client.query('SELECT add_retention_policy($1::regclass, $2::interval)', [
      table,
      interval(retainMs),
    ])
  }
}

function interval(ms: number): string {
  return `${ms} milliseconds`
}
