/**
 * What an attacker on the same network might do to `serve`, beside a viewer who counts samples:
 * hostile requests, hostile messages, thousands of connections that say nothing, headers and
 * bodies that never end, a flood of requests. Nothing may crash, answer 500, tell a secret, lose
 * a sample or keep memory.
 *
 * node bench/run.mjs fuzz-serve [requests] [seed]
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import build from '../test/support/build.ts'
import { faultOf, HostileRequests, sendRaw } from '../test/support/hostile-requests.ts'
import { until } from '../test/support/polling.ts'

const total = Number(process.argv[2] ?? 20_000)
const seed = Number(process.argv[3] ?? 1)
const LANES = 8
const IDLE = 1600
const SLOW = 200
const CLI = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))

build()
const folder = mkdtempSync(join(tmpdir(), 'ina219-fuzz-'))
const tokenFile = join(folder, 'token')
const child = spawn(
  process.execPath,
  [CLI, 'serve', '--mock', '--device', '<b>"x', '--listen', '127.0.0.1:0'].concat([
    '--token-file',
    tokenFile,
    '--db',
    join(folder, 'log.db'),
  ]),
  { stdio: ['ignore', 'pipe', 'pipe'] },
)
let said = ''
let printed = ''
child.stderr.on('data', (part: Buffer) => {
  said += part
})
child.stdout.on('data', (part: Buffer) => {
  printed += part
})
await until('it listens', () => said.includes('needs the token in '))
const port = Number(/:(\d+)\n/.exec(said)?.[1])
const token = readFileSync(tokenFile, 'utf8').trim()
const secrets = [token, fileURLToPath(new URL('../..', import.meta.url)), 'node_modules', folder]
const faults: string[] = []
const url = `http://127.0.0.1:${port}`

/** @param from an address of this machine that the others do not come from */
function ask(path: string, from = '127.0.0.9'): Promise<{ ms: number; text: string }> {
  const startMs = performance.now()
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress: from })
    let text = ''
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => resolve({ ms: performance.now() - startMs, text }))
  })
}

async function figure(name: string): Promise<number> {
  const { text } = await ask('/metrics')
  return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'm').exec(text)?.[1])
}

/** What somebody else gets meanwhile. */
async function report(what: string): Promise<void> {
  const { ms } = await ask('/api/v1/health')
  const memory = (await figure('ina219_resident_memory_bytes')) / 1e6
  const row = [what.padEnd(34), `${memory.toFixed(0)} MB`, `another's request ${ms.toFixed(0)} ms`]
  console.log(
    `${row.join('  ')}  lost ${await figure('ina219_lost_total')}  faults ${faults.length}`,
  )
}

const viewer = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`)
const seqs: number[] = []
viewer.on('open', () => viewer.send('{"type":"subscribe"}'))
viewer.on('message', (data: Buffer) => {
  if (!String(data).startsWith('{"type":"samples"')) return
  for (const [, seq] of String(data).matchAll(/"seq":(\d+),"time"/g)) seqs.push(Number(seq))
})
await until('samples', () => seqs.length > 0)
await report('before')

const hostile = new HostileRequests(seed)
let left = total
const statuses: Record<string, number> = {}
const lane = async (): Promise<void> => {
  while (left-- > 0) {
    const { bytes } = hostile.request(token)
    const answer = await sendRaw(port, bytes)
    const status = answer.slice(9, 12) || 'none'
    statuses[status] = (statuses[status] ?? 0) + 1
    const fault = faultOf(answer, secrets)
    if (fault !== null) faults.push(`${fault}: ${bytes.toString('latin1').slice(0, 400)}`)
  }
}
await Promise.all(Array.from({ length: LANES }, lane))
console.log(
  Object.entries(statuses)
    .map(([status, count]) => `${status}: ${count}`)
    .join('  '),
)
await report(`${total} hostile requests`)

let answers = 0
for (const path of ['/api/v1/live', '/api/v1/view']) {
  let socket: WebSocket | null = null
  for (let i = 0; i < total / 10; i++) {
    if (socket === null || socket.readyState !== socket.OPEN) {
      socket?.terminate()
      socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { localAddress: '127.0.0.7' })
      socket.on('error', () => {})
      socket.on('message', (data: Buffer) => {
        answers++
        const text = String(data)
        // The view has the name of the log, as the screen shows it to those who may read.
        const secret = secrets.find((each) => each !== folder && text.includes(each))
        if (secret !== undefined || text.includes('internal-fault')) faults.push(text.slice(0, 400))
      })
      await new Promise((resolve) => socket?.once('open', resolve).once('error', resolve))
    }
    socket.send(hostile.message())
    if (i % 3 === 0)
      await new Promise((resolve) => socket?.once('message', resolve).once('close', resolve))
  }
  socket?.terminate()
}
await report(`${total / 5} messages, ${answers} answers`)

const open = (count: number, each: (socket: Socket) => void): Socket[] =>
  Array.from({ length: count }, () => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => {})
    socket.on('connect', () => each(socket))
    return socket
  })
const count = (sockets: readonly Socket[]): number =>
  sockets.filter((socket) => !socket.destroyed && socket.readyState !== 'closed').length

const idle = open(IDLE, (socket) => socket.resume())
await pause(2000)
await report(`${IDLE} idle (${count(idle)} let in)`)
const drip = (socket: Socket, head: string, bit: string): void => {
  socket.resume()
  socket.write(head)
  const timer = setInterval(() => socket.write(bit), 1000)
  socket.on('close', () => clearInterval(timer))
}
await until('idle ones are gone', () => count(idle) === 0, 30_000)
const slowHeaders = open(SLOW, (socket) => drip(socket, 'GET / HTTP/1.1\r\nHost: x', 'x'))
const slowBodies = open(SLOW, (socket) => {
  const head = `POST /api/v1/markers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n`
  drip(socket, `${head}Authorization: Bearer ${token}\r\n\r\n`, ' ')
})
const unread = open(SLOW, (socket) => {
  socket.pause()
  socket.write('GET /api/v1/samples HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(20))
})
await pause(5000)
await report(`${SLOW} each: headers, bodies, deaf`)
await until('slow ones are gone', () => count(slowHeaders) + count(slowBodies) === 0, 60_000)
for (const socket of unread) socket.destroy()
await report('they are gone')

const flood = open(50, (socket) => {
  socket.resume()
  socket.write('GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(2000))
})
await report('100,000 requests in 50 connections')
await until('they are gone', () => count(flood) === 0, 60_000)
await pause(2000)
await report('after')

const gaps = seqs.filter((seq, i) => i > 0 && seq !== (seqs[i - 1] ?? 0) + 1).length
console.log(`the viewer: ${seqs.length} samples, ${gaps} gaps`)
const lines = said.split('\n').filter((line) => line.startsWith('ina219: '))
if (lines.length > 2 || printed !== '')
  console.log('it said:', lines.slice(2, 10), printed.slice(0, 500))
if (said.includes(token)) faults.push('the token is in what it said')
for (const fault of faults.slice(0, 10)) console.log(fault)
viewer.terminate()
child.kill('SIGTERM')
const code = await new Promise((resolve) => child.once('close', resolve))
rmSync(folder, { recursive: true, force: true })
if (faults.length > 0 || gaps > 0 || code !== 0) process.exitCode = 1
console.log(`${faults.length} faults, exit code ${code}, ${url}`)
