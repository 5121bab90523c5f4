import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect, createSecureContext } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { PeerLimits } from '../../src/serve/access/peer-limits.ts'
import { HttpServers } from '../../src/serve/http-server.ts'
import { TlsKeys } from '../../src/serve/tls.ts'
import { hasOpenssl, makeCertificate } from '../support/certificates.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServe } from '../support/serve.ts'

if (!hasOpenssl) console.warn('no openssl: the tests of TLS are skipped')

describe.skipIf(!hasOpenssl)('serve --tls-cert --tls-key', () => {
  it('speaks HTTPS and secure WebSockets, TLS 1.2 and later', async () => {
    const { cert, key } = makeCertificate(temporaryFolder(), 'bench')
    const run = await startServe(['--mock', '--no-log', '--tls-cert', cert, '--tls-key', key])
    expect(run.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    const ca = readFileSync(cert)
    expect(await overTls(`${run.url}/api/v1/health`, ca)).toContain('"devices":1')

    const socket = new WebSocket(`${run.url.replace('https', 'wss')}/api/v1/live`, { ca })
    onTestFinished(() => socket.terminate())
    const [hello] = await new Promise<[Buffer]>((resolve, reject) => {
      socket.once('message', (data: Buffer) => resolve([data]))
      socket.once('error', reject)
    })
    expect(String(hello)).toContain('"type":"hello"')

    // A page that came over HTTPS is one of ours, one of plain HTTP is not.
    const { host } = new URL(run.url)
    expect(await overTls(`${run.url}/api/v1/health`, ca, { origin: run.url })).toContain(
      '"devices"',
    )
    const foreign = await overTls(`${run.url}/api/v1/health`, ca, { origin: `http://${host}` })
    expect(foreign).toContain('origin')

    expect(await versionOf(Number(new URL(run.url).port), ca, 'TLSv1.2')).toBe('TLSv1.2')
    await expect(versionOf(Number(new URL(run.url).port), ca, 'TLSv1.1')).rejects.toThrow(
      /protocol version/i,
    )
    // Plain HTTP gets no answer, and ends nothing.
    await expect(fetch(`http://${host}/api/v1/health`)).rejects.toThrow()
    expect(await overTls(`${run.url}/api/v1/health`, ca)).toContain('"devices":1')
    expect(run.errors()).not.toMatch(/fault|error/i)
  })

  it('refuses a key of another certificate, before anything is opened', async () => {
    const { cert } = makeCertificate(temporaryFolder(), 'one')
    const { key } = makeCertificate(temporaryFolder(), 'other')
    const run = await ina219(['serve', '--mock', '--no-log', '--tls-cert', cert, '--tls-key', key])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain("can't be used for TLS")
    expect(run.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('takes a renewed certificate, and keeps the one it has while the new one is not whole', async () => {
    const folder = temporaryFolder()
    const files = makeCertificate(folder, 'first')
    const keys = new TlsKeys(files)
    const servers = new HttpServers(new PeerLimits(() => 0))
    onTestFinished(() => servers.close())
    const listeners = {
      request: (_incoming: unknown, outgoing: { end(text: string): void }) => outgoing.end('here'),
      upgrade: () => {},
    }
    const listen = [{ kind: 'tcp', host: '127.0.0.1', port: 0 }] as const
    const [url = ''] = await servers.listen(listen, keys, listeners)
    const shown = (): Promise<string> => nameAt(Number(new URL(url).port))
    expect(await shown()).toBe('first')
    await servers.renew(keys)
    expect(await shown()).toBe('first')

    makeCertificate(folder, 'second')
    await servers.renew(keys)
    expect(await shown()).toBe('second')

    // As it is while it is written: reported once.
    writeFileSync(files.key, '-----BEGIN PRIVATE KEY-----\n')
    await expect(servers.renew(keys)).rejects.toThrow("can't be used for TLS")
    await servers.renew(keys)
    expect(await shown()).toBe('second')

    makeCertificate(folder, 'third')
    await servers.renew(keys)
    expect(await shown()).toBe('third')
  })
})

function overTls(url: string, ca: Buffer, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => resolve(text))
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** What is agreed on by a client that speaks nothing later. */
function versionOf(port: number, ca: Buffer, version: 'TLSv1.1' | 'TLSv1.2'): Promise<string> {
  const secureContext = createSecureContext({
    ca,
    minVersion: 'TLSv1',
    maxVersion: version,
    // Else this side refuses the older ones by itself.
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, secureContext }, () => {
      resolve(socket.getProtocol() ?? '')
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

function nameAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    })
    socket.on('error', reject)
  })
}
