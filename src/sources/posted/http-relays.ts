import type { Outputs } from '../../protocol/frames.ts'
import { onOrOff } from '../../util/on-off.ts'
import { isRecord } from '../../util/records.ts'
import { RELAYS, type RelayBoard, type Switched } from './relays.ts'

/** A board in the same house answers by then, ms. */
const ANSWER_MS = 3000
/** More is no answer of a few relays, bytes. */
const MOST_BYTES = 10_000

/**
 * Relays that a board switches when it is asked over HTTP: `POST` with `{"A":true}`, answered with all of them as they
 * are then, `{"A":true,"B":false,"C":false,"D":false}`; `GET` is answered with the same.
 */
export class HttpRelays implements RelayBoard {
  readonly isVirtual = false
  readonly #url: string
  /** As the board has last said. */
  #known: Outputs = {}

  constructor(url: string) {
    this.#url = url
  }

  async switch(wanted: Outputs): Promise<Switched> {
    const body = JSON.stringify(wanted)
    const headers = { 'content-type': 'application/json' }
    const heard = await this.#ask({ method: 'POST', headers, body })
    if ('error' in heard) return heard
    const other = Object.keys(wanted).filter((name) => heard.outputs[name] !== wanted[name])
    if (other.length === 0) return heard
    const why = `the answer does not say that ${other.join(', ')} is switched`
    return { error: 'unconfirmed', why }
  }

  read(): Promise<Switched> {
    return this.#ask({ method: 'GET' })
  }

  async #ask(init: RequestInit): Promise<Switched> {
    let text: string
    try {
      const answer = await fetch(this.#url, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MS),
      })
      if (!answer.ok) {
        await answer.body?.cancel()
        return { error: 'unconfirmed', why: `the answer is ${answer.status}` }
      }
      text = await textOf(answer)
    } catch (error) {
      const isLate = error instanceof Error && error.name === 'TimeoutError'
      const why = isLate ? `no answer within ${ANSWER_MS / 1000} s` : 'the board is not reached'
      return { error: 'timeout', why }
    }
    const said = outputsIn(text)
    if (said === null)
      return { error: 'unconfirmed', why: 'the answer says nothing of A, B, C or D' }
    this.#known = { ...this.#known, ...said }
    return { outputs: this.#known }
  }
}

async function textOf(answer: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of answer.body ?? []) {
    length += (part as Uint8Array).length
    if (length > MOST_BYTES) throw new Error('too long')
    parts.push(part as Uint8Array)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** @returns null: none */
function outputsIn(text: string): Outputs | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(value)) return null
  const said = RELAYS.flatMap((name) => {
    const isOn = onOrOff(value[name])
    return isOn === null ? [] : [[name, isOn] as const]
  })
  return said.length === 0 ? null : Object.fromEntries(said)
}
