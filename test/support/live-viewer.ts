import { WebSocket } from 'ws'
import { afterThisTest } from './cleanups.ts'
import { until } from './polling.ts'
import { type ServeRun, startServe } from './serve.ts'

/** A message of the server, as far as the tests look at it. */
export interface Message {
  readonly type: string
  readonly cursor?: string | null
  readonly samples?: readonly Sample[]
  readonly [member: string]: unknown
}

export interface Sample {
  readonly device: string
  readonly seq: number
  readonly late?: boolean
  readonly [member: string]: unknown
}

/** A viewer over the real WebSocket. */
export class LiveViewer {
  readonly messages: Message[] = []
  readonly socket: WebSocket
  closed: { code: number; reason: string } | null = null

  constructor(run: ServeRun, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${run.url.replace('http', 'ws')}/api/v1/live`, { headers })
    this.socket.on('message', (data) => this.messages.push(JSON.parse(String(data)) as Message))
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) }
    })
    this.socket.on('error', () => {})
    afterThisTest(() => this.socket.terminate())
  }

  get samples(): Sample[] {
    return this.messages.flatMap(({ samples }) => samples ?? [])
  }

  /** Of the newest message with samples. */
  get cursor(): string {
    return this.messages.findLast(({ type }) => type === 'samples')?.cursor ?? ''
  }

  of(type: string): Message[] {
    return this.messages.filter((message) => message.type === type)
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  async hear(type: string, count = 1): Promise<Message> {
    await until(`${count} times ${type}`, () => this.of(type).length >= count)
    return this.of(type).at(-1) as Message
  }
}

export const line = (seq: number, more = ''): string =>
  `{"v":5.02,"a":0.1,"w":0.502,"ts":${1_790_000_000 + seq},"seq":${seq},"status":"ok"${more}}\n`

export const lines = (from: number, to: number): string => {
  let text = ''
  for (let seq = from; seq <= to; seq++) text += line(seq)
  return text
}

/** A server of a pipe, whose samples have the times that `lines` says. */
export async function servePipe(...args: string[]): Promise<ServeRun> {
  return startServe(['--stdin', '--device', 'bench', '--keep-time', ...args])
}

export async function subscribed(run: ServeRun, subscription: object = {}): Promise<LiveViewer> {
  const viewer = new LiveViewer(run)
  await viewer.hear('hello')
  viewer.say({ type: 'subscribe', ...subscription })
  await viewer.hear('snapshot')
  return viewer
}

export const numbers = (viewer: LiveViewer): number[] => viewer.samples.map(({ seq }) => seq)
export const upTo = (count: number, from = 1): number[] =>
  Array.from({ length: count }, (_, i) => from + i)
