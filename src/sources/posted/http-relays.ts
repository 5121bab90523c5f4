import { OUTPUT_NAMES, type Outputs } from '../../domain/outputs.ts'
import { onOrOff } from '../../util/on-off.ts'
import { isRecord } from '../../util/records.ts'
import type { RelayBoard, Switched } from './relays.ts'

/** A board in the same house answers by then, ms. */
const ANSWER_MS = 3000
/** More is no answer of a few relays, bytes. */
const MOST_BYTES = 10_000

/**
 * Relays that a board switches when it is asked over HTTP: `POST` with `{"A":true}`, answered with all of them as they
 * are then, `{"A":true,"B":false,"C":false,"D":false}`; `GET` is answered with the same.
 */
export class HttpRelays implements RelayBoard {
  #isVirtual = false
  readonly #url: string
  /** As the board has last said. */
  #known: Outputs = {}

  constructor(url: string) {
    this.#url = url
  }

  /** As the board has last said: one that is made up says so. */
  get isVirtual(): boolean {
    return this.#isVirtual
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
    let answer: Response
    try {
      // One that sends us elsewhere has answered, too: that is not followed.
      const signal = AbortSignal.timeout(ANSWER_MS)
      answer = await fetch(this.#url, { ...init, redirect: 'manual', signal })
    } catch (error) {
      return { error: 'timeout', why: isLate(error) ? LATE : 'the board is not reached' }
    }
    let text: string | null
    try {
      if (!answer.ok) {
        await answer.body?.cancel()
        return { error: 'unconfirmed', why: `the answer is ${answer.status}` }
      }
      text = await textOf(answer)
    } catch (error) {
      if (isLate(error)) return { error: 'timeout', why: LATE }
      return { error: 'unconfirmed', why: 'the answer breaks off' }
    }
    if (text === null) {
      return { error: 'unconfirmed', why: `the answer is longer than ${MOST_BYTES} bytes` }
    }
    const said = answerIn(text)
    if (said === null)
      return { error: 'unconfirmed', why: 'the answer says nothing of A, B, C or D' }
    this.#isVirtual = said.isVirtual
    this.#known = { ...this.#known, ...said.outputs }
    return { outputs: this.#known }
  }
}

const LATE = `no whole answer within ${ANSWER_MS / 1000} s`

function isLate(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

/** @returns null: it is too long */
async function textOf(answer: Response): Promise<string | null> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of answer.body ?? []) {
    length += (part as Uint8Array).length
    // Leaving the loop hangs up.
    if (length > MOST_BYTES) return null
    parts.push(part as Uint8Array)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** @returns null: none */
function answerIn(text: string): { readonly outputs: Outputs; readonly isVirtual: boolean } | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(value)) return null
  const said = OUTPUT_NAMES.flatMap((name) => {
    const isOn = onOrOff(value[name])
    return isOn === null ? [] : [[name, isOn] as const]
  })
  if (said.length === 0) return null
  // One that says something else of it than that it is real is never shown as real.
  const virtual = value['virtual'] ?? false
  return { outputs: Object.fromEntries(said), isVirtual: onOrOff(virtual) !== false }
}
