import { readFileSync } from 'node:fs'
import { errorText, InaError } from '../util/errors.ts'

/** PEM files. Paths alone: what is in them goes out of date, and is read at each connection. */
export interface TlsFiles {
  /** Who may have signed the server's certificate; null: the authorities that Node knows */
  readonly ca: string | null
  /** Of our own; null: none */
  readonly cert: string | null
  readonly key: string | null
}

/** What they say now, as `node:tls` takes it. @throws InaError usage_invalid: one can't be read */
export function tlsContents({ ca, cert, key }: TlsFiles): {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
} {
  return {
    ...(ca !== null && { ca: contentOf(ca) }),
    ...(cert !== null && { cert: contentOf(cert) }),
    ...(key !== null && { key: contentOf(key) }),
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = `'${file}' can't be read: ${errorText(error)}`
    throw new InaError('usage_invalid', reason, 'name a PEM file that is there', error)
  }
}
