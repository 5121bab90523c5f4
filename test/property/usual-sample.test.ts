import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAnyLine, sampleBody } from '../../src/protocol/codec.ts'
import { closeLine } from '../../src/protocol/crc.ts'
import { readUsualSample, usualSampleEnd } from '../../src/protocol/usual-sample.ts'
import { AUTO } from '../../src/sources/formats/format-choice.ts'
import { FormatDecoder } from '../../src/sources/formats/format-decoder.ts'
import { systemClock } from '../../src/util/clock.ts'

/** Numbers as devices print them, and as none does. */
const plainNumber = fc
  .tuple(
    fc.boolean(),
    fc.oneof(fc.nat(9), fc.nat(40), fc.nat(99_999_999)),
    fc.option(fc.stringMatching(/^[0-9]{1,6}$/)),
  )
  .map(([isNegative, whole, decimals]) => {
    return `${isNegative ? '-' : ''}${whole}${decimals === null ? '' : `.${decimals}`}`
  })
const oddNumber = fc.oneof(
  fc.constantFrom('-0', '-0.000', '007', '.5', '5.', '-', '1e5', '1E-3', '+1', 'null', 'NaN', ''),
  fc.constantFrom('"5"', ' 5', '5 ', '123456789012345', '1234567890123456', '0.1234567890123456'),
  fc.double({ noNaN: true }).map(String),
  fc.bigInt({ min: 0n, max: 2n ** 70n }).map(String),
)
const number = fc.oneof({ weight: 30, arbitrary: plainNumber }, { weight: 1, arbitrary: oddNumber })
const seq = fc.oneof(
  { weight: 20, arbitrary: fc.nat(0xffffffff).map(String) },
  { weight: 1, arbitrary: number },
  { weight: 1, arbitrary: fc.constantFrom('4294967295', '4294967296', '-1', '1.5') },
)
const stamp = fc.oneof(
  { weight: 20, arbitrary: fc.nat(2_000_000_000).map(String) },
  { weight: 2, arbitrary: fc.constantFrom('8999999999999', '9000000000000', '1712345678.123') },
  { weight: 1, arbitrary: number },
)
const text = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('"ok"', '"clip"', '"nosensor"', '""', '"NORMAL"') },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.constantFrom('"\\u006fk"', '"ä"', '"a\\"b"', '5', 'null', '"ok') },
)

/** Members mostly in the usual order, sometimes not, sometimes one of them twice or with blanks around. */
const line = fc
  .record(
    { v: number, a: number, w: number, ts: stamp, ms: stamp, seq, status: text, mode: text },
    { requiredKeys: ['v', 'a', 'seq'] },
  )
  .chain((members) => {
    const usual = Object.entries(members).map(([name, value]) => `"${name}":${value}`)
    const order = fc.oneof(
      { weight: 9, arbitrary: fc.constant(usual) },
      { weight: 1, arbitrary: fc.shuffledSubarray([...usual, ...usual, '"t":23.5', '"r":1']) },
    )
    const ending = fc.constantFrom<'plain' | 'crc' | 'wrong crc' | 'blank'>(
      'plain',
      'crc',
      'crc',
      'wrong crc',
      'blank',
    )
    return fc.tuple(order, ending)
  })
  .map(([members, ending]) => {
    const body = `{${members.join(',')}`
    if (ending === 'plain') return `${body}}`
    if (ending === 'blank') return `${body} }`
    return ending === 'crc' ? closeLine(body) : `${body},"crc":"12aF"}`
  })

/** The same with a byte that was hit, now and then. */
const bytes = fc
  .tuple(
    line,
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.nat(255)) },
    ),
  )
  .map(([whole, hit]) => {
    const buffer = Buffer.from(whole)
    if (hit !== null) buffer[hit[0] % buffer.length] = hit[1]
    return buffer
  })

describe('readUsualSample', () => {
  it('makes the frame that JSON.parse makes, or leaves the line to it', () => {
    let taken = 0
    fc.assert(
      fc.property(bytes, fc.nat(9), (own, at) => {
        // Somewhere in a chunk, with another line right behind it.
        const chunk = Buffer.concat([Buffer.alloc(at, '}'), own, Buffer.from('\n{"v":1,"a":2}\n')])
        const frame = readUsualSample(chunk, at)
        if (frame === null || usualSampleEnd() !== at + own.length) return
        taken++
        expect(frame).toEqual(decodeAnyLine(own))
      }),
      { numRuns: 20_000 },
    )
    expect(taken).toBeGreaterThan(1000)
  })

  it('takes what the firmware and the mock print', () => {
    const values = { v: '5.02', a: '-0.245', w: '1.23', extras: null, status: '"ok"' }
    const body = sampleBody({ ...values, mode: '"NORMAL"' }, '1712345678', 123)
    for (const each of [closeLine(body), `${body}}`, '{"v":5.02,"a":0.245}']) {
      const own = Buffer.from(each)
      expect(readUsualSample(own, 0)).toEqual(decodeAnyLine(own))
    }
    const contract = '{"v":5.02,"a":0.245,"w":1.23,"ts":1712345678,"seq":123,"status":"ok"}'
    expect(readUsualSample(Buffer.from(contract), 0)).toMatchObject({
      kind: 'sample',
      voltage: 5.02,
      current: 0.245,
      power: 1.23,
      stamp: { kind: 'ts', value: 1712345678 },
      seq: 123,
      status: 'ok',
    })
  })
})

describe('lines from a pipe', () => {
  it('become the same frames whole and a few bytes at a time', () => {
    const framesOf = (chunks: readonly Uint8Array[]): unknown[] => {
      const frames: unknown[] = []
      const sink = {
        frame: (frame: unknown) => frames.push(frame),
        format: () => {},
        unit: () => {},
      }
      const decoder = new FormatDecoder(sink, AUTO, systemClock)
      for (const chunk of chunks) decoder.push(chunk)
      decoder.end()
      return frames
    }
    const lines = fc.array(fc.tuple(bytes, fc.constantFrom('\n', '\n', '\r\n')), { maxLength: 20 })
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 60 }), (parts, size) => {
        const all = Buffer.concat(parts.flatMap(([own, end]) => [own, Buffer.from(end)]))
        const pieces: Buffer[] = []
        for (let at = 0; at < all.length; at += size) pieces.push(all.subarray(at, at + size))
        expect(framesOf(pieces)).toEqual(framesOf([all]))
      }),
      { numRuns: 1000 },
    )
  })
})
