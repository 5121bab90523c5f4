import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeLine, encodeLine } from '../../src/protocol/codec.ts'
import { withCrc } from '../../src/protocol/crc.ts'
import type { Frame } from '../../src/protocol/frames.ts'
import { BURST, TRIGGER } from '../../src/protocol/members.ts'

const decode = (text: string): Frame => decodeLine(Buffer.from(text))

const LINE =
  '{"burst":1,"i":32,"n":200,"pre":50,"dt":84.5,"shunt":0.1,"ms":4211,"c":[12,-13,32767,-32767]}'

describe('PROTOCOL.md 5.7', () => {
  it('reads the lines of trigger and burst', () => {
    expect(decode(withCrc('{"trigger":"armed","ms":3622}'))).toEqual({
      kind: 'trigger',
      state: 'armed',
      protected: true,
    })
    expect(decode('{"trigger":"off","us":5}')).toMatchObject({ kind: 'trigger', state: 'off' })
    expect(decode(LINE)).toEqual({
      kind: 'burst',
      number: 1,
      first: 32,
      total: 200,
      pre: 50,
      dtUs: 84.5,
      shuntOhm: 0.1,
      stamp: { kind: 'ms', value: 4211 },
      counts: [12, -13, 32767, -32767],
      protected: false,
    })
    expect(decode(LINE.replace('"ms":4211', '"us":4211500'))).toMatchObject({
      stamp: { kind: 'ms', value: 4211.5 },
    })
    expect(decode(LINE.replace('"ms":4211', '"ts":1712345678.25'))).toMatchObject({
      stamp: { kind: 'ts', value: 1712345678.25 },
    })
  })

  it.each([
    ['"i":32', '"i":-1'],
    ['"i":32', '"i":197'],
    ['"i":32', '"i":"0"'],
    ['"burst":1', '"burst":1.5'],
    ['"n":200', '"n":35'],
    ['"n":200', '"n":1e9'],
    ['"pre":50', '"pre":200'],
    ['"dt":84.5', '"dt":0'],
    ['"shunt":0.1', '"shunt":-1'],
    ['"shunt":0.1,', ''],
    ['"ms":4211', '"ms":-1'],
    ['[12', '[]'],
    ['12,', '1.5,'],
    ['12,', '"12",'],
    ['12,', 'null,'],
    ['-32767', '-32768'],
  ])('takes no line with %s as %s', (from, to) => {
    const line = to === '[]' ? LINE.replace(/\[.*\]/, to) : LINE.replace(from, to)
    expect(decode(line)).toEqual({ kind: 'malformed', reason: 'member', protected: false })
  })

  it.each(['{"trigger":"what","ms":1}', '{"trigger":true}'])('%s is no frame', (line) => {
    expect(decode(line)).toMatchObject({ kind: 'malformed' })
  })

  it('a channel may still be called burst or trigger', () => {
    expect(decode('{"burst":1,"soc":85}')).toMatchObject({ extras: { burst: 1, soc: 85 } })
    expect(decode('{"v":1,"a":2,"trigger":1,"c":3}')).toMatchObject({
      kind: 'sample',
      extras: { trigger: 1, c: 3 },
    })
  })

  it('reads what is written', () => {
    const counts = fc.array(fc.integer({ min: -32_767, max: 32_767 }), {
      minLength: 1,
      maxLength: 32,
    })
    const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(counts, fc.nat(1000), fc.nat(), positive, positive, (c, i, burst, dt, shunt) => {
        const n = i + c.length
        const values = { burst, i, n, pre: n - 1, dt, shunt, ms: burst, c }
        const line = withCrc(encodeLine(BURST, values))
        expect(decode(line)).toEqual({
          kind: 'burst',
          number: burst,
          first: i,
          total: n,
          pre: n - 1,
          dtUs: dt,
          shuntOhm: shunt,
          stamp: { kind: 'ms', value: burst },
          counts: c,
          protected: true,
        })
      }),
    )
    expect(decode(encodeLine(TRIGGER, { trigger: 'off', ms: 7 }))).toMatchObject({ state: 'off' })
  })

  it('a protected line with any byte hit is no burst', () => {
    const bytes = Buffer.from(withCrc(LINE))
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const hit = Buffer.from(bytes)
        hit[at] = (hit[at] as number) ^ flip
        // What is hit may be a blank, or the CRC's own name: then nobody vouches for it.
        const frame = decodeLine(hit)
        expect(frame.kind === 'burst' && frame.protected).toBe(false)
      }),
    )
  })
})
