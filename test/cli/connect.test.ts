import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { hasOpenssl, makeCertificate } from '../support/certificates.ts'
import { configFile, type Finished, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServe } from '../support/serve.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A server that is not ours. @returns its address */
async function other(
  answer: RequestListener,
  greet?: (socket: WebSocket) => void,
): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  if (greet) new WebSocketServer({ server }).on('connection', greet)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function read(url: string, ...more: string[]): Promise<Finished> {
  return ina219(['send', 'read', '--connect', url, ...more])
}

function tokenFile(token: string): string {
  const file = join(temporaryFolder(), 'copy')
  writeFileSync(file, token, { mode: 0o600 })
  return file
}

const READ = /^read: [\d.]+ V {2}[\d.]+ A/

describe('send --connect', () => {
  it('prints what the device of a running serve answers, and leaves with 3 where it refuses', async () => {
    const run = await startServe()
    const token = ['--token-file', tokenFile(run.token)]
    const sent = await ina219(['send', 'interval=500ms', 'read', '--connect', run.url, ...token])
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    expect(sent.stdout).toMatch(/^interval=500ms: ok\nread: [\d.]+ V/)
    const refused = await ina219(['send', 'selftest', 'save', '--connect', run.url, ...token])
    expect(refused.code).toBe(3)
    expect(refused.stdout).toBe(
      'selftest: refused: this firmware (mock) does not know selftest\nsave: not sent\n',
    )
    expect(refused.stderr).toContain('what stands behind it was not sent')
    const json = await ina219(['send', 'read', '--json', '--connect', run.url, ...token])
    expect(JSON.parse(json.stdout)).toMatchObject([
      { setting: 'read', cmd: 'read', result: 'ok', sample: { status: 'ok' } },
    ])
    const wrong = await ina219(['send', 'intreval=5', '--connect', run.url, ...token])
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toContain("did you mean 'interval'?")
  })

  it('never guesses which of several devices is meant', async () => {
    const run = await startServe(['--mock', '--mock', 'sine', '--device', 'one', '--device', 'two'])
    const token = ['--token-file', tokenFile(run.token)]
    expect((await read(run.url, ...token)).stderr).toContain('reads 2 devices: one, two; name one')
    expect((await read(run.url, ...token, '--device', 'two')).stdout).toMatch(READ)
    expect((await read(run.url, ...token, '--device', 'three')).stderr).toContain('no device')
    const scoped = await ina219(['send', 'two:read', 'one:read', '--connect', run.url, ...token])
    expect(scoped.stdout).toMatch(/^two:read: .*\none:read: /)
  })

  it('takes the token of this machine by itself, and shows it to no other', async () => {
    const env = { XDG_DATA_HOME: temporaryFolder() }
    const own = join(env.XDG_DATA_HOME, 'ina219', 'token')
    const run = await startServe(['--mock', '--token-file', own], env)
    const sent = await ina219(['send', 'read', '--connect', run.url], '', env)
    expect(sent.stdout).toMatch(READ)
    // Behind a tunnel from this machine is another one, where reading needs none.
    const far = await startServe(['--mock'])
    const denied = await ina219(['send', 'read', '--connect', far.url], '', env)
    expect(denied).toMatchObject({ code: 3, stdout: '' })
    expect(denied.stderr).toContain('to change something there takes its token')
    expect(denied.stderr).toContain('is not its own: name --token-file')
    // No --token-file, and none in the usual place.
    const without = await read(run.url)
    expect(without.stderr).toContain('takes its token; its token is not in ')
    const said: string[] = []
    const url = await other(
      () => {},
      (socket) => {
        socket.on('message', (data) => said.push(String(data)))
        socket.send('{"type":"token_wanted"}')
      },
    )
    // The same place by an address that may be another's.
    const named = url.replace('127.0.0.1', '0.0.0.0')
    const stranger = await ina219(['send', 'read', '--connect', named], '', env)
    expect(stranger.code).toBe(3)
    expect(stranger.stderr).toContain(`reading from ${named} needs its token`)
    expect(said).toEqual([])
  })

  it('is refused with a wrong token, and without the file that is named', async () => {
    const run = await startServe()
    const wrong = await read(
      run.url,
      '--token-file',
      tokenFile('not the right one'.replaceAll(' ', '-')),
    )
    expect(wrong).toMatchObject({ code: 3, stdout: '' })
    expect(wrong.stderr).toContain('that is not the token; look into the file of --token-file')
    const absent = await read(run.url, '--token-file', join(temporaryFolder(), 'absent'))
    expect(absent).toMatchObject({ code: 2 })
    expect(absent.stderr).toContain('there is no token file')
  })

  it('goes over a Unix socket, its path with a colon', async () => {
    const path = join(temporaryFolder(), 'a:b.sock')
    const file = join(temporaryFolder(), 'token')
    await startServe(['--mock', '--listen', `unix:${path}`, '--token-file', file])
    const sent = await read(`unix:${path}`, '--token-file', file)
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    expect(sent.stdout).toMatch(READ)
  })

  it.skipIf(!hasOpenssl)('goes over TLS, to a server that is trusted', async () => {
    const { cert, key } = makeCertificate(temporaryFolder(), 'bench')
    const run = await startServe(['--mock', '--tls-cert', cert, '--tls-key', key])
    expect(run.url).toMatch(/^https:/)
    const token = ['--token-file', tokenFile(run.token)]
    const untrusted = await read(run.url, ...token)
    expect(untrusted).toMatchObject({ code: 3, stdout: '' })
    expect(untrusted.stderr).toContain('its certificate is not trusted; name the certificate')
    expect((await read(run.url, ...token, '--tls-ca', cert)).stdout).toMatch(READ)
    const env = { NODE_EXTRA_CA_CERTS: cert }
    const trusted = await ina219(['send', 'read', '--connect', run.url, ...token], '', env)
    expect(trusted.stdout).toMatch(READ)
    const plain = await read(run.url.replace('https', 'http'), ...token)
    expect(plain).toMatchObject({ code: 3 })
    expect(plain.stderr).toContain('write https://')
    const noFile = await read(run.url, '--tls-ca', `${cert}.no`)
    expect(noFile).toMatchObject({ code: 2 })
    const noTls = await startServe()
    const notSpoken = await read(noTls.url.replace('http', 'https'))
    expect(notSpoken.stderr).toContain('it does not speak TLS; write http://')
  })
})

describe('a server that can not be used', () => {
  it.each([
    ['http://127.0.0.1:1', 'nothing listens there'],
    ['unix:/nowhere/ina219.sock', 'there is no such socket'],
    ['http://no-such-name.invalid', "can't connect to http://no-such-name.invalid"],
  ])('%s: is told with exit code 3', async (url, reason) => {
    const run = await read(url)
    expect(run).toMatchObject({ code: 3, stdout: '' })
    expect(run.stderr).toContain(reason)
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('is another program, or another version', async () => {
    const hello =
      (more: object): ((socket: WebSocket) => void) =>
      (socket) =>
        socket.send(
          JSON.stringify({ type: 'hello', version: '9\u001b[2J', mayChange: true, ...more }),
        )
    const none: RequestListener = () => {}
    const notFound = await other((_, answer) => answer.writeHead(404).end('<h1>'))
    expect((await read(notFound)).stderr).toContain(
      "is no 'ina219 serve': it answered 404 Not Found",
    )
    const chat = await other(none, (socket) => socket.send('welcome'))
    expect((await read(chat)).stderr).toContain("is no 'ina219 serve': it says something else")
    const newer = await read(await other(none, hello({ protocol: 2, view: 1 })))
    expect(newer).toMatchObject({ code: 3, stdout: '' })
    expect(newer.stderr).toContain(
      'whose view protocol is 2.1, and this one speaks 1.1; use the same',
    )
    expect(newer.stderr).not.toContain('\u001b')
    const closed = await read(await other(none, (socket) => socket.close()))
    expect(closed.stderr).toContain('it was cut off')
  })

  it('is no server under that path, even where one answers', async () => {
    const run = await startServe()
    const { stderr, code } = await read(`${run.url}/x/`)
    expect(code).toBe(3)
    expect(stderr).toMatch(
      /\/x is no 'ina219 serve': it answered 404 Not Found; name the address that it prints/,
    )
  })

  it('says in its own words why it lets nobody in', async () => {
    const detail = "'bench' is no name of this server; use its address\u001b[2J"
    const url = await other((_, answer) => {
      answer.writeHead(421, { 'content-type': 'application/problem+json' })
      answer.end(JSON.stringify({ status: 421, detail }))
    })
    const told = await read(url)
    expect(told).toMatchObject({ code: 3, stdout: '' })
    expect(told.stderr).toBe(
      "ina219: 'bench' is no name of this server; use its address\ufffd[2J\n",
    )
  })
})

describe('options beside --connect', () => {
  it.each([
    [['--port', '/dev/ttyUSB0'], 'with --connect another process reads the devices'],
    [['--mock'], 'with --connect another process reads the devices'],
    [['--stdin'], 'with --connect another process reads the devices'],
    [['--db', 'x.db'], '--db is for the process that reads the devices'],
    [['--no-log'], '--no-log is for the process that reads the devices'],
    [['--retain', '2h'], '--retain is for'],
    [['--alarm', 'a > 1A'], '--alarm is for'],
    [['--summary', '-'], '--summary is for'],
    [['--count', '5'], '--count is for'],
    [['--output', 'ndjson'], 'which takes a terminal'],
    [[], 'which takes a terminal'],
  ])('%j: refused, with what to do', async (args, message) => {
    const run = await ina219(['monitor', '--connect', 'http://127.0.0.1:1', ...args])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(message)
  })

  it('count where they are said: a flag outweighs what the file says of the other', async () => {
    const config = configFile('[monitor]\nconnect = "http://127.0.0.1:1"\nretain = "2h"\n')
    const here = await ina219([
      ...[
        'monitor',
        '--config',
        config,
        '--mock',
        '--no-log',
        '--output',
        'ndjson',
        '--count',
        '1',
      ],
    ])
    expect(here).toMatchObject({ code: 0 })
    const sources = configFile('[monitor]\nport = "/dev/null"\nretain = "2h"\ndb = "x.db"\n')
    const there = await ina219(['monitor', '--config', sources, '--connect', 'http://127.0.0.1:1'])
    expect(there.stderr).toContain('which takes a terminal')
    const alone = await ina219(['monitor', '--mock', '--token-file', 'x'])
    expect(alone).toMatchObject({ code: 2 })
    expect(alone.stderr).toContain('--token-file is about the server of --connect')
  })

  it('never stand for a secret', async () => {
    const run = await read('http://a-secret-token@127.0.0.1:1')
    expect(run).toMatchObject({ code: 2 })
    expect(run.stderr).toContain('put it into a file')
  })
})
