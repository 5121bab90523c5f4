/**
 * `serve` with a hundred viewers is killed with SIGKILL at random moments and started again at
 * once, while a board measures; each viewer keeps the cursor of the last message that it has dealt
 * with, and resumes. Some drop their connection by themselves, some stand still for a while. In the
 * end each must have had every sample of the log once, which has what the board's ring could bridge.
 *
 * node bench/run.mjs viewer-kills [kills] [viewers] [rate Hz] [seed]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { WebSocket } from 'ws'
import { Noise } from '../mock/random.ts'
import build from '../test/support/build.ts'
import { RecordedDevice } from '../test/support/durability-rig.ts'
import { freePort } from '../test/support/free-port.ts'
import { within } from '../test/support/polling.ts'

const kills = Number(process.argv[2] ?? 10)
const count = Number(process.argv[3] ?? 100)
const rateHz = Number(process.argv[4] ?? 20)
const seed = Number(process.argv[5] ?? 1)
const CLI = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))

interface Message {
  readonly type: string
  readonly cursor: string
  readonly samples: readonly { readonly seq: number }[]
}

/** Resumes where it was, whatever happens to its connection. */
class Viewer {
  readonly seen = new Map<number, number>()
  readonly #url: string
  readonly #acks: boolean
  #cursor: string | 0 = 0
  #socket: WebSocket | null = null
  #isOver = false
  resumed = 0

  constructor(url: string, acks: boolean) {
    this.#url = url
    this.#acks = acks
    this.#connect()
  }

  get twice(): number {
    return [...this.seen.values()].filter((times) => times > 1).length
  }

  drop(): void {
    this.#socket?.terminate()
  }

  stand(ms: number): void {
    const socket = this.#socket
    socket?.pause()
    setTimeout(() => socket?.resume(), ms)
  }

  close(): void {
    this.#isOver = true
    this.drop()
  }

  #connect(): void {
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('open', () => {
      this.resumed++
      socket.send(JSON.stringify({ type: 'subscribe', since: this.#cursor }))
    })
    socket.on('message', (data) => {
      // What still waits in a socket that was left is not dealt with any more.
      if (socket !== this.#socket) return
      const message = JSON.parse(String(data)) as Message
      if (message.type !== 'samples') return
      for (const { seq } of message.samples) this.seen.set(seq, (this.seen.get(seq) ?? 0) + 1)
      this.#cursor = message.cursor
      if (this.#acks) socket.send(JSON.stringify({ type: 'ack', cursor: message.cursor }))
    })
    socket.on('close', () => {
      if (socket !== this.#socket || this.#isOver) return
      this.#socket = null
      setTimeout(() => this.#connect(), 100)
    })
  }
}

function sequencesIn(file: string): number[] {
  const db = new Database(file, { readonly: true })
  const rows = db.prepare('SELECT sequence FROM power_log').pluck().all() as number[]
  db.close()
  return rows
}

build()
const noise = new Noise(seed)
const folder = mkdtempSync(join(tmpdir(), 'ina219-viewer-kills-'))
const board = await RecordedDevice.open(join(folder, 'board'), rateHz, seed)
const port = await freePort()
const ended: Promise<unknown>[] = []

function start(): ChildProcess {
  const places = ['--db', join(folder, 'log.db'), '--token-file', join(folder, 'token')]
  const child = spawn(
    process.execPath,
    [CLI, 'serve', '--port', board.link, '--wait', '--listen', `127.0.0.1:${port}`, ...places],
    { stdio: 'ignore' },
  )
  ended.push(once(child, 'close'))
  return child
}

let child = start()
if (!(await within(30_000, () => board.acks > 0))) throw new Error('no contact with the board')
const url = `ws://127.0.0.1:${port}/api/v1/live`
const viewers = Array.from({ length: count }, (_, i) => new Viewer(url, i % 2 === 0))
for (let round = 1; round <= kills; round++) {
  for (const [i, viewer] of viewers.entries()) {
    const dice = noise.bits(round * 1000 + i, 0) % 100
    if (dice < 10) viewer.drop()
    else if (dice < 20) viewer.stand(dice * 50)
  }
  await pause(1000 + (noise.bits(round, 1) % 1000))
  child.kill('SIGKILL')
  await ended.at(-1)
  child = start()
}
const isAcked = await board.finish(60_000)
const logged = sequencesIn(join(folder, 'log.db'))
const isComplete = await within(60_000, () =>
  viewers.every(({ seen }) => seen.size >= logged.length),
)
const missing = viewers.reduce(
  (sum, { seen }) => sum + logged.filter((seq) => !seen.has(seq)).length,
  0,
)
const twice = viewers.reduce((sum, viewer) => sum + viewer.twice, 0)
const resumed = viewers.reduce((sum, viewer) => sum + viewer.resumed, 0)
console.log(
  `${kills} kills, ${count} viewers, ${resumed} subscriptions, ${board.made.size} samples of the board, ${logged.length} of them in the log` +
    `${isAcked ? '' : ' (not all acknowledged)'}: ${missing} missing, ${twice} twice`,
)
for (const viewer of viewers) viewer.close()
child.kill('SIGTERM')
await Promise.all(ended)
board.close()
rmSync(folder, { recursive: true, force: true })
process.exitCode = isComplete && isAcked && missing === 0 && twice === 0 ? 0 : 1
