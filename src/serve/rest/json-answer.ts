import type { Context } from 'hono'
import { hasAlready } from '../accepted.ts'
import type { JsonAnswer } from './reading/reading-messages.ts'

/** How long what is finished may be taken from a cache without asking, s: samples that a disk held up may still come. */
const FINISHED_S = 300

/** JSON of the log: 304 where the client has it already. */
export function answerJson(c: Context, { bytes, tag, isFinished }: JsonAnswer): Response {
  // Weak: compressed, it is another sequence of bytes.
  const etag = `W/"${tag}"`
  const headers = {
    ETag: etag,
    'Cache-Control': isFinished ? `private, max-age=${FINISHED_S}` : 'private, no-cache',
  }
  if (hasAlready(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers)
  return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
    ...headers,
    'Content-Type': 'application/json',
  })
}
