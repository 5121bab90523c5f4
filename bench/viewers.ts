/**
 * A thousand viewers of one device at ten samples a second, 50 of them standing still and 10 that
 * send rubbish, beside a bare ws server that sends as many messages to as many clients, in the
 * same run: delay from commit to viewer, CPU and memory of the server, and whether anybody missed a
 * sample.
 *
 * node bench/run.mjs viewers [viewers] [seconds]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import build from '../test/support/build.ts'
import { until } from '../test/support/polling.ts'

const viewers = Number(process.argv[2] ?? 1000)
const seconds = Number(process.argv[3] ?? 20)
const STALLED = Math.round(viewers / 20)
const RUBBISH = Math.round(viewers / 100)
const CLI = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))
const TICKS_PER_S = 100
const US_PER_MS = 1000

/** One that counts what it gets, and how late. */
class Client {
  readonly socket: WebSocket
  readonly delaysUs: number[] = []
  seqs: number[] = []
  isMeasured = false
  isClosed = false

  constructor(url: string, subscribe: string | null) {
    this.socket = new WebSocket(url, { perMessageDeflate: false })
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.isClosed = true
    })
    if (subscribe !== null) this.socket.once('open', () => this.socket.send(subscribe))
    this.socket.on('message', (data: Buffer) => {
      // The newest sample stands last; to parse all of it a thousand times would be our own delay.
      const text = data.toString('latin1')
      if (!text.startsWith('{"type":"samples"')) return
      const nowUs = (performance.timeOrigin + performance.now()) * US_PER_MS
      for (const [, seq, ts] of text.matchAll(/"seq":(\d+),"time":"[^"]*","ts":([\d.]+)/g)) {
        this.seqs.push(Number(seq))
        if (this.isMeasured) this.delaysUs.push(nowUs - Number(ts) * 1e6)
      }
    })
  }

  get missed(): number {
    let count = 0
    for (let i = 1; i < this.seqs.length; i++) {
      if (this.seqs[i] !== (this.seqs[i - 1] ?? 0) + 1) count++
    }
    return count
  }
}

interface Cost {
  readonly cpu: number
  readonly mb: number
}

/** Share of a core, and memory, of a process over a time. */
async function costOf(pid: number, run: () => Promise<void>): Promise<Cost> {
  const ticks = (): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return Number(fields[11]) + Number(fields[12])
  }
  const [beforeTicks, beforeMs] = [ticks(), performance.now()]
  await run()
  const cpu = (ticks() - beforeTicks) / TICKS_PER_S / ((performance.now() - beforeMs) / 1000)
  const [, kb = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return { cpu, mb: Number(kb) / 1024 }
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

async function measured(url: string, pid: number, count: number, subscribe: string | null) {
  const clients = Array.from({ length: count }, () => new Client(url, subscribe))
  await until('all watch', () => clients.every(({ seqs }) => seqs.length > 0), 60_000)
  for (const client of clients) client.isMeasured = true
  const cost = await costOf(pid, () => pause(seconds * 1000))
  for (const client of clients) client.isMeasured = false
  return { clients, cost }
}

function report(what: string, { clients, cost }: Awaited<ReturnType<typeof measured>>): number {
  const delays = clients.flatMap(({ delaysUs }) => delaysUs)
  // The clocks of sample and viewer differ by a constant: the quickest of all has none.
  const least = delays.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const ms = (share: number): string => ((quantile(delays, share) - least) / US_PER_MS).toFixed(1)
  const missed = clients.reduce((sum, client) => sum + client.missed, 0)
  const gone = clients.filter(({ isClosed }) => isClosed).length
  console.log(
    `${what}: ${clients.length} viewers, ${delays.length} samples seen, ${missed} holes, ${gone} closed; ` +
      `delay over the quickest p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms; ` +
      `${(cost.cpu * 100).toFixed(1)} % of a core, ${cost.mb.toFixed(0)} MB`,
  )
  for (const { socket } of clients) socket.terminate()
  return missed + gone
}

const folder = mkdtempSync(join(tmpdir(), 'ina219-viewers-'))
const children: ChildProcess[] = []

async function started(args: readonly string[], pattern: RegExp): Promise<[ChildProcess, string]> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let text = ''
  const add = (part: Buffer): void => {
    text += part.toString()
  }
  child.stderr.on('data', add)
  child.stdout.on('data', add)
  await until('it listens', () => pattern.test(text))
  return [child, pattern.exec(text)?.[1] ?? '']
}

let failures = 0
try {
  build()
  const subscribe = '{"type":"subscribe"}'
  const [serve, address] = await started(
    [
      CLI,
      'serve',
      '--mock',
      '--listen',
      '127.0.0.1:0',
      '--token-file',
      join(folder, 'token'),
      '--db',
      join(folder, 'log.db'),
    ],
    /serving on http:(\S+)/,
  )
  const url = `ws:${address}/api/v1/live`
  const pid = serve.pid as number
  console.log(`without viewers: ${(await costOf(pid, () => pause(3000))).mb.toFixed(0)} MB`)
  failures += report('ina219, alone   ', await measured(url, pid, 1, subscribe))
  const stalled = Array.from({ length: STALLED }, () => new Client(url, subscribe))
  await until('they watch', () => stalled.every(({ seqs }) => seqs.length > 0), 60_000)
  for (const { socket } of stalled) socket.pause()
  const rubbish = setInterval(() => {
    for (let i = 0; i < RUBBISH; i++) {
      const socket = new WebSocket(url)
      socket.on('error', () => {})
      socket.once('open', () => {
        for (const text of ['{', '{"type":"x"}', '\0\0', '[]', '{"type":"ack"}']) socket.send(text)
      })
      setTimeout(() => socket.terminate(), 900)
    }
  }, 1000)
  const many = await measured(url, pid, viewers - STALLED - RUBBISH, subscribe)
  clearInterval(rubbish)
  failures += report(`ina219, with ${STALLED} stalled and ${RUBBISH} rubbish a second`, many)
  for (const { socket } of stalled) socket.terminate()
  serve.kill('SIGTERM')

  const peer = join(folder, 'peer.mjs')
  const ws = fileURLToPath(new URL('../../node_modules/ws/wrapper.mjs', import.meta.url))
  writeFileSync(
    peer,
    `import { WebSocketServer } from ${JSON.stringify(ws)}
     const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
     server.on('listening', () => console.log('port ' + server.address().port))
     let seq = 0
     setInterval(() => {
       const text = '{"type":"samples","cursor":"0123456789ab.1-1-abcdefghij","samples":[{"device":"mock:normal","boot":3437484925,"seq":' + ++seq + ',"time":"2026-11-22T01:37:20.696Z","ts":' + (performance.timeOrigin + performance.now()) / 1000 + ',"v":5.02,"a":0.2451,"w":1.2304,"status":"ok"}]}'
       for (const client of server.clients) client.send(text)
     }, 100)`,
  )
  const [bare, port] = await started([peer], /port (\d+)/)
  const peerUrl = `ws://127.0.0.1:${port}`
  report('bare ws         ', await measured(peerUrl, bare.pid as number, viewers, null))
} finally {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failures === 0 ? 0 : 1
