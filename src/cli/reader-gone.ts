import { systemCode } from '../util/errors.ts'

/** EPIPE, ECONNRESET: the reader of a pipe or socket closed it; EIO: the terminal has hung up. */
const CODES: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ECONNRESET', 'EIO'])

/** Whether nobody reads our output any more, which is no error of ours. */
export function isReaderGone(error: unknown): boolean {
  return CODES.has(systemCode(error))
}
