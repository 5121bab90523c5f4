import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OUTPUT_NAMES, type Outputs } from '../../src/domain/outputs.ts'
import { onOrOff } from '../../src/util/on-off.ts'
import { isRecord } from '../../src/util/records.ts'
import { portRefused } from '../port-refused.ts'

const PATH = '/relays'
const MOST_BYTES = 10_000

/** @returns the relays as they are then; null: the device did not answer */
export type Switch = (wanted: Outputs) => Promise<Outputs | null>

/** The relays of a board with HTTP, as `serve --relay-url` asks for them. */
export class RelayServer {
  readonly #server: Server
  readonly #switch: Switch

  /** @param switches those that are named; of none it is asked how they are */
  constructor(switches: Switch) {
    this.#switch = switches
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  /** @param port 0: any free one. @returns where it is. @throws InaError device_busy, device_denied */
  async listen(port: number): Promise<string> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject)
        this.#server.listen(port, '127.0.0.1', resolve)
      })
    } catch (error) {
      throw portRefused('--relays', port, error)
    }
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${PATH}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, body: object): void => {
      if (response.destroyed) return
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(`${JSON.stringify(body)}\n`)
    }
    try {
      if (request.url?.replace(/\?.*/s, '') !== PATH) return say(404, { error: `see ${PATH}` })
      const wanted = request.method === 'POST' ? wantedIn(await bodyOf(request)) : {}
      if (wanted === null) return say(400, { error: 'send such as {"A":true,"B":false}' })
      const outputs = await this.#switch(wanted)
      if (outputs === null) return say(504, { error: 'the board does not answer' })
      say(200, { ...outputs, virtual: true })
    } catch {
      // The client is gone.
      response.destroy()
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) {
    text += String(part)
    if (text.length > MOST_BYTES) throw new Error('too long')
  }
  return text
}

/** @returns null: it names no relays, or none that there are */
function wantedIn(text: string): Outputs | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(value)) return null
  const names: readonly string[] = OUTPUT_NAMES
  const wanted = Object.entries(value).map(([name, state]) => [name, onOrOff(state)] as const)
  const isWrong = wanted.some(([name, isOn]) => isOn === null || !names.includes(name))
  return wanted.length === 0 || isWrong ? null : (Object.fromEntries(wanted) as Outputs)
}
