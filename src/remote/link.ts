import { readFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, STATUS_CODES } from 'node:http'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { cleanText } from '../domain/sample.ts'
import { VIEW_VERSION } from '../monitor/view.ts'
import {
  type Asked,
  type AskedKind,
  CLOSE,
  type Hello,
  type ServerMessage,
  VIEW_PATH,
} from '../serve/view/messages.ts'
import { fromWire, toWire, WIRE_PROTOCOL } from '../serve/view/wire.ts'
import { InaError, systemCode } from '../util/errors.ts'
import type { ConnectPlan } from './connect-plan.ts'
import { errorOfProblem } from './remote-problem.ts'
import { addressName } from './server-address.ts'
import { unreachable } from './unreachable.ts'

/** From the first byte to the hello, ms. */
const OPEN_MS = 10_000
/** A server that says nothing for so long is asked, and given up after as long again, ms. */
const LIFE_MS = 5000
/** The longest answer: a trace of a wall screen is some 2 MB. */
const MOST_BYTES = 32 * 1024 * 1024
/** Of an answer that is no upgrade. */
const MOST_BODY_BYTES = 4096

export interface LinkOptions extends Pick<ConnectPlan, 'address' | 'caFile'> {
  /** null: there is none */
  readonly token: string | null
}

interface Waiter {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: InaError) => void
}

/** One connection to a running `serve`, from its hello to its end. */
export class Link {
  /** Resolves with why it ended. */
  readonly ended: Promise<InaError>
  readonly mayChange: boolean
  readonly #socket: WebSocket
  readonly #name: string
  readonly #waiters = new Map<number, Waiter>()
  readonly #timer: NodeJS.Timeout
  #nextId = 1
  #isHeard = true
  #end: (error: InaError) => void = () => {}
  #error: InaError | null = null

  private constructor(socket: WebSocket, name: string, { mayChange }: Hello) {
    this.#socket = socket
    this.#name = name
    this.mayChange = mayChange
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    socket.on('message', (data) => this.#message(String(data)))
    socket.on('pong', () => {
      this.#isHeard = true
    })
    socket.on('close', (code, reason) => this.#closed(code, cleanText(String(reason))))
    this.#timer = setInterval(() => this.#checkLife(), LIFE_MS)
  }

  /**
   * @throws InaError device_absent: it is not reached; device_denied: token or name are refused;
   *   device_unsupported: it speaks something else; config_invalid: the file of certificates
   */
  static async open(options: LinkOptions): Promise<Link> {
    const name = addressName(options.address)
    const socket = socketOf(options)
    try {
      return new Link(socket, name, await greeted(socket, name, options.token))
    } catch (error) {
      socket.on('error', () => {})
      socket.terminate()
      throw error
    }
  }

  /** @throws InaError what the server says; device_silent: the connection ended before the answer */
  ask<Kind extends AskedKind>(
    ask: Kind,
    request: Asked[Kind]['request'],
  ): Promise<Asked[Kind]['answer']> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      if (this.#error !== null) {
        reject(this.#error)
        return
      }
      this.#waiters.set(id, { resolve: resolve as Waiter['resolve'], reject })
      this.#socket.send(toWire({ id, ask, request }))
    })
  }

  close(): void {
    clearInterval(this.#timer)
    this.#socket.close()
    // What was not sent by then never will be.
    setImmediate(() => this.#socket.terminate())
  }

  #message(data: string): void {
    this.#isHeard = true
    let message: ServerMessage
    try {
      message = fromWire(data, cleanText) as ServerMessage
    } catch {
      this.#closeWith(foreign(this.#name, 'it sent what is no message of the view protocol'))
      return
    }
    if ('type' in message) return
    const waiter = this.#waiters.get(message.id)
    this.#waiters.delete(message.id)
    if ('problem' in message) waiter?.reject(errorOfProblem(message.problem))
    else waiter?.resolve(message.answer)
  }

  #checkLife(): void {
    if (!this.#isHeard) {
      this.#closeWith(lost(this.#name, 'it does not answer any more'))
      return
    }
    this.#isHeard = false
    this.#socket.ping()
  }

  #closeWith(error: InaError): void {
    this.#error ??= error
    this.#socket.terminate()
  }

  #closed(code: number, reason: string): void {
    clearInterval(this.#timer)
    this.#error ??= lost(this.#name, endText(code, reason))
    for (const { reject } of this.#waiters.values()) reject(this.#error)
    this.#waiters.clear()
    this.#end(this.#error)
  }
}

function endText(code: number, reason: string): string {
  if (code === CLOSE.away) return 'the server has ended'
  return code >= 4000 ? `the server closed it (${reason})` : 'it was cut off'
}

function lost(name: string, why: string): InaError {
  return new InaError(
    'device_silent',
    `the connection to ${name} is lost: ${why}`,
    'it is tried again',
  )
}

function foreign(name: string, why: string): InaError {
  return new InaError(
    'device_unsupported',
    `${name} is no 'ina219 serve': ${why}`,
    'name the address that it prints when it starts',
  )
}

function socketOf({ address, caFile }: LinkOptions): WebSocket {
  const options = {
    handshakeTimeout: OPEN_MS,
    maxPayload: MOST_BYTES,
    perMessageDeflate: false,
    ...(caFile === null ? {} : { ca: certificates(caFile) }),
  }
  if (address.kind === 'tcp') {
    return new WebSocket(`${address.url.replace(/^http/, 'ws')}${VIEW_PATH}`, options)
  }
  const { path } = address
  const createConnection = (): ReturnType<typeof connect> => connect(path)
  return new WebSocket(`ws://localhost${VIEW_PATH}`, { ...options, createConnection })
}

function certificates(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InaError(
      'config_invalid',
      `--tls-ca ${file} can't be read: ${systemCode(error) ?? String(error)}`,
      'name a file of certificates, PEM',
      error,
    )
  }
}

/** Waits until the server has let this client in, as far as it does. */
function greeted(socket: WebSocket, name: string, token: string | null): Promise<Hello> {
  return new Promise((resolve, reject) => {
    let isTokenSent = false
    const timer = setTimeout(
      () => settle(() => reject(lost(name, 'it does not say hello'))),
      OPEN_MS,
    )
    const settle = (then: () => void): void => {
      clearTimeout(timer)
      socket.off('message', onMessage)
      socket.off('error', onError)
      socket.off('close', onClose)
      socket.off('unexpected-response', onRefused)
      socket.on('error', () => {})
      then()
    }
    const onMessage = (data: unknown): void => {
      const message = helloIn(String(data))
      if (message === null) settle(() => reject(foreign(name, 'it says something else')))
      else if (message.type === 'problem') settle(() => reject(errorOfProblem(message.problem)))
      else if (message.type === 'hello' && !isSpoken(message)) {
        settle(() => reject(otherVersion(name, message)))
      } else if (token !== null && !isTokenSent) {
        isTokenSent = true
        socket.send(toWire({ type: 'token', token }))
      } else if (message.type === 'hello') settle(() => resolve(message))
      else settle(() => reject(tokenWanted(name)))
    }
    const onError = (error: Error): void => settle(() => reject(unreachable(name, error)))
    const onClose = (): void => settle(() => reject(lost(name, 'it was cut off')))
    const onRefused = (_: ClientRequest, answer: IncomingMessage): void => {
      void refusalOf(name, answer).then((error) => settle(() => reject(error)))
    }
    socket.on('message', onMessage)
    socket.on('error', onError)
    socket.on('close', onClose)
    socket.on('unexpected-response', onRefused)
  })
}

type First = Extract<ServerMessage, { readonly type: string }>

/** null: it is none of those that come first. */
function helloIn(data: string): First | null {
  try {
    const message = fromWire(data, cleanText) as First | null
    const known = ['hello', 'token_wanted', 'problem']
    return message !== null && known.includes(message.type) ? message : null
  } catch {
    return null
  }
}

function isSpoken({ protocol, view }: Hello): boolean {
  return protocol === WIRE_PROTOCOL && view === VIEW_VERSION
}

function otherVersion(name: string, { version, protocol, view }: Hello): InaError {
  return new InaError(
    'device_unsupported',
    `${name} is ina219 ${version}, whose view protocol is ${protocol}.${view}, and this one speaks ${WIRE_PROTOCOL}.${VIEW_VERSION}`,
    'use the same version of ina219 on both sides',
  )
}

function tokenWanted(name: string): InaError {
  return new InaError(
    'device_denied',
    `reading from ${name} needs its token`,
    'copy its token file, for your user alone, and name it with --token-file',
  )
}

/** What came in place of the upgrade: by `serve` a problem in JSON, else whatever it is. */
async function refusalOf(name: string, answer: IncomingMessage): Promise<InaError> {
  const { statusCode = 0 } = answer
  let body = ''
  try {
    for await (const part of answer.setEncoding('utf8')) {
      body += part
      if (body.length > MOST_BODY_BYTES) break
    }
  } catch {
    // What is there of it will do.
  }
  // Under a path that is not the server's: its hint is for who writes a client.
  const isElsewhere = statusCode === 404
  if (!isElsewhere && /^application\/problem\+json/.test(answer.headers['content-type'] ?? '')) {
    try {
      return errorOfProblem(fromWire(body, cleanText))
    } catch {
      // Cut off.
    }
  }
  return foreign(name, `it answered ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd())
}
