import { pipeline, Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { promisify } from 'node:util'
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib'
import type { MiddlewareHandler } from 'hono'
import { type Coding, codingOf } from './accepted.ts'
import type { WebEnv } from './web.ts'

/** A shorter answer fits into a packet or two as it is. */
const LEAST_BYTES = 1024
/** What is a stream, and long. */
const STREAMED = /^(text\/csv|application\/x-ndjson)\b/
const WHOLE = /^(application\/([\w.-]+\+)?json|text\/(html|css))\b/

/** As fast as gzip, and smaller. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
const GZIP = { level: 6 }

const makeBrotli = promisify(brotliCompress)
const makeGzip = promisify(gzip)

/**
 * Compresses what gains by it, off the main thread: JSON of more than 1 KB, and exports. Streams of
 * events are none of these: they would wait in the compressor.
 */
export const compression: MiddlewareHandler<WebEnv> = async (c, next) => {
  await next()
  const type = c.res.headers.get('content-type') ?? ''
  const isStreamed = STREAMED.test(type)
  if (!isStreamed && !WHOLE.test(type)) return
  if (c.res.headers.has('content-encoding') || c.res.body === null) return
  c.res.headers.append('Vary', 'Accept-Encoding')
  const coding = codingOf(c.req.header('accept-encoding') ?? '')
  if (coding === null || c.req.method === 'HEAD') return
  if (isStreamed) {
    c.res = encoded(c.res, coding, streamed(c.res.body, coding))
    return
  }
  const bytes = new Uint8Array(await c.res.arrayBuffer())
  const isShort = bytes.length < LEAST_BYTES
  const body = isShort ? bytes : await whole(bytes, coding)
  c.res = isShort ? new Response(bytes, c.res) : encoded(c.res, coding, body)
}

function encoded(
  from: Response,
  coding: Coding,
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
): Response {
  const answer = new Response(body, from)
  answer.headers.set('Content-Encoding', coding)
  answer.headers.delete('Content-Length')
  return answer
}

async function whole(bytes: Uint8Array, coding: Coding): Promise<Uint8Array<ArrayBuffer>> {
  const made = coding === 'br' ? await makeBrotli(bytes, BROTLI) : await makeGzip(bytes, GZIP)
  return new Uint8Array(made)
}

function streamed(body: ReadableStream<Uint8Array>, coding: Coding): ReadableStream<Uint8Array> {
  const coder = coding === 'br' ? createBrotliCompress(BROTLI) : createGzip(GZIP)
  const source = Readable.fromWeb(body as NodeReadableStream<Uint8Array>)
  // An end of either side ends the other one.
  pipeline(source, coder, () => {})
  return Readable.toWeb(coder) as ReadableStream<Uint8Array>
}
