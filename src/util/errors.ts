/** The one error class. Codes are named layer_reason; callers branch on the code, never on text. */

export type ErrorCode =
  | 'usage_invalid'
  | 'config_invalid'
  | 'input_invalid'
  | 'device_absent'
  | 'device_refused'
  | 'device_busy'
  | 'device_none'
  | 'device_unsupported'
  | 'device_silent'
  | 'device_denied'
  | 'device_unsteady'
  | 'log_foreign'
  | 'log_damaged'
  | 'log_newer'
  | 'log_older'
  | 'log_in_use'
  | 'log_unwritable'
  | 'log_unreadable'
  | 'log_missing'
  | 'internal_fault'

/** Exit codes, contract section 1. */
export type ExitCode = 0 | 1 | 2 | 3 | 4

export class InaError extends Error {
  readonly code: ErrorCode
  /** What to do next, one sentence, no full stop needed. */
  readonly hint: string
  /** All that is wrong where it is more than one thing, a line each; the message names the first. */
  readonly details: readonly string[]

  constructor(
    code: ErrorCode,
    message: string,
    hint: string,
    cause?: unknown,
    details: readonly string[] = [],
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'InaError'
    this.code = code
    this.hint = hint
    this.details = details
  }
}

export function isInaError(error: unknown): error is InaError {
  return error instanceof InaError
}

const EXIT_BY_LAYER: Record<string, ExitCode> = {
  usage: 2,
  config: 2,
  input: 2,
  device: 3,
  log: 4,
}

/** 0 done · 1 internal fault · 2 usage or configuration · 3 device or port · 4 log. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isInaError(error)) return 1
  // No port to choose from is a usage matter: the user has to name one (contract, `monitor`).
  if (error.code === 'device_none') return 2
  return EXIT_BY_LAYER[error.code.slice(0, error.code.indexOf('_'))] ?? 1
}

/** What an error says, for a person. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The same with what to do next, in one line. */
export function adviceText(error: unknown): string {
  return isInaError(error) ? `${error.message}; ${error.hint}` : errorText(error)
}

/** An error whose class is not known is a fault of ours. */
export function asInaError(error: unknown): InaError {
  if (isInaError(error)) return error
  return new InaError(
    'internal_fault',
    errorText(error),
    'this is a fault of ina219: run it again with --verbose and report what it prints',
    error,
  )
}

/** `code` of a Node system error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
