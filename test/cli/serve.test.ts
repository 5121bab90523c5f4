import { existsSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { finished, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { startServe } from '../support/serve.ts'

describe('ina219 serve', () => {
  it('says where it listens and where the token is, and ends with a signal', async () => {
    const run = await startServe()
    expect(run.errors()).toMatch(/^ina219: serving on http:\/\/127\.0\.0\.1:\d+\n/)
    const health = await run.fetch('/api/v1/health')
    expect(health.status).toBe(200)
    expect(await health.json()).toMatchObject({ devices: 1, log: 'recording' })
    run.child.kill('SIGTERM')
    expect((await finished(run.child)).code).toBe(0)
  })

  it('stays when its input has ended', async () => {
    const run = await startServe(['--stdin', '--no-log'])
    run.child.stdin?.end('{"v":5,"a":0.1,"seq":1}\n')
    await until('the input has ended', () => run.errors().includes('end of input'))
    expect((await run.fetch('/api/v1/health')).status).toBe(200)
  })

  it('listens on a Unix socket, also where one is left of a run that was killed', async () => {
    const path = join(temporaryFolder(), 'ina219.sock')
    const first = await startServe(['--mock', '--no-log', '--listen', `unix:${path}`])
    expect(first.url).toBe(`unix:${path}`)
    expect(statSync(path).mode & 0o777).toBe(0o660)
    const second = await ina219(['serve', '--mock', '--no-log', '--listen', `unix:${path}`])
    expect(second).toMatchObject({ code: 2 })
    expect(second.stderr).toContain('another program listens there')
    first.child.kill('SIGKILL')
    await finished(first.child)
    expect(existsSync(path)).toBe(true)
    await startServe(['--mock', '--no-log', '--listen', `unix:${path}`])
    expect(await overUnix(path, '/api/v1/health')).toContain('"devices":1')
  })

  it('makes a token for its user alone, and keeps one that is there', async () => {
    const file = join(temporaryFolder(), 'deep', 'token')
    const run = await startServe(['--mock', '--no-log', '--token-file', file])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(run.token).toMatch(/^[\w-]{32}$/)
    run.child.kill('SIGTERM')
    await finished(run.child)
    const again = await startServe(['--mock', '--no-log', '--token-file', file])
    expect(again.token).toBe(run.token)
    expect(again.errors()).not.toContain(run.token)
  })

  it.each([
    [['--listen', 'nonsense:x'], "can't listen on 'nonsense:x'"],
    [['--listen', '127.0.0.1:70000'], 'a port is 0 to 65535'],
    [['--listen', 'unix:'], 'a socket needs a path'],
    [['--listen', '192.0.2.1:8219'], 'this machine has no such address'],
    [['--allow-from', '10.0.0.0/33'], "'10.0.0.0/33' is no address and no network"],
    [['--allow-origin', 'bench'], "'bench' is no origin"],
    [['--tls-cert', 'x.pem'], 'TLS needs a certificate and its key'],
    [['--tls-cert', 'x.pem', '--tls-key', 'y.pem'], "x.pem can't be used for TLS"],
  ])('refuses %j', async (args, message) => {
    const run = await ina219(['serve', '--mock', '--no-log', ...args])
    expect(run.code).toBe(2)
    expect(run.stderr).toContain(message)
  })

  it('refuses a file that holds no token', async () => {
    const file = join(temporaryFolder(), 'token')
    writeFileSync(file, 'short\n')
    const run = await ina219(['serve', '--mock', '--no-log', '--token-file', file])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('holds no token')
  })
})

function overUnix(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path }, (answer) => {
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
