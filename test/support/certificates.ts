import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Certificates are made by openssl, which is not everywhere. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/**
 * Makes a self-signed certificate for 127.0.0.1, and its key, in a folder; over those that are there.
 *
 * @param name its common name
 */
export function makeCertificate(
  folder: string,
  name: string,
): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
  execFileSync('openssl', [...request, '-nodes', ...subject, '-out', cert, '-keyout', key], {
    stdio: 'ignore',
  })
  return { cert, key }
}
