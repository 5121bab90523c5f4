import { InaError, systemCode } from '../util/errors.ts'

/** EPIPE, ECONNRESET: the reader of a pipe or socket closed it; EIO: the terminal has hung up. */
const CODES: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ECONNRESET', 'EIO'])

/** Whether nobody reads our output any more, which is no error of ours. */
export function isReaderGone(error: unknown): boolean {
  return CODES.has(systemCode(error))
}

/** Any other failure to write to standard output, such as a full disk behind `> file`. */
export function outputFailed(error: unknown): InaError {
  return new InaError(
    'usage_invalid',
    `standard output can't be written (${systemCode(error) ?? 'unknown reason'})`,
    'free some space there, or send it elsewhere',
    error,
  )
}
