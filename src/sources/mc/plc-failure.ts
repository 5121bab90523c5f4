import { endCodeText, endCodeWords } from '../../protocol/mc3e/end-codes.ts'
import { systemCode } from '../../util/errors.ts'

/**
 * Why a PLC gave no value. `unreachable`: no connection, or it was lost. `silent`: connected, but no answer in time. `refused`:
 * by its end code. `garbled`: what came is no answer to what was asked. `closed`: this side has ended.
 */
export const PLC_PROBLEMS = ['unreachable', 'silent', 'refused', 'garbled', 'closed'] as const
export type PlcProblem = (typeof PLC_PROBLEMS)[number]

export interface PlcFailure {
  readonly kind: 'failed'
  readonly problem: PlcProblem
  /** Of `refused`: 1 to 65535; else null. */
  readonly endCode: number | null
  /** For a person; no full stop. */
  readonly reason: string
  /** What to do, one sentence, no full stop. */
  readonly hint: string
}

/** What became of a request: the cells of its answer (`McRequest`), or why there is none. */
export type PlcOutcome = { readonly kind: 'cells'; readonly cells: readonly number[] } | PlcFailure

const REACH = 'check address and port, and that MC protocol is set for that port in the PLC'
const NETWORK_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there, or all its connections are taken',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ENOTFOUND: 'nobody knows that name',
  EAI_AGAIN: 'nobody knows that name just now',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'the PLC has reset the connection',
  EPIPE: 'the PLC has closed the connection',
}

/** @param cause of the network; absent: the other side has closed the connection */
export function unreachable(place: string, cause?: Error): PlcFailure {
  const code = systemCode(cause)
  const known = code === undefined ? undefined : NETWORK_WORDS[code]
  const why = known ?? (cause === undefined ? 'the PLC has closed the connection' : cause.message)
  return failure('unreachable', `${place}: ${why}`, REACH)
}

export function noConnection(place: string, afterMs: number): PlcFailure {
  return failure('unreachable', `${place}: no connection within ${secondsText(afterMs)}`, REACH)
}

/** @param received bytes of the answer that came */
export function silent(place: string, afterMs: number, received: number): PlcFailure {
  const what = received === 0 ? 'no answer' : 'only a part of the answer came'
  return failure(
    'silent',
    `${place}: ${what} within ${secondsText(afterMs)}`,
    received === 0
      ? 'where it never answers, compare code=ascii or binary in the URL with the communication data code of the PLC'
      : 'the connection is opened again',
  )
}

export function garbled(place: string, why: string): PlcFailure {
  return failure('garbled', `${place}: ${why}`, 'the connection is opened again')
}

export function refused(place: string, endCode: number): PlcFailure {
  const { meaning, hint } = endCodeWords(endCode)
  const reason = `${place} refuses with ${endCodeText(endCode)}: ${meaning}`
  return { kind: 'failed', problem: 'refused', endCode, reason, hint }
}

export function closed(place: string): PlcFailure {
  return failure('closed', `${place}: the connection was given up`, 'start it again')
}

function failure(problem: PlcProblem, reason: string, hint: string): PlcFailure {
  return { kind: 'failed', problem, endCode: null, reason, hint }
}

function secondsText(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`
}
