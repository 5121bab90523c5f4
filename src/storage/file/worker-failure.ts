import { type ErrorCode, InaError, isInaError } from '../../util/errors.ts'

/** An InaError on its way between threads. */
export interface WorkerFailure {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
  readonly stack: string
}

export function errorOf(failure: WorkerFailure): InaError {
  const error = new InaError(failure.code, failure.message, failure.hint)
  error.stack = failure.stack
  return error
}

/** Errors lose their class between threads. */
export function failureOf(error: unknown): WorkerFailure {
  const known = isInaError(error)
    ? error
    : new InaError('internal_fault', String(error), 'this is a fault of ina219: report it', error)
  return { code: known.code, message: known.message, hint: known.hint, stack: known.stack ?? '' }
}
