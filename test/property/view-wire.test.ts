import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromWire, toWire } from '../../src/serve/view/wire.ts'

/** Names of members that are more likely to be mistaken for something else. */
const name = fc.oneof(
  fc.constantFrom(
    'f64',
    'u32',
    'i16',
    'u8',
    'num',
    'map',
    'obj',
    '__proto__',
    'constructor',
    'toJSON',
  ),
  fc.string({ unit: 'binary' }),
)
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
)
const leaf = fc.oneof(
  number,
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
  fc.float64Array({ maxLength: 300 }),
  fc.uint32Array({ maxLength: 300 }),
  fc.int16Array({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }),
)
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map(Object.fromEntries),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
  ),
}))

describe('The codec of the view protocol', () => {
  it('gives back whatever it was given, of the same kind and to the bit', () => {
    fc.assert(
      fc.property(value, (given) => {
        const back = fromWire(toWire(given))
        // That of vitest takes a member called constructor for the class.
        expect(isDeepStrictEqual(back, given)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('writes JSON with the tags that the protocol names', () => {
    const given = {
      values: new Float64Array([1, Number.NaN]),
      count: new Uint32Array([1, 0xff_ff_ff_ff]),
      counts: new Int16Array([1, -2]),
      signs: new Uint8Array([7]),
      range: [Number.NEGATIVE_INFINITY, Number.NaN],
      devices: new Map([['a', 1]]),
      absent: undefined,
      num: { num: 3 },
    }
    expect(JSON.parse(toWire(given))).toEqual({
      values: { f64: 'AAAAAAAA8D8AAAAAAAD4fw==' },
      count: { u32: 'AQAAAP////8=' },
      counts: { i16: 'AQD+/w==' },
      signs: { u8: 'Bw==' },
      range: [{ num: '-Infinity' }, { num: 'NaN' }],
      devices: { map: [['a', 1]] },
      num: { obj: { num: 3 } },
    })
  })

  it('carries arrays of any length, and parts of larger ones', () => {
    for (const length of [0, 1, 2, 3, 1023, 1024, 1025, 4096]) {
      const given = Float64Array.from({ length }, (_, i) => i / 3 - 7)
      expect(fromWire(toWire(given))).toStrictEqual(given)
      expect(fromWire(toWire(given.subarray(1)))).toStrictEqual(given.slice(1))
    }
  })

  it.each([
    '',
    '{',
    '{"f64":1}',
    '{"f64":"AAAA"}',
    '{"f64":"not base64!"}',
    '{"u32":"AQ=="}',
    '{"num":"1"}',
    '{"num":" NaN"}',
    '{"num":null}',
    '{"map":{}}',
    '{"map":[[1]]}',
    '{"obj":[]}',
    '['.repeat(100_000) + ']'.repeat(100_000),
  ])('refuses what it does not write: %.20s', (text) => {
    expect(() => fromWire(text)).toThrow(expect.objectContaining({ code: 'input_invalid' }))
  })

  it('never throws anything else, nor reaches the prototype of what it makes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), value.map(toWire)), (text) => {
        try {
          fromWire(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'input_invalid' })
        }
      }),
    )
    const back = fromWire('{"__proto__":{"isAdmin":true}}') as object
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    expect('isAdmin' in back).toBe(false)
  })
})
