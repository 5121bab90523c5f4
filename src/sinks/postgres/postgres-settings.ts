import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { parseDuration } from '../../util/duration.ts'
import { errorText, InaError } from '../../util/errors.ts'
import type { PlannedSink } from '../plan-sink.ts'
import { invalid, type SinkUrl } from '../sink-url.ts'
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
  readonly password: string | null
  readonly passFile: string
  /** null: no TLS */
  readonly tls: ConnectionOptions | null
  /** Without TLS where the server has none. */
  readonly isTlsOptional: boolean
  readonly tables: TableNames
  readonly timescale: TimescaleSettings
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
    ...tlsOf(url, server.host),
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
  const port = Number(url.url.port || (url.variable('PGPORT') ?? DEFAULT_PORT))
  if (!Number.isInteger(port) || port < 1 || port > HIGHEST_PORT) {
    throw invalid(`PGPORT is no port from 1 to ${HIGHEST_PORT}`, 'set it right, or leave it out')
  }
  const user =
    url.parameter('user') ?? url.userName ?? url.variable('PGUSER') ?? userInfo().username
  const path = decoded(url.url.pathname.slice(1))
  if (path.includes('/')) {
    throw invalid(
      `'${path}' is no name of a database`,
      'write postgres://host/database?table=<schema>.<table>',
    )
  }
  const database = path === '' ? (url.variable('PGDATABASE') ?? user) : path
  const password = url.secret('password', ['PGPASSWORD'], url.url.password)
  const home = url.variable('HOME') ?? ''
  const passFile = url.variable('PGPASSFILE') ?? join(home, '.pgpass')
  return { host, port, database, user, password, passFile }
}

/** @throws InaError usage_invalid */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid(`'${text}' in the URL has a % that is no escape`, 'write % as %25')
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

function tlsOf(url: SinkUrl, host: string): Pick<PostgresSettings, 'tls' | 'isTlsOptional'> {
  const mode = url.choice('sslmode', SSL_MODES)
  const [rootFile, certFile, keyFile] = ['sslrootcert', 'sslcert', 'sslkey'].map((name) =>
    url.parameter(name),
  )
  // A socket has no network to listen on.
  if (mode === 'disable' || host.startsWith('/')) return { tls: null, isTlsOptional: false }
  const ca = rootFile == null || rootFile === 'system' ? null : contentOf(rootFile)
  // With a root at hand, libpq checks who signed the certificate, too.
  const isChecked = mode.startsWith('verify') || (mode === 'require' && ca !== null)
  const tls: ConnectionOptions = {
    rejectUnauthorized: isChecked,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== null && { ca }),
    ...(certFile != null && { cert: contentOf(certFile) }),
    ...(keyFile != null && { key: contentOf(keyFile) }),
    ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
  }
  return { tls, isTlsOptional: mode === 'prefer' }
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new InaError(
      'usage_invalid',
      `'${file}' can't be read: ${errorText(error)}`,
      'name a certificate that is there',
      error,
    )
  }
}

function duration(url: SinkUrl, name: string): number | null {
  const text = url.parameter(name)
  return text === null ? null : parseDuration(text)
}

/** Who is asked is no part of it: the same rows get there under another name as well. */
function targetOf({ host, port, database, tables }: PostgresSettings): string {
  const place = host.includes(':') ? `[${host}]` : host
  const at = `${place}${port === DEFAULT_PORT ? '' : `:${port}`}`
  const { schema, sample } = tables
  const table = `${schema === null ? '' : `${schema}.`}${sample}`
  return `postgres://${at}/${database}${table === DEFAULT_TABLE ? '' : `?table=${table}`}`
}
