import { readFile, stat } from 'node:fs/promises'
import { isIP, Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import { secretText } from '../secret.ts'
import { SinkFailure } from '../sink.ts'
import { tlsContents } from '../tls-files.ts'
import { passwordIn } from './pass-file.ts'
import type { PostgresSettings, TlsSettings } from './postgres-settings.ts'

/** Until a connection is there, ms. */
const CONNECT_MS = 10_000
/** A connection without traffic is looked after that often, ms. */
const KEEP_ALIVE_MS = 15_000
/** What the server does after this side has gone without a word, and how long it may take for one statement. */
const SESSION = {
  statement_timeout: '30s',
  lock_timeout: '20s',
  idle_in_transaction_session_timeout: '30s',
  tcp_keepalives_idle: '15',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
}
/** SSLRequest, and the answer of a server that has TLS. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const HAS_TLS = 'S'

export interface Connection {
  readonly client: pg.Client
  /** Why it broke; null: it has not, as far as is known. */
  readonly broken: () => Error | null
  /** Lets go at once, whatever is under way. */
  readonly destroy: () => void
}

/** @throws errors of pg and of the system */
export async function connect(settings: PostgresSettings): Promise<Connection> {
  const { host, port, database, user, tls } = settings
  const isPlain = tls === null || !(await hasTls(host, port))
  if (tls !== null && isPlain && !tls.isOptional) {
    throw new SinkFailure(
      'denied',
      'the server has no TLS; switch it on there (ssl = on), or give the URL sslmode=disable',
    )
  }
  const socket = new Socket()
  const client = new pg.Client({
    host,
    port,
    database,
    user,
    password: () => passwordOf(settings),
    // Else pg looks into PGSSLMODE.
    ssl: isPlain ? false : tlsOptions(tls, host),
    stream: () => socket,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: 'ina219',
  })
  const destroy = (): void => void socket.destroy()
  let broken: Error | null = null
  client.on('error', (error) => {
    broken ??= error
  })
  try {
    await client.connect()
    // Not on connecting: a pooler in between refuses what it does not know.
    const names = Object.keys(SESSION)
    await client.query(
      `SELECT ${names.map((name, i) => `set_config('${name}', $${i + 1}, false)`).join(', ')}`,
      Object.values(SESSION),
    )
  } catch (error) {
    destroy()
    throw error
  }
  return { client, broken: () => broken, destroy }
}

function tlsOptions(tls: TlsSettings, host: string): ConnectionOptions {
  const { isSignerChecked, isNameChecked, files } = tls
  return {
    rejectUnauthorized: isSignerChecked,
    ...(isIP(host) === 0 && { servername: host }),
    ...tlsContents(files),
    ...(!isNameChecked && { checkServerIdentity: () => undefined }),
  }
}

async function passwordOf(settings: PostgresSettings): Promise<string> {
  const password = secretText(settings.password) ?? (await filedPassword(settings))
  if (password !== null) return password
  throw new SinkFailure(
    'denied',
    `the server wants a password of ${settings.user}; give it with PGPASSWORD, ~/.pgpass or password-file=`,
  )
}

/** Like libpq, reads none that others may read. */
async function filedPassword(settings: PostgresSettings): Promise<string | null> {
  const { passFile } = settings
  try {
    const isOpen = process.platform !== 'win32' && ((await stat(passFile)).mode & 0o077) !== 0
    return isOpen ? null : passwordIn(await readFile(passFile, 'utf8'), settings)
  } catch {
    // None is there.
    return null
  }
}

/** Asks as libpq does, on a connection of its own. */
function hasTls(host: string, port: number): Promise<boolean> {
  const socket = new Socket()
  return new Promise<boolean>((resolve, reject) => {
    socket.setTimeout(CONNECT_MS, () => reject(new Error('the server does not answer')))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the server closed the connection')))
    socket.once('data', (answer) => resolve(answer.toString('latin1', 0, 1) === HAS_TLS))
    socket.connect(port, host, () => socket.write(SSL_REQUEST))
  }).finally(() => socket.destroy())
}
