import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Trace } from '../../src/chart/trace.ts'
import type { Hub } from '../../src/monitor/hub.ts'
import type { Snapshot, View } from '../../src/monitor/view.ts'
import { Access, type Request } from '../../src/serve/access/access.ts'
import { Token } from '../../src/serve/access/token.ts'
import { Answers } from '../../src/serve/view/answers.ts'
import { SpanSaver } from '../../src/serve/view/save/span-saver.ts'
import { type SessionParts, ViewSession } from '../../src/serve/view/view-session.ts'
import { until } from '../support/polling.ts'
import { ViewSocket } from '../support/view-socket.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean()
})

const OWN: Request = {
  peer: '127.0.0.1',
  local: '127.0.0.1',
  isTls: false,
  header: (name) => (name === 'host' ? '127.0.0.1:8219' : null),
}
const FAR: Request = { ...OWN, peer: '192.168.1.20' }

interface Rig {
  readonly client: ViewSocket
  /** The server's side of it. */
  readonly socket: WebSocket
  readonly session: ViewSession
  /** Others of the same server. */
  readonly more: () => Promise<ViewSocket>
}

/** A session over a real socket, with a view of the test's own. */
async function rig(
  view: Partial<View>,
  parts: Partial<SessionParts> = {},
  request = OWN,
): Promise<Rig> {
  const monoMs = (): number => performance.now()
  const token = new Token('a-token-of-some-length')
  const access = new Access({ token, allowOrigins: [], allowFrom: [], monoMs })
  // A device that has few channels.
  const hub = { devices: [{ state: { channels: [] } }] } as unknown as Hub
  const answers = new Answers(view as View, hub, new SpanSaver(null), parts.monoMs ?? monoMs)
  const sessions: ViewSession[] = []
  const sockets: WebSocket[] = []
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket) => {
    sockets.push(socket)
    const given = { access, answers, version: '0', monoMs, report: () => {} }
    sessions.push(new ViewSession(socket, request, { ...given, ...parts }))
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const more = async (): Promise<ViewSocket> => {
    const client = new ViewSocket(`http://127.0.0.1:${port}`)
    cleanups.push(() => client.socket.terminate())
    return client.opened()
  }
  cleanups.push(() => server.close())
  const client = await more()
  return { client, socket: sockets[0] as WebSocket, session: sessions[0] as ViewSession, more }
}

const snapshot = (nowUs: number): Snapshot => ({ nowUs }) as Snapshot

describe('a session of the view protocol', () => {
  it('looks up what several ask within a moment once, and again after it', async () => {
    let nowMs = 1000
    let count = 0
    const { client, more } = await rig(
      { snapshot: async () => snapshot(++count) },
      { monoMs: () => nowMs },
    )
    const all = [client, await more(), await more()]
    const answers = (): Promise<unknown[]> =>
      Promise.all(all.map((each) => each.ask('snapshot', { device: 0 })))
    const ofAll = (nowUs: number): object[] => all.map(() => ({ answer: { nowUs } }))
    expect(await answers()).toMatchObject(ofAll(1))
    nowMs += 49
    expect(await answers()).toMatchObject(ofAll(1))
    nowMs += 1
    expect(await answers()).toMatchObject(ofAll(2))
    expect(await client.ask('snapshot', { device: 1 })).toMatchObject({ answer: { nowUs: 3 } })
  })

  it('has one trace for those who ask while it is read, however long that takes', async () => {
    let nowMs = 1000
    let count = 0
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const { client, more } = await rig(
      {
        trace: async () => {
          count++
          await gate
          return { startUs: 1 } as Trace
        },
      },
      { monoMs: () => nowMs },
    )
    const other = await more()
    const request = { device: 0, spanMs: 1000, slots: 10, endUs: null }
    const first = client.ask('trace', request)
    await until('it is read', () => count === 1)
    nowMs += 1000
    const second = other.ask('trace', { endUs: null, slots: 10, spanMs: 1000, device: 0 })
    expect(await other.ask('find', {})).toMatchObject({ problem: {} })
    open()
    expect(await Promise.all([first, second])).toMatchObject([{ answer: {} }, { answer: {} }])
    expect(count).toBe(1)
  })

  it('has at most 32 questions of a client under way, and two that read the log', async () => {
    let running = 0
    let most = 0
    const releases: (() => void)[] = []
    const { client } = await rig({
      find: () => {
        most = Math.max(most, ++running)
        return new Promise((resolve) => {
          releases.push(() => {
            running--
            resolve(null)
          })
        })
      },
    })
    for (let id = 0; id < 40; id++) {
      const request = { device: 0, what: 'sample', atUs: id, withinUs: 1 }
      client.send({ id, ask: 'find', request })
    }
    const isProblem = (message: object): boolean => 'problem' in message
    await until('refusals', () => client.messages.filter(isProblem).length === 8)
    expect(client.messages.find(isProblem)).toMatchObject({ problem: { status: 429 } })
    await until('all answers', () => {
      for (const release of releases.splice(0)) release()
      return client.messages.filter((message) => 'answer' in message).length === 32
    })
    expect(most).toBe(2)
  })

  it('does not work for a client that takes nothing, and closes it', async () => {
    let asked = 0
    const values = new Float64Array(100_000)
    const { client, socket, more } = await rig(
      {
        trace: async ({ endUs }) => {
          asked++
          return { endUs, values } as unknown as Trace
        },
        snapshot: async () => snapshot(1),
      },
      { slowMs: 100 },
    )
    client.socket.pause()
    for (let id = 0; id < 2000; id++) {
      const request = { device: 0, spanMs: 1000, slots: 10, endUs: id }
      client.send({ id, ask: 'trace', request })
    }
    // Meanwhile others have their answers.
    const other = await more()
    expect(await other.ask('snapshot', { device: 0 })).toMatchObject({ answer: { nowUs: 1 } })
    await until('it is closed', () => socket.readyState !== socket.OPEN)
    client.socket.resume()
    expect(await client.end()).toMatchObject({ code: 4408, reason: 'too slow' })
    expect(asked).toBeLessThan(100)
  })

  it('hears one that asks too much later, and answers all of it', async () => {
    const { client } = await rig({ snapshot: async () => snapshot(1) })
    for (let id = 0; id < 120; id++) client.send({ id, ask: 'snapshot', request: { device: 0 } })
    await until('all', () => client.messages.length === 121)
    expect(client.closed).toBeNull()
  })

  it('closes where no token comes, and lets go of one that is not there any more', async () => {
    const { client } = await rig({}, { tokenMs: 20 }, FAR)
    expect(await client.end()).toMatchObject({ code: 4408, reason: 'no token came' })
    const gone = await rig({})
    gone.client.socket.pause()
    gone.session.checkLife()
    gone.session.checkLife()
    gone.client.socket.resume()
    expect(await gone.client.end()).toMatchObject({ code: 1006 })
  })
})
