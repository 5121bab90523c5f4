import { connect } from 'node:net'
import { Noise } from '../../mock/random.ts'

/** What an attacker on the same network, or a hostile page, might send to `serve`: the same for the same seed. */

const METHODS = 'GET GET GET GET POST POST HEAD PUT DELETE OPTIONS PATCH TRACE get M-SEARCH'.split(
  ' ',
)

export const ROUTES: readonly string[] = [
  '/',
  '/metrics',
  '/status',
  '/ws',
  '/ws/realtime',
  '/simulator/start',
  '/simulator/stop',
  '/api/history',
  '/api/docs',
  ...(
    'openapi.json devices latest series samples statistics events losses alarms health metrics commands ' +
    'alarms/x/ack markers totals/reset live view'
  )
    .split(' ')
    .map((name) => `/api/v1/${name}`),
]

/** Ways to a file, and to what is none. */
const PATHS: readonly string[] = [
  '/../../../../etc/passwd',
  '/..%2f..%2f..%2fetc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/page/../../package.json',
  '/page/..%5c..%5cpackage.json',
  '/page/%252e%252e/package.json',
  '/page/%c0%ae%c0%ae/package.json',
  '/....//....//etc/passwd',
  '//etc/passwd',
  '/page/files.json',
  '/token',
  '/%00',
  '/a%',
  '/%ff%fe',
  '/api/v1/alarms/%2e%2e%2fhealth/ack',
  '/api/v1/alarms/__proto__/ack',
  '/api/v1/health/',
  '/API/V1/HEALTH',
  '/api//v1/health',
  '*',
  'http://evil.example.org/api/v1/health',
  'https://[::1/api/v1/health',
  `/${'a'.repeat(8000)}`,
  `/${'%41'.repeat(2000)}`,
  '/<script>alert(1)</script>',
  '/\u00e4\u0001',
]

const NAMES =
  'device from to last points channels format kind reason limit order after since maxHz __proto__ constructor'.split(
    ' ',
  )

const VALUES: readonly string[] = [
  '',
  '0',
  '-1',
  '1e309',
  'NaN',
  '99999999999999999999',
  '0x10',
  '1h',
  '100000d',
  'soon',
  '2026-11-20T20:13:00Z',
  '275760-09-13T00:00:01Z',
  '-271821-04-20',
  'mock',
  'no%00ne',
  '%ff%fe%fd',
  "'%20OR%201=1--",
  '%22;DROP%20TABLE%20samples;--',
  '..%2f..%2fetc%2fpasswd',
  '%3Cscript%3Ealert(1)%3C/script%3E',
  '%0d%0aX-Injected:%20yes',
  '__proto__',
  'v,a,w',
  ','.repeat(500),
  'x'.repeat(4000),
  'csv',
  'ndjson',
  'desc',
  '11001',
  'eyJ9',
]

const HOSTS: readonly (string | null)[] = [
  'localhost',
  '127.0.0.1:1',
  '[::1]',
  'evil.example.org',
  'localhost.evil.example.org',
  'localhost:x',
  '127.0.0.1@evil.example.org',
  '',
  'a b',
  'LOCALHOST',
  '0x7f.1',
  null,
]

const HEADERS: readonly string[] = [
  'Origin: https://evil.example.org',
  'Origin: null',
  'Origin: http://localhost',
  'Authorization: Bearer wrong-wrong-wrong-wrong',
  'Authorization: Basic Og==',
  `Authorization: Bearer ${'x'.repeat(4000)}`,
  'X-Forwarded-For: 10.0.0.1',
  'Forwarded: for="[::1]"',
  'Range: bytes=0-18446744073709551615',
  'Accept-Encoding: br;q=0, gzip;q=x, *',
  `Accept-Encoding: ${'br,'.repeat(2000)}`,
  'If-None-Match: *',
  'If-None-Match: "a", W/"b"',
  'Last-Event-ID: ../../etc',
  'Content-Type: application/json',
  'Content-Type: text/plain',
  'Content-Type: application/x-www-form-urlencoded',
  'Content-Type: multipart/form-data; boundary=x',
  'Content-Type: application/json; charset=utf-7',
  'Content-Encoding: gzip',
  'Expect: 100-continue',
  'Expect: the-worst',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'X-HTTP-Method-Override: DELETE',
  'Cookie: token=x',
  '__proto__: x',
  'X-\u00fc: \u00fc',
]

export const BODIES: readonly string[] = [
  '',
  '{}',
  '[]',
  'null',
  '"x"',
  '{',
  '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
  `{"text":${'['.repeat(20_000)}`,
  '['.repeat(30_000) + ']'.repeat(30_000),
  `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  '{"device":"mock","command":"reset"}',
  '{"words":["mode=poll"],"device":0}',
  '{"text":"\\u0000\\u001b[2J<script>alert(1)</script>","time":1e308}',
  '{"text":"\\ud800"}',
  '\xff\xfe\x00{',
  'device=mock&command=reset',
  `{"text":"${'x'.repeat(60_000)}"}`,
  `"${'y'.repeat(70_000)}"`,
  '{"type":"token","token":1}',
]

/** Messages for a WebSocket. */
const MESSAGES: readonly string[] = [
  ...BODIES.filter((body) => body.length < 65_000),
  '{"type":"subscribe"}',
  '{"type":"subscribe","since":0,"maxHz":0.001}',
  '{"type":"subscribe","since":"../../x"}',
  '{"type":"subscribe","since":"__proto__","channels":["__proto__","v"]}',
  '{"type":"ack","cursor":"x"}',
  '{"type":"unsubscribe","more":1}',
  '{"type":"token","token":"wrong"}',
  '{"id":1,"ask":"snapshot","request":{"device":0}}',
  '{"id":1,"ask":"snapshot","request":{"device":-1}}',
  '{"id":1e99,"ask":"snapshot","request":{"device":1e9}}',
  '{"id":2,"ask":"trace","request":{"device":0,"fromUs":0,"toUs":9e15,"slots":1e9}}',
  '{"id":3,"ask":"__proto__","request":{}}',
  '{"id":4,"ask":"constructor","request":{"device":0}}',
  '{"id":5,"ask":"control","request":{"kind":"reset"}}',
  '{"id":6,"ask":"find","request":{"device":0,"kind":"loss","fromUs":{"num":"NaN"}}}',
  '{"id":7,"ask":"statistics","request":{"device":0,"fromUs":{"f64":"AAAA"},"toUs":{"map":[[1]]}}}',
]

export interface Hostile {
  readonly method: string
  readonly bytes: Buffer
}

/** One of endless requests; what fits is likely, so that they get somewhere. */
export class HostileRequests {
  readonly #noise: Noise
  #draws = 0

  constructor(seed: number) {
    this.#noise = new Noise(seed)
  }

  #dice(sides: number): number {
    this.#draws++
    return Math.floor(this.#noise.uniform(this.#draws >> 7, this.#draws & 127) * sides)
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#dice(from.length)] as T
  }

  /** @param token the right one, which some of them send */
  request(token: string): Hostile {
    const method = this.#pick(METHODS)
    const path = this.#dice(4) === 0 ? this.#pick(PATHS) : this.#pick(ROUTES) + this.#query()
    const host = this.#dice(5) === 0 ? this.#pick(HOSTS) : '127.0.0.1'
    const headers = Array.from({ length: this.#dice(4) }, () => this.#pick(HEADERS))
    if (host !== null) headers.unshift(`Host: ${host}`)
    if (this.#dice(3) === 0) headers.push(`Authorization: Bearer ${token}`)
    const body = this.#dice(3) === 0 ? this.#pick(BODIES) : ''
    if (body !== '') headers.push(`Content-Length: ${Buffer.byteLength(body, 'latin1')}`)
    headers.push('Connection: close')
    const head = `${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`
    const bytes = Buffer.from(head + body, 'latin1')
    return { method, bytes: this.#dice(8) === 0 ? this.#broken(bytes) : bytes }
  }

  message(): string {
    const text = this.#pick(MESSAGES)
    if (this.#dice(3) > 0) return text
    const at = this.#dice(text.length + 1)
    return (
      text.slice(0, at) +
      this.#pick(['"', '{', ',', '\u0000', '1', '\ud800', '']) +
      text.slice(at + 1)
    )
  }

  #query(): string {
    const count = this.#dice(4)
    if (count === 0) return ''
    const one = (): string => `${this.#pick(NAMES)}=${this.#pick(VALUES)}`
    return `?${Array.from({ length: count }, one).join('&')}`
  }

  /** With a byte changed, left out or put in. */
  #broken(bytes: Buffer): Buffer {
    const at = this.#dice(Math.min(bytes.length, 400))
    const put = [[], [this.#dice(256)], [0x0d, 0x0a], [0x0a], [0]][this.#dice(5)] ?? []
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + 1)])
  }
}

/** Of a stream that does not end, so many bytes are enough. */
const MOST_BYTES = 64 * 1024

/**
 * Sends bytes as they are, and hears what comes until the other side closes.
 *
 * @param isWhole they end the connection themselves; else it is half closed behind them, since what
 *   is not whole by then never will be
 */
export function sendRaw(port: number, bytes: Buffer | string, isWhole = false): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let length = 0
    const socket = connect({ host: '127.0.0.1', port }, () => {
      if (isWhole) socket.write(bytes)
      else socket.end(bytes)
    })
    socket.on('data', (part: Buffer) => {
      parts.push(part)
      length += part.length
      if (length > MOST_BYTES || String(part).includes('text/event-stream')) socket.destroy()
    })
    // Reset where it sends on after it was answered.
    socket.on('error', () => {})
    socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')))
  })
}

/** What is wrong with an answer; null: nothing. @param secrets texts that must be in none */
export function faultOf(text: string, secrets: readonly string[]): string | null {
  const answer = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  if (answer === '') return null
  const [, status = ''] = /^HTTP\/1\.1 (\d{3}) /.exec(answer) ?? []
  if (status === '') return 'no status line'
  if (status.startsWith('5') && status !== '503') return `status ${status}`
  const secret = secrets.find((each) => answer.includes(each))
  if (secret !== undefined) return `it holds ${secret}`
  if (/\n\s+at .*:\d+:\d+/.test(answer)) return 'a stack trace'
  if (/^x-injected/im.test(answer.split('\r\n\r\n')[0] ?? '')) return 'a header was put in'
  const isOurs = !/^HTTP\/1\.1 (101|400|408|417|431) /.test(answer)
  if (isOurs && !/x-content-type-options: nosniff/i.test(answer)) return 'no nosniff'
  return null
}
