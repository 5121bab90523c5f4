import { type ErrorCode, InaError } from '../util/errors.ts'

/** What a status means here. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'usage_invalid',
  401: 'device_denied',
  403: 'device_denied',
  409: 'device_refused',
  421: 'device_denied',
  429: 'device_busy',
  503: 'device_absent',
  504: 'device_silent',
}

/** The error that a server has put into a problem (RFC 9457), whatever that is. */
export function errorOfProblem(problem: unknown): InaError {
  const { status, detail } = (problem ?? {}) as { status?: unknown; detail?: unknown }
  const text = typeof detail === 'string' ? detail : 'the server could not answer'
  // Put together by `problem` (serve/problem.ts).
  const [message = text, ...hints] = text.split('; ')
  const hint = hints.length > 0 ? hints.join('; ') : 'what serve prints says why'
  return new InaError(CODES[Number(status)] ?? 'device_silent', message, hint)
}
