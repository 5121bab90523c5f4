import type { OpenAPIHono } from '@hono/zod-openapi'
import type { WebApp, WebEnv } from '../web.ts'

export type OpenApiDocument = ReturnType<OpenAPIHono<WebEnv>['getOpenAPI31Document']>

const ABOUT = `What \`ina219 serve\` answers to programs. Times are ISO 8601, or Unix seconds where a number; values \
are in V, A, W, mAh, mWh and the units of further channels, with the digits of the device. Errors are problem details (RFC 9457).

On the machine itself reading is free. What changes something, and every other address, needs the token of \`--token-file\`: \
\`Authorization: Bearer <token>\`, over a WebSocket also \`{"type":"token","token":"…"}\` as the first message.

docs/serve.md says more.`

/** What is spoken over WebSockets: OpenAPI has no words of its own for it. */
const SOCKETS: Readonly<
  Record<string, { readonly summary: string; readonly description: string }>
> = {
  '/api/v1/live': {
    summary: 'Samples, events and losses as they come',
    description:
      'As a WebSocket: the server says `hello`; send `{"type":"subscribe","since":<cursor>,"maxHz":<n>,"channels":["v"]}` ' +
      '(each member may be left out), and get `snapshot`, then `samples` with a `cursor`, `event`, `loss`. Acknowledge with ' +
      '`{"type":"ack","cursor":…}`; subscribing with the last cursor again misses nothing and doubles nothing. ' +
      'As a plain GET: the same as server-sent events.',
  },
  '/api/v1/view': {
    summary: 'What the screen shows (WebSocket)',
    description:
      'For the web page and `ina219 monitor --connect`: `{"id":1,"ask":"snapshot","request":{"device":0}}` gets ' +
      '`{"id":1,"answer":…}`; likewise `trace`, `statistics`, `find`, `burst`, `control`.',
  },
  '/ws': {
    summary: 'Measurements (WebSocket, of an earlier back end)',
    description:
      '`{"type":"measurement","data":{"v":…,"a":…,"w":…,"ts":…,"seq":…,"status":…,"mode":…},"timestamp":…}` and ' +
      '`{"type":"status","message":…}`; `?device=` where there are several.',
  },
  '/ws/realtime': {
    summary: 'Newest values and the last minute (WebSocket, of an earlier back end)',
    description:
      '`{"type":"realtime","data":{"current":{"v":…,"a":…,"w":…},"stats":{"min_1m":…,"max_1m":…,"avg_1m":…},"seq":…,"ts":…}}`, ' +
      '10 a second at most; `?device=` where there are several.',
  },
}

/** Made at the first request, when all routes are there, of the schemas that check what comes. */
export class OpenApi {
  readonly #app: WebApp
  readonly #version: string
  #made: { readonly document: OpenApiDocument; readonly text: string } | null = null

  constructor(app: WebApp, version: string) {
    this.#app = app
    this.#version = version
    app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
      type: 'http',
      scheme: 'bearer',
    })
  }

  get document(): OpenApiDocument {
    return this.#make().document
  }

  get text(): string {
    return this.#make().text
  }

  #make() {
    if (this.#made !== null) return this.#made
    const document = this.#app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'ina219', version: this.#version, description: ABOUT },
      servers: [{ url: '/' }],
    })
    const paths = document.paths ?? {}
    for (const [path, { summary, description }] of Object.entries(SOCKETS)) {
      const own = paths[path]?.get
      const responses = { ...own?.responses, 101: { description: 'the WebSocket is open' } }
      paths[path] = { ...paths[path], get: { ...own, summary, description, responses } }
    }
    document.paths = paths
    const text = JSON.stringify(document)
    this.#made = { document, text }
    return this.#made
  }
}
