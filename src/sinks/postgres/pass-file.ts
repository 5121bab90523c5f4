/** libpq's file of passwords (postgresql.org/docs/current/libpq-pgpass.html). */

interface Asked {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
}

/**
 * The first line `host:port:database:user:password` that fits; `*` fits all, `\` takes the next character as it is.
 *
 * @returns null: none fits
 */
export function passwordIn(text: string, { host, port, database, user }: Asked): string | null {
  // A socket's folder is asked for as localhost.
  const asked = [host.startsWith('/') ? 'localhost' : host, String(port), database, user]
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const parts = [...line.matchAll(/((?:\\.|[^\\:])*)(?::|$)/g)].map(([, part = '']) => part)
    const isFit = asked.every((value, i) => parts[i] === '*' || plain(parts[i]) === value)
    const password = parts[asked.length]
    if (isFit && password !== undefined && password !== '') return plain(password)
  }
  return null
}

function plain(part = ''): string {
  return part.replaceAll(/\\(.)/g, '$1')
}
