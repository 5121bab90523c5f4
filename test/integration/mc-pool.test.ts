import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { PlcMemory } from '../../mock/mc3e/memory.ts'
import { noRequestFaults } from '../../mock/mc3e/request-faults.ts'
import { McServer, type McServerOptions } from '../../mock/mc3e/server.ts'
import { parseAddress } from '../../src/protocol/mc3e/address.ts'
import { OWN_STATION } from '../../src/protocol/mc3e/frame.ts'
import type { McRequest } from '../../src/protocol/mc3e/request.ts'
import { encodeAnswer } from '../../src/protocol/mc3e/response.ts'
import { parseTag } from '../../src/protocol/mc3e/tag.ts'
import type { PlcOutcome } from '../../src/sources/mc/plc-failure.ts'
import { PlcPool, type PlcPoolOptions } from '../../src/sources/mc/plc-pool.ts'
import { parsePlcUrl } from '../../src/sources/mc/plc-url.ts'
import { TagReader } from '../../src/sources/mc/tag-reader.ts'
import { ManualTime } from '../support/manual-time.ts'
import { patternAt, patternMemory } from '../support/mc3e.ts'
import { until } from '../support/polling.ts'

const MEMORY = patternMemory()
const words = (address: string, points = 1): McRequest => {
  const { device, number } = parseAddress(address)
  return { kind: 'words', from: { device, number }, points }
}
const expected = (address: string, points = 1): number[] => {
  const { device, number } = parseAddress(address)
  return Array.from({ length: points }, (_, i) => patternAt({ device, number: number + i }))
}
const problemOf = (outcome: PlcOutcome): string =>
  outcome.kind === 'failed' ? outcome.problem : outcome.kind

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function plc(
  options: Partial<McServerOptions> = {},
  port = 0,
): Promise<{ server: McServer; port: number }> {
  const server = new McServer({
    memory: MEMORY,
    code: 'ascii',
    faults: noRequestFaults(),
    seed: 1,
    ...options,
  })
  ends.push(() => server.close())
  return { server, port: await server.listen(port) }
}

function pool(port: number, query = '', options: PlcPoolOptions = {}): PlcPool {
  const made = new PlcPool(parsePlcUrl(`mc3e://127.0.0.1:${port}${query}`), options)
  ends.push(() => made.close())
  return made
}

/** A server that does as it is told. */
async function strange(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as { port: number }).port
}

describe('a pool', () => {
  it.each(['ascii', 'binary'] as const)(
    'reads words, bits and scattered points, %s',
    async (code) => {
      const { port } = await plc({ code })
      const asked = pool(port, `?code=${code}`)
      expect(await asked.ask(words('D100', 960))).toEqual({
        kind: 'cells',
        cells: expected('D100', 960),
      })
      const { device } = parseAddress('M0')
      const bits = await asked.ask({ kind: 'bits', from: { device, number: 32 }, points: 5 })
      const [word = 0] = expected('M32')
      expect(bits).toEqual({
        kind: 'cells',
        cells: [0, 1, 2, 3, 4].map((bit) => (word >> bit) & 1),
      })
      const point = (text: string) => ({
        device: parseAddress(text).device,
        number: parseAddress(text).number,
      })
      const random = await asked.ask({
        kind: 'random',
        words: [point('W1F')],
        doubles: [point('ZR7')],
      })
      expect(random).toEqual({ kind: 'cells', cells: [...expected('W1F'), ...expected('ZR7', 2)] })
      expect(asked.status).toMatchObject({ open: 1, busy: 0, answers: 3, requests: 3, connects: 1 })
      const { done, failures, unitsPerSecond, msMax } = asked.status.traffic
      expect([done, failures]).toEqual([3, 0])
      expect(unitsPerSecond).toBeGreaterThan(0)
      expect(msMax).toBeGreaterThan(0)
    },
  )

  it('opens as many connections as are needed, five at most, and uses them all', async () => {
    const time = new ManualTime()
    const { server, port } = await plc({
      faults: { ...noRequestFaults(), slow: 1 },
      schedule: time.schedule,
    })
    const asked = pool(port)
    const outcomes = Array.from({ length: 12 }, (_, i) => asked.ask(words(`D${i}`)))
    await until(
      'all connections are busy',
      () => asked.status.busy === 5 && server.counts.requests === 5,
    )
    expect(asked.status).toMatchObject({ open: 5, waiting: 7 })
    expect(server.open).toBe(5)
    await time.runUntil(() => asked.status.answers === 12, 500)
    expect(await Promise.all(outcomes)).toEqual(
      outcomes.map((_, i) => ({ kind: 'cells', cells: expected(`D${i}`) })),
    )
    expect(server.counts.connections).toBe(5)
    asked.close()
    await until('they are closed', () => server.open === 0)
  })

  it('gives up what is not answered in time, and takes no late answer for another one', async () => {
    const time = new ManualTime()
    const { server, port } = await plc({ faults: { ...noRequestFaults(), drop: 1 } })
    const asked = pool(port, '?timer=4', {
      clock: time.clock,
      schedule: time.schedule,
      connections: 1,
    })
    const first = asked.ask(words('D0'))
    await until('it has been asked', () => server.counts.requests === 1)
    time.advance(1999)
    expect(asked.status.busy).toBe(1)
    time.advance(1)
    expect(await first).toMatchObject({
      problem: 'silent',
      reason: `127.0.0.1:${port}: no answer within 2 s`,
    })
    expect(asked.status).toMatchObject({ open: 0, busy: 0 })
    await until('the PLC knows', () => server.open === 0)
  })

  it('says what a refusal means', async () => {
    const { port } = await plc()
    const outcome = await pool(port).ask(words('D12287', 2))
    expect(outcome).toMatchObject({
      problem: 'refused',
      endCode: 0xc056,
      reason: `127.0.0.1:${port} refuses with C056: an address is beyond the last one of the PLC`,
      hint: expect.stringContaining('PLC parameters'),
    })
    const far = await pool(port, '?network=3').ask(words('D0'))
    expect(far).toMatchObject({ problem: 'refused', endCode: 0xc05f })
  })

  it('fails at once while nobody is there, with growing pauses between attempts, and comes back by itself', async () => {
    const { server, port } = await plc()
    await server.close()
    const time = new ManualTime()
    const asked = pool(port, '', { clock: time.clock, schedule: time.schedule, random: () => 1 })
    const pauses: number[] = []
    for (let attempt = 0; attempt < 7; attempt++) {
      const outcomes = await Promise.all([asked.ask(words('D0')), asked.ask(words('D1'))])
      expect(outcomes.map(problemOf)).toEqual(['unreachable', 'unreachable'])
      pauses.push(Math.round((asked.status.retryAtMs as number) - time.clock.wallMs()))
      expect(problemOf(await asked.ask(words('D0')))).toBe('unreachable')
      time.advance(pauses.at(-1) as number)
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    expect(asked.status.lastFailure?.failure.reason).toMatch(/nobody listens there/)
    await plc({}, port)
    expect(problemOf(await asked.ask(words('D0')))).toBe('cells')
    expect(asked.status.retryAtMs).toBeNull()
  })

  it('asks again where the PLC has closed a connection while nobody used it', async () => {
    const { server, port } = await plc()
    const asked = pool(port)
    await asked.ask(words('D0'))
    server.cut()
    expect(await asked.ask(words('D5'))).toEqual({ kind: 'cells', cells: expected('D5') })
    expect(asked.status.failures.unreachable).toBe(0)
  })

  it('asks unused connections whether they are still there', async () => {
    const time = new ManualTime()
    const { server, port } = await plc()
    const asked = pool(port, '', { clock: time.clock, schedule: time.schedule })
    await Promise.all([asked.ask(words('D0')), asked.ask(words('D1')), asked.ask(words('D2'))])
    const { open, answers } = asked.status
    const before = server.counts.requests
    time.advance(30_000)
    await until(
      'all are asked',
      () => server.counts.requests === before + open && asked.status.busy === 0,
    )
    expect(asked.status).toMatchObject({ open, answers, checks: open })
    server.cut()
    await until('it is known', () => asked.status.open === 0)
  })

  it('does with the connections that the PLC has', async () => {
    let [most, tried] = [0, 0]
    const open = new Set<Socket>()
    const port = await strange((socket) => {
      tried++
      if (open.size >= 2) {
        socket.destroy()
        return
      }
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      most = Math.max(most, open.size)
      socket.on('data', () => {
        socket.write(encodeAnswer('ascii', OWN_STATION, words('D0'), [7]))
      })
    })
    const time = new ManualTime()
    const asked = pool(port, '', { clock: time.clock, schedule: time.schedule })
    for (let turn = 0; turn < 20; turn++) {
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => asked.ask(words('D0'))))
      expect(new Set(outcomes.map(problemOf))).toEqual(new Set(['cells']))
    }
    // Another one is tried when the pause is over, which it never is here.
    expect([most, tried <= 5]).toEqual([2, true])
    expect(asked.status.retryAtMs).not.toBeNull()
  })

  it.each([
    ['an answer to something else', '44303030303046463033464630303030303830303030', /8 bytes/],
    ['an answer in the other code', 'd00000ffff03000400', /code=binary/],
    ['what is no frame', '48545450', /no response begins/],
  ])('closes the connection on %s', async (_what, hex, reason) => {
    let connections = 0
    const port = await strange((socket) => {
      connections++
      socket.on('data', () => socket.write(Buffer.from(hex, 'hex')))
    })
    const asked = pool(port)
    for (let i = 1; i <= 3; i++) {
      const outcome = await asked.ask(words('D0', 3))
      expect(outcome).toMatchObject({ problem: 'garbled', reason: expect.stringMatching(reason) })
      expect(connections).toBe(i)
      expect(asked.status.open).toBe(0)
    }
  })

  it('closes a connection on which somebody speaks without being asked', async () => {
    const answer = encodeAnswer('ascii', OWN_STATION, words('D0'), [7])
    const sockets: Socket[] = []
    const port = await strange((socket) => {
      sockets.push(socket)
      socket.on('data', () => socket.write(answer))
    })
    const asked = pool(port)
    expect(await asked.ask(words('D0'))).toEqual({ kind: 'cells', cells: [7] })
    sockets[0]?.write(answer)
    await until('it is closed', () => asked.status.open === 0)
  })

  it('ends what is under way when it is closed, and takes nothing any more', async () => {
    const time = new ManualTime()
    const { server, port } = await plc({ faults: { ...noRequestFaults(), drop: 1 } })
    const asked = pool(port, '', { clock: time.clock, schedule: time.schedule })
    const outcomes = Array.from({ length: 8 }, () => asked.ask(words('D0')))
    await until('all are busy', () => server.counts.requests === 5)
    asked.close()
    expect(new Set((await Promise.all(outcomes)).map(problemOf))).toEqual(new Set(['closed']))
    expect(problemOf(await asked.ask(words('D0')))).toBe('closed')
    expect(time.pending).toBe(0)
    await until('all are closed', () => server.open === 0)
  })
})

describe('a reader of tags', () => {
  const reader = (...addresses: string[]): TagReader =>
    new TagReader(
      addresses.map((address) => parseTag({ address, type: 'uint16' })),
      'ascii',
    )
  const readingOf = (address: string): unknown => ({ kind: 'value', value: expected(address)[0] })

  it('lets a tag that the PLC does not have cost the others nothing', async () => {
    const { server, port } = await plc()
    const asked = pool(port)
    const tags = ['D12280', 'D12281', 'D12290', 'D12282', 'W0']
    const group = reader(...tags)
    const refused = expect.objectContaining({ problem: 'refused', endCode: 0xc056 })
    const readings = tags.map((tag) => (tag === 'D12290' ? refused : readingOf(tag)))
    expect(group.requests).toBe(2)
    expect(await group.read(asked)).toEqual(readings)
    const before = server.counts.requests
    expect(await group.read(asked)).toEqual(readings)
    expect(server.counts.requests - before).toBe(group.requests)
    expect(group.requests).toBe(2)
  })

  it('asks a PLC that knows no random reads for none', async () => {
    const { port } = await plc()
    const asked = pool(port)
    const kinds: string[] = []
    const simple = {
      ask: async (request: McRequest): Promise<PlcOutcome> => {
        kinds.push(request.kind)
        return request.kind === 'random'
          ? { kind: 'failed', problem: 'refused', endCode: 0xc059, reason: 'no', hint: '' }
          : asked.ask(request)
      },
    }
    const tags = ['D0', 'D5000', 'W0']
    const group = reader(...tags)
    for (const expectedKinds of [
      ['random', 'words', 'words', 'words'],
      ['words', 'words', 'words'],
    ]) {
      expect(await group.read(simple)).toEqual(tags.map(readingOf))
      expect(kinds.splice(0)).toEqual(expectedKinds)
    }
  })

  it('reads a tag with the others again as soon as it is answered', async () => {
    const memory = new PlcMemory()
    let isRefused = true
    const { port } = await plc({ memory })
    const asked = pool(port)
    const group = reader('D0', 'D1', 'D2')
    const moody = {
      ask: async (request: McRequest): Promise<PlcOutcome> => {
        const { device, number } = parseAddress('D1')
        const isMeant =
          request.kind === 'words' &&
          request.from.number <= number &&
          request.from.number + request.points > number
        return isMeant && isRefused && device.name === 'D'
          ? { kind: 'failed', problem: 'refused', endCode: 0x4031, reason: 'no', hint: '' }
          : asked.ask(request)
      },
    }
    expect((await group.read(moody)).map(({ kind }) => kind)).toEqual(['value', 'failed', 'value'])
    isRefused = false
    expect((await group.read(moody)).map(({ kind }) => kind)).toEqual(['value', 'value', 'value'])
    expect(group.requests).toBe(1)
  })
})
