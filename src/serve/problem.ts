import { type ErrorCode, type InaError, isInaError } from '../util/errors.ts'
import type { Refusal } from './access/access.ts'

/** An error as a client gets it (RFC 9457). */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  /** What is wrong, and what to do next. */
  readonly detail: string
  /** What became of each command, where not all were carried out. */
  readonly outcomes?: readonly object[]
}

/** Either what was looked for, or why it is not there. */
export type Sought<T> = { readonly found: T } | { readonly problem: Problem }

export const PROBLEM_TYPE = 'application/problem+json'

/** @param name of the problem, words joined by dashes. @param hint what to do next, without a full stop */
export function problem(status: number, name: string, message: string, hint: string): Problem {
  const title = name.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase())
  return { type: `urn:ina219:problem:${name}`, title, status, detail: `${message}; ${hint}` }
}

/** Why somebody is not let in. */
export function refusalProblem({ status, reason, message, hint }: Refusal): Problem {
  return problem(status, reason.replaceAll('_', '-'), message, hint)
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  usage_invalid: 400,
  input_invalid: 400,
  device_absent: 503,
  device_refused: 409,
  device_busy: 503,
  device_unsupported: 409,
  device_silent: 504,
  device_denied: 503,
}

/** What a client may know of a failure: nothing of faults of ours, and no file of this machine. */
export function problemOf(error: unknown): Problem {
  if (!isInaError(error) || error.code === 'internal_fault') {
    return problem(
      500,
      'internal-fault',
      'that is a fault of ina219',
      'look at what serve prints, and report it',
    )
  }
  if (error.code.startsWith('log_')) return logProblem(error)
  const name = error.code.replaceAll('_', '-')
  return problem(STATUS[error.code] ?? 500, name, error.message, error.hint)
}

function logProblem({ code }: InaError): Problem {
  return problem(
    503,
    code.replaceAll('_', '-'),
    'the log can not be read at the moment',
    'try again; what serve prints says why',
  )
}
