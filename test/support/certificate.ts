import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { temporaryFolder } from './cli.ts'

/** False where there is no `openssl`: tests of TLS are to skip then. */
export const opensslAvailable = spawnSync('openssl', ['version']).status === 0

export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** A certificate that vouches for itself, for `localhost` and 127.0.0.1, as files of this test alone. */
export function selfSigned(): Certificate {
  const folder = temporaryFolder()
  const cert = join(folder, 'cert.pem')
  const key = join(folder, 'key.pem')
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-days', '2', '-keyout', key, '-out', cert],
  ])
  if (made.status !== 0) throw new Error(String(made.stderr))
  return { cert, key }
}
