import { createServer, type Server, type Socket } from 'node:net'
import { NOT_EXECUTABLE } from '../../src/protocol/mc3e/end-codes.ts'
import type { McCode } from '../../src/protocol/mc3e/fields.ts'
import {
  headSize,
  OWN_STATION,
  REQUEST,
  type Route,
  readHead,
} from '../../src/protocol/mc3e/frame.ts'
import { decodeRequest } from '../../src/protocol/mc3e/request.ts'
import { encodeAnswer, encodeRefusal } from '../../src/protocol/mc3e/response.ts'
import { type Schedule, systemSchedule } from '../../src/util/schedule.ts'
import type { PlcMemory } from './memory.ts'
import { garble, type RequestFate, RequestFates } from './request-fates.ts'
import type { RequestFaults } from './request-faults.ts'

/** Longer than any request: 192 points of a random read in ASCII code, and then some. */
const MOST_TEXT = 4096

export interface McServerOptions {
  readonly memory: PlcMemory
  readonly code: McCode
  readonly faults: RequestFaults
  readonly seed: number
  /** Before each request: the end of the PLC's cycle. */
  readonly scan?: () => void
  readonly schedule?: Schedule
}

/** What happened, for `--summary`. */
export interface McCounts {
  connections: number
  requests: number
  answers: number
  refusals: number
  /** Bytes that are no request of this code: a PLC says nothing to them (C06F goes to its history alone). */
  ignored: number
}

/** A PLC that answers 3E frames on TCP, any number of clients at once. */
export class McServer {
  readonly counts: McCounts = { connections: 0, requests: 0, answers: 0, refusals: 0, ignored: 0 }
  readonly #options: McServerOptions
  readonly #fates: RequestFates
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(options: McServerOptions) {
    this.#options = options
    this.#fates = new RequestFates(options.faults, options.seed)
    this.#server = createServer((socket) => this.#serve(socket))
  }

  get faults(): Readonly<Record<keyof RequestFaults, number>> {
    return this.#fates.counts
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size
  }

  /** On this machine alone: nobody else is to take it for a PLC. @param port 0: any @returns the port */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', resolve)
    })
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : port
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** As if the cable were pulled: all connections end, new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #serve(socket: Socket): void {
    this.counts.connections++
    this.#sockets.add(socket)
    const connection = new ServedConnection(socket, this.#options, this.#fates, this.counts)
    socket.setNoDelay(true)
    socket.on('data', (chunk) => connection.push(chunk))
    // A client that goes away is nothing to talk about.
    socket.on('error', () => {})
    socket.on('close', () => {
      connection.end()
      this.#sockets.delete(socket)
    })
  }
}

/** One client. Its requests are answered one after the other, as a PLC does. */
class ServedConnection {
  readonly #socket: Socket
  readonly #options: McServerOptions
  readonly #fates: RequestFates
  readonly #counts: McCounts
  readonly #schedule: Schedule
  #bytes = Buffer.alloc(0)
  #cancel: (() => void) | null = null

  constructor(socket: Socket, options: McServerOptions, fates: RequestFates, counts: McCounts) {
    this.#socket = socket
    this.#options = options
    this.#fates = fates
    this.#counts = counts
    this.#schedule = options.schedule ?? systemSchedule
  }

  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    this.#work()
  }

  end(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #work(): void {
    while (this.#cancel === null && !this.#socket.destroyed) {
      const size = headSize(this.#options.code)
      if (this.#bytes.length < size) return
      const head = readHead(this.#options.code, this.#bytes)
      if (head === null || head.subheader !== REQUEST || head.length > MOST_TEXT) {
        this.#counts.ignored++
        this.#bytes = Buffer.alloc(0)
        return
      }
      if (this.#bytes.length < size + head.length) return
      const text = this.#bytes.subarray(size, size + head.length)
      this.#bytes = this.#bytes.subarray(size + head.length)
      this.#counts.requests++
      this.#carryOut(head.route, text)
    }
  }

  #carryOut(route: Route, text: Buffer): void {
    const fate = this.#fates.next()
    if (fate.delayMs === 0) {
      this.#respond(route, text, fate)
      return
    }
    this.#cancel = this.#schedule(() => {
      this.#cancel = null
      this.#respond(route, text, fate)
      this.#work()
    }, fate.delayMs)
  }

  #respond(route: Route, text: Buffer, fate: RequestFate): void {
    const { code } = this.#options
    if (fate.fault === 'drop') return
    const frame = this.#answer(route, text, fate)
    if (fate.fault === 'reset') {
      // Half of them with a part of the answer before.
      if (fate.dice[0] < 0.5) this.#socket.resetAndDestroy()
      else {
        this.#socket.write(frame.subarray(0, Math.ceil(frame.length * fate.dice[1])))
        this.#socket.destroySoon()
      }
      return
    }
    this.#socket.write(fate.fault === 'garble' ? garble(code, frame, fate.dice) : frame)
  }

  #answer(route: Route, text: Buffer, fate: RequestFate): Uint8Array {
    const { code, memory, scan } = this.#options
    scan?.()
    const decoded = decodeRequest(code, text)
    const refuse = (endCode: number): Uint8Array => {
      this.#counts.refusals++
      return encodeRefusal(code, route, endCode, decoded)
    }
    if (fate.fault === 'refuse') return refuse(fate.endCode)
    if (decoded.kind === 'refused') return refuse(decoded.endCode)
    if (!isOwnStation(route)) return refuse(NOT_EXECUTABLE)
    const cells = memory.read(decoded.request)
    if (typeof cells === 'number') return refuse(cells)
    this.#counts.answers++
    return encodeAnswer(code, route, decoded.request, cells)
  }
}

function isOwnStation({ network, pc, io, station }: Route): boolean {
  const own = OWN_STATION
  return network === own.network && pc === own.pc && io === own.io && station === own.station
}
