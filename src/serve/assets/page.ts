import type { Context } from 'hono'
import { codingOf, hasAlready } from '../accepted.ts'
import type { WebApp } from '../web.ts'
import type { PageFile } from './page-files.ts'

const YEAR_S = 31_536_000

/**
 * The web page. It holds no secret, and a browser has to have it to be asked for the token: whoever may
 * come here at all may read it.
 */
export function addPage(app: WebApp, files: readonly PageFile[]): void {
  for (const file of files) app.get(file.path, (c) => answer(c, file))
}

function answer(c: Context, file: PageFile): Response {
  const encoding = codingOf(c.req.header('accept-encoding') ?? '') ?? 'identity'
  const headers = {
    // One tag for each form of the file, as RFC 9110 wants it.
    ETag: encoding === 'identity' ? file.etag : `${file.etag.slice(0, -1)}-${encoding}"`,
    'Cache-Control': file.isImmutable ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
    Vary: 'Accept-Encoding',
  }
  if (hasAlready(c.req.header('if-none-match'), headers.ETag)) return c.body(null, 304, headers)
  return c.body(file.bodies[encoding], 200, {
    ...headers,
    'Content-Type': file.type,
    'Content-Length': String(file.bodies[encoding].byteLength),
    ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
  })
}
