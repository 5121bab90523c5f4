import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import type { WebApp } from '../web.ts'
import { DOCS_STYLE, docsPage } from './docs-page.ts'
import { OpenApi } from './openapi.ts'

/** The API in words. For everybody, as the page is: it says nothing of what is measured here. */
export function addDocs(app: WebApp, version: string): void {
  const api = new OpenApi(app, version)
  let page: string | null = null
  const answer = (c: Context, text: string, type: string): Response => {
    const tag = createHash('sha1').update(text).digest('base64url')
    const headers = { ETag: `W/"${tag}"`, 'Cache-Control': 'no-cache' }
    if (c.req.header('if-none-match') === headers.ETag) return c.body(null, 304, headers)
    return c.body(text, 200, { ...headers, 'Content-Type': type })
  }
  app.get('/api/v1/openapi.json', (c) => answer(c, api.text, 'application/json'))
  app.get('/api/docs', (c) => {
    page ??= docsPage(api.document)
    return answer(c, page, 'text/html; charset=utf-8')
  })
  app.get('/api/docs.css', (c) => answer(c, DOCS_STYLE, 'text/css; charset=utf-8'))
}
