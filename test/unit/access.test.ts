import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { Access, bearerOf, type Request } from '../../src/serve/access/access.ts'
import { parseAddressRange } from '../../src/serve/access/address-range.ts'
import { Token } from '../../src/serve/access/token.ts'

const TOKEN = 'a-token-of-some-length'

function makeAccess(options: { allowOrigins?: string[]; allowFrom?: string[] } = {}) {
  const clock = { ms: 0 }
  const access = new Access({
    token: new Token(TOKEN),
    allowOrigins: options.allowOrigins ?? [],
    allowFrom: (options.allowFrom ?? []).map(parseAddressRange),
    monoMs: () => clock.ms,
  })
  return { access, clock }
}

interface Given {
  readonly peer?: string | null
  readonly local?: string | null
  readonly isTls?: boolean
  readonly headers?: Record<string, string>
}

function from({ peer = '127.0.0.1', local = peer, isTls = false, headers = {} }: Given): Request {
  return {
    peer,
    local,
    isTls,
    header: (name) => ({ host: '127.0.0.1:8219', ...headers })[name] ?? null,
  }
}

const FAR = { peer: '192.168.1.20', local: '192.168.1.2' }

describe('who may read', () => {
  it.each([
    ['loopback', {}, null],
    ['loopback of IPv6', { peer: '::1' }, null],
    ['loopback of a socket for both', { peer: '::ffff:127.0.0.1' }, null],
    ['a Unix socket', { peer: null, local: null }, null],
    ['another machine', FAR, 'token_missing'],
    ['a proxy on this machine', { headers: { 'x-forwarded-for': '10.0.0.9' } }, 'token_missing'],
    ['another proxy', { headers: { forwarded: 'for=10.0.0.9' } }, 'token_missing'],
  ])('%s', (_what, given, reason) => {
    const { access } = makeAccess()
    expect(access.refusal(from(given), 'read', null)?.reason ?? null).toBe(reason)
  })

  it('is whoever knows the token', () => {
    const { access } = makeAccess()
    expect(access.refusal(from(FAR), 'read', TOKEN)).toBeNull()
    expect(access.refusal(from(FAR), 'read', `${TOKEN}x`)?.reason).toBe('token_wrong')
  })
})

describe('who may write', () => {
  it('is who knows the token, on loopback and Unix sockets, too', () => {
    const { access } = makeAccess({ allowFrom: ['127.0.0.0/8'] })
    for (const given of [{}, { peer: null, local: null }, FAR]) {
      expect(access.refusal(from(given), 'write', null)?.reason).toBe('token_missing')
      expect(access.refusal(from(given), 'write', TOKEN)).toBeNull()
    }
  })

  it('is a peer of --allow-from on the paths of older clients', () => {
    const { access } = makeAccess({ allowFrom: ['192.168.1.0/24', 'fd00::/8'] })
    expect(access.refusal(from(FAR), 'earlier', null)).toBeNull()
    expect(access.refusal(from({ peer: '::ffff:192.168.1.9' }), 'earlier', null)).toBeNull()
    expect(access.refusal(from({ peer: 'fd12::1' }), 'earlier', null)).toBeNull()
    expect(access.refusal(from({ peer: '192.168.2.1' }), 'earlier', null)?.status).toBe(401)
    expect(access.refusal(from(FAR), 'write', null)?.status).toBe(401)
  })

  it('is nobody for a minute after ten wrong tokens, who knows it included', () => {
    const { access, clock } = makeAccess()
    for (let i = 0; i < 10; i++) access.refusal(from(FAR), 'write', `wrong-${i}`)
    expect(access.refusal(from(FAR), 'write', TOKEN)?.reason).toBe('too_many_tries')
    expect(access.refusal(from({ peer: '192.168.1.21' }), 'write', TOKEN)).toBeNull()
    clock.ms = 60_001
    expect(access.refusal(from(FAR), 'write', TOKEN)).toBeNull()
  })
})

describe('host and origin', () => {
  it.each([
    ['127.0.0.1:8219', null],
    ['[::1]:8219', null],
    ['192.168.1.2:8219', null],
    ['localhost:8219', null],
    [hostname(), null],
    [`${hostname()}.local:8219`, null],
    ['bench.example.org', null],
    ['evil.example.com', 'host'],
    ['127.0.0.1.evil.example.com', 'host'],
    ['localhost.evil.example.com:8219', 'host'],
    ['', 'host'],
  ])('host %s', (host, reason) => {
    const { access } = makeAccess({ allowOrigins: ['https://bench.example.org'] })
    const refusal = access.placeRefusal(from({ headers: { host } }))
    expect(refusal?.reason ?? null).toBe(reason)
  })

  it.each([
    ['http://127.0.0.1:8219', false, null],
    ['https://127.0.0.1:8219', true, null],
    ['https://127.0.0.1:8219', false, 'origin'],
    ['http://127.0.0.1:3000', false, 'origin'],
    ['https://bench.example.org', false, null],
    ['https://bench.example.org.evil.com', false, 'origin'],
    ['null', false, 'origin'],
  ])('origin %s', (origin, isTls, reason) => {
    const { access } = makeAccess({ allowOrigins: ['https://bench.example.org'] })
    const refusal = access.placeRefusal(from({ isTls, headers: { origin } }))
    expect(refusal?.reason ?? null).toBe(reason)
  })
})

describe('the token of a header', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer  abc ', 'abc'],
    ['Basic abc', null],
    ['Bearer', null],
    ['Bearer a b', null],
  ])('%s', (authorization, token) => {
    expect(bearerOf(from({ headers: { authorization } }))).toBe(token)
  })
})

describe('an address or a network', () => {
  it.each(['', 'x', '1.2.3', '10.0.0.0/33', '10.0.0.0/8/8', '::/129', '10.0.0.0/-1', '10.0.0.0/x'])(
    'is not %j',
    (text) => {
      expect(() => parseAddressRange(text)).toThrow('is no address and no network')
    },
  )

  it('has what lies in it', () => {
    expect(parseAddressRange('0.0.0.0/0').has('8.8.8.8')).toBe(true)
    expect(parseAddressRange('192.168.1.20').has('192.168.1.21')).toBe(false)
    expect(parseAddressRange('10.0.0.0/8').has('not an address')).toBe(false)
  })
})
