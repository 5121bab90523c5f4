import { userInfo } from 'node:os'
import { join } from 'node:path'
import { parseDuration } from '../../util/duration.ts'
import type { PlannedSink } from '../plan-sink.ts'
import type { Secret } from '../secret.ts'
import { invalid, type SinkUrl } from '../sink-url.ts'
import { type TlsFiles, tlsContents } from '../tls-files.ts'
import { DEFAULT_TABLE, LONGEST_TABLE, type TableNames, tableNames } from './tables.ts'

/** As libpq has them, but for `allow`. */
const SSL_MODES = ['prefer', 'disable', 'require', 'verify-ca', 'verify-full'] as const
const DEFAULT_PORT = 5432
const HIGHEST_PORT = 65_535

export interface PostgresSettings {
  /** Name, address, or folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** null: what `passFile` says */
  readonly password: Secret | null
  readonly passFile: string
  /** null: no TLS */
  readonly tls: TlsSettings | null
  readonly tables: TableNames
  readonly timescale: TimescaleSettings
}

/** Data alone: they go to another thread. */
export interface TlsSettings {
  /** Without TLS where the server has none. */
  readonly isOptional: boolean
  /** Whether the certificate has to be signed by someone we trust. */
  readonly isSignerChecked: boolean
  /** Whether it has to be that of the host. */
  readonly isNameChecked: boolean
  readonly files: TlsFiles
}

/** ms; null: not asked for. */
export interface TimescaleSettings {
  readonly chunkMs: number | null
  readonly compressMs: number | null
  readonly retainMs: number | null
}

/**
 * `postgres://user@host:5432/database?table=…`, with the parameters and variables that libpq has for the connection.
 *
 * @throws InaError usage_invalid
 */
export function postgresSettings(url: SinkUrl): PlannedSink {
  const server = serverOf(url)
  const tables = tablesOf(url.parameter('table'))
  const settings: PostgresSettings = {
    ...server,
    tls: tlsOf(url, server.host),
    tables,
    timescale: {
      chunkMs: duration(url, 'chunk'),
      compressMs: duration(url, 'compress'),
      retainMs: duration(url, 'retain'),
    },
  }
  return { target: targetOf(settings), settings }
}

function serverOf(
  url: SinkUrl,
): Pick<PostgresSettings, 'host' | 'port' | 'database' | 'user' | 'password' | 'passFile'> {
  const inUrl = decoded(url.url.hostname).replace(/^\[(.*)\]$/, '$1')
  // As with libpq, what the query says counts more.
  const host = url.parameter('host') ?? (inUrl || (url.variable('PGHOST') ?? 'localhost'))
  const port = portOf(url)
  const user =
    url.parameter('user') ?? url.userName ?? url.variable('PGUSER') ?? userInfo().username
  const path = decoded(url.url.pathname.slice(1))
  if (path.includes('/')) {
    throw invalid(
      'the path of the URL is no name of a database',
      'write postgres://host/database?table=<schema>.<table>',
    )
  }
  const database = path === '' ? (url.variable('PGDATABASE') ?? user) : path
  const password = url.secret('password', ['PGPASSWORD'], url.url.password)
  const home = url.variable('HOME') ?? ''
  const passFile = url.variable('PGPASSFILE') ?? join(home, '.pgpass')
  return { host, port, database, user, password, passFile }
}

/** A URL without a host, as that of a Unix socket, can't have one before its path. */
function portOf(url: SinkUrl): number {
  const [from, text] = [
    ['port=', url.parameter('port')],
    ['the URL', url.url.port || null],
    ['PGPORT', url.variable('PGPORT')],
  ].find(([, each]) => each !== null) ?? ['', String(DEFAULT_PORT)]
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= HIGHEST_PORT) return port
  throw invalid(`${from} has no port from 1 to ${HIGHEST_PORT}`, 'set it right, or leave it out')
}

/** @throws InaError usage_invalid */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('host or path of the URL has a % that is no escape', 'write % as %25')
  }
}

function tablesOf(text: string | null): TableNames {
  const parts = (text ?? DEFAULT_TABLE).split('.')
  const isFit = (part: string): boolean =>
    part !== '' && !part.includes('\0') && Buffer.byteLength(part) <= LONGEST_TABLE
  if (parts.length > 2 || !parts.every(isFit)) {
    throw invalid(
      `table=${text} is no name of a table`,
      `write <table> or <schema>.<table>, up to ${LONGEST_TABLE} bytes each`,
    )
  }
  const [table = '', schema = null] = parts.reverse()
  return tableNames(schema, table)
}

function tlsOf(url: SinkUrl, host: string): TlsSettings | null {
  const mode = url.choice('sslmode', SSL_MODES)
  const root = url.parameter('sslrootcert')
  const files: TlsFiles = {
    ca: root === 'system' ? null : root,
    cert: url.parameter('sslcert'),
    key: url.parameter('sslkey'),
  }
  // What is wrong with them is to be said now.
  tlsContents(files)
  // A socket has no network to listen on.
  if (mode === 'disable' || host.startsWith('/')) return null
  return {
    isOptional: mode === 'prefer',
    // With a root at hand, libpq looks at who signed, too.
    isSignerChecked: mode.startsWith('verify') || (mode === 'require' && files.ca !== null),
    isNameChecked: mode === 'verify-full',
    files,
  }
}

function duration(url: SinkUrl, name: string): number | null {
  const text = url.parameter(name)
  return text === null ? null : parseDuration(text)
}

/** Who is asked is no part of it: the same rows get there under another name as well. */
function targetOf({ host, port, database, tables }: PostgresSettings): string {
  const name = host.includes(':') ? `[${host}]` : host
  const at = `${name}${port === DEFAULT_PORT ? '' : `:${port}`}`
  const { schema, sample } = tables
  const table = `${schema === null ? '' : `${schema}.`}${sample}`
  return `postgres://${at}/${database}${table === DEFAULT_TABLE ? '' : `?table=${table}`}`
}
