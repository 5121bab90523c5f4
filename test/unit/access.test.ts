import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { Access, bearerOf, type Request } from '../../src/serve/access/access.ts'
import { parseAddressRange } from '../../src/serve/access/address-range.ts'
import { peerKey } from '../../src/serve/access/peer.ts'
import { PeerLimits } from '../../src/serve/access/peer-limits.ts'
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
    ['one that says no more', { headers: { via: '1.1 vegur' } }, 'token_missing'],
    [
      'one that says nothing, by its name',
      { headers: { host: 'bench.example.org' } },
      'token_missing',
    ],
    [
      'one that says nothing, by its address',
      { headers: { host: '192.168.1.2' } },
      'token_missing',
    ],
    [
      'one before a Unix socket',
      { peer: null, headers: { 'x-real-ip': '10.0.0.9' } },
      'token_missing',
    ],
    [
      'one before a Unix socket, by its name',
      { peer: null, headers: { host: 'bench.example.org' } },
      'token_missing',
    ],
    ['a name of this machine', { headers: { host: 'localhost:8219' } }, null],
    ['any other name over a Unix socket', { peer: null, headers: { host: 'x' } }, null],
  ])('%s', (_what, given, reason) => {
    const { access } = makeAccess({ allowOrigins: ['https://bench.example.org'] })
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
    expect(access.refusal(from(FAR), 'earlier_write', null)).toBeNull()
    expect(access.refusal(from({ peer: '::ffff:192.168.1.9' }), 'earlier_write', null)).toBeNull()
    expect(access.refusal(from({ peer: 'fd12::1' }), 'earlier_write', null)).toBeNull()
    expect(access.refusal(from({ peer: '192.168.2.1' }), 'earlier_write', null)?.status).toBe(401)
    expect(access.refusal(from(FAR), 'write', null)?.status).toBe(401)
  })

  it('is such a peer for reading there, too, whatever else it shows; others as everywhere', () => {
    const { access } = makeAccess({ allowFrom: ['192.168.1.0/24'] })
    expect(access.refusal(from(FAR), 'earlier_read', null)).toBeNull()
    expect(access.refusal(from(FAR), 'earlier_read', 'an old token')).toBeNull()
    const other = { peer: '192.168.2.1' }
    expect(access.refusal(from(other), 'earlier_read', null)?.reason).toBe('token_missing')
    expect(access.refusal(from(other), 'earlier_read', TOKEN)).toBeNull()
    expect(access.refusal(from({}), 'earlier_read', null)).toBeNull()
    expect(access.refusal(from(FAR), 'read', null)?.status).toBe(401)
  })

  it('is no peer of --allow-from through whom a proxy speaks for others', () => {
    const { access } = makeAccess({
      allowFrom: ['127.0.0.0/8', '192.168.1.0/24'],
      allowOrigins: ['https://bench.example.org'],
    })
    expect(access.refusal(from({}), 'earlier_write', null)).toBeNull()
    for (const headers of [
      { 'x-forwarded-for': '203.0.113.9' },
      { forwarded: 'for=203.0.113.9' },
      { host: 'bench.example.org' },
    ]) {
      expect(access.refusal(from({ headers }), 'earlier_write', null)?.reason).toBe('token_missing')
      expect(access.refusal(from({ ...FAR, headers }), 'earlier_write', null)?.status).toBe(401)
    }
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

describe('whom wrong tokens shut out', () => {
  const forwarded = (named: string) => from({ headers: { 'x-forwarded-for': named } })
  const wrong = (access: Access, request: Request): void => {
    for (let i = 0; i < 10; i++) access.refusal(request, 'write', `wrong-${i}`)
  }

  it('is the whole network of an IPv6 peer, which has all of its addresses', () => {
    const { access } = makeAccess()
    for (let i = 0; i < 10; i++) access.refusal(from({ peer: `2001:db8:0:1::${i}` }), 'write', 'no')
    const refusal = (peer: string) => access.refusal(from({ peer }), 'write', TOKEN)?.reason
    expect(refusal('2001:db8:0:1:ffff::7')).toBe('too_many_tries')
    expect(refusal('2001:db8:0:2::7')).toBeUndefined()
  })

  it('is one behind a proxy of this machine, not all of them', () => {
    const { access } = makeAccess()
    wrong(access, forwarded('10.0.0.1, 10.0.0.9'))
    expect(access.refusal(forwarded('10.0.0.2, 10.0.0.9'), 'write', TOKEN)?.status).toBe(429)
    expect(access.refusal(forwarded('10.0.0.9, 10.0.0.8'), 'write', TOKEN)).toBeNull()
    expect(access.refusal(from({}), 'write', TOKEN)).toBeNull()
  })

  it('is a peer from afar, whomever it names', () => {
    const { access } = makeAccess()
    for (let i = 0; i < 10; i++) {
      const headers = { 'x-forwarded-for': `10.0.0.${i}` }
      access.refusal(from({ ...FAR, headers }), 'write', 'no')
    }
    expect(access.refusal(from(FAR), 'write', TOKEN)?.status).toBe(429)
  })
})

describe('the key of a peer', () => {
  it.each([
    ['192.168.1.20', '192.168.1.20'],
    ['::ffff:192.168.1.20', '192.168.1.20'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['2001:db8::', '2001:db8:0:0'],
    ['2001:DB8::1:2', '2001:db8:0:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('%s', (address, key) => {
    expect(peerKey(address)).toBe(key)
  })
})

describe('what a peer may take', () => {
  it('is so many connections, which leaves some to others', () => {
    const limits = new PeerLimits(() => 0)
    let count = 0
    while (limits.connected('a')) count++
    expect(count).toBe(1500)
    expect(limits.connected('b')).toBe(true)
    limits.disconnected('a')
    expect(limits.connected('a')).toBe(true)
    expect(limits.connected('a')).toBe(false)
  })

  it('is so many requests at once, and again as time goes by', () => {
    const clock = { ms: 0 }
    const limits = new PeerLimits(() => clock.ms)
    const count = (key: string): number => {
      let asked = 0
      while (limits.asked(key)) asked++
      return asked
    }
    expect(count('a')).toBe(3000)
    expect(limits.asked('b')).toBe(true)
    clock.ms = 500
    expect(count('a')).toBe(500)
    clock.ms = 60_000
    expect(count('a')).toBe(3000)
  })

  it('is nothing for a second where it floods', () => {
    const clock = { ms: 0 }
    const limits = new PeerLimits(() => clock.ms)
    limits.shutOut('a')
    expect(limits.asked('a')).toBe(false)
    expect(limits.connected('a')).toBe(false)
    expect(limits.connected('b')).toBe(true)
    clock.ms = 999
    expect(limits.connected('a')).toBe(false)
    clock.ms = 1002
    expect(limits.connected('a')).toBe(true)
    expect(limits.asked('a')).toBe(true)
  })

  it('forgets who has not asked for longest, and nobody else', () => {
    const limits = new PeerLimits(() => 0)
    for (let i = 0; i < 3000; i++) limits.asked('busy')
    for (let i = 0; i < 6000; i++) {
      limits.asked(`other ${i}`)
      if (i % 1000 === 0) expect(limits.asked('busy')).toBe(false)
    }
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

describe('a page from elsewhere', () => {
  it.each([
    [
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      403,
    ],
    [
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
      403,
    ],
    [
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      403,
    ],
    [
      {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      },
      null,
    ],
    [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' }, null],
    [
      { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      null,
    ],
  ])('%j', (headers, status) => {
    const { access } = makeAccess()
    expect(access.placeRefusal(from({ headers }))?.status ?? null).toBe(status)
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
