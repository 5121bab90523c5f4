import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_CHANNEL_ID } from '../../src/domain/channels.ts'
import { cleanText } from '../../src/domain/sample.ts'
import {
  asciiJson,
  decodeLine,
  encodeLine,
  resendBody,
  sampleBody,
} from '../../src/protocol/codec.ts'
import { withCrc } from '../../src/protocol/crc.ts'
import type { Frame } from '../../src/protocol/frames.ts'
import { ACK, GONE, HELLO, NACK, NO_CHANNELS, NOTE, REPLAY } from '../../src/protocol/members.ts'

const decode = (text: string): Frame => decodeLine(Buffer.from(text))

describe('decodeLine: samples', () => {
  it('reads the contract frame', () => {
    expect(
      decode(
        '{"v":5.02,"a":0.245,"w":1.23,"ts":1712345678,"seq":123,"status":"ok","mode":"NORMAL"}',
      ),
    ).toEqual({
      kind: 'sample',
      electric: true,
      extras: null,
      detail: null,
      leftOut: null,
      voltage: 5.02,
      current: 0.245,
      power: 1.23,
      stamp: { kind: 'ts', value: 1712345678 },
      seq: 123,
      oddSeq: false,
      status: 'ok',
      mode: 'NORMAL',
      protected: false,
      resend: false,
    })
  })

  it('takes any member order, white space, unknown members and a missing rest', () => {
    expect(decode(' { "a" : -0.5 , "x": [1,{"v":2}], "v": 12 } \r')).toMatchObject({
      kind: 'sample',
      voltage: 12,
      current: -0.5,
      power: null,
      stamp: { kind: 'none' },
      seq: null,
      status: 'ok',
      mode: null,
    })
    expect(decode('{"v":1,"a":2,"ms":4294967295}')).toMatchObject({
      stamp: { kind: 'ms', value: 4294967295 },
    })
  })

  it('turns -0 into 0 and marks resends', () => {
    const frame = decode('{"v":1,"a":-0,"r":1}')
    expect(frame.kind === 'sample' && Object.is(frame.current, 0)).toBe(true)
    expect(frame).toMatchObject({ resend: true })
  })

  it.each([
    '{"v":5.02}',
    '{"a":5.02}',
    '{"v":"5.02","a":1}',
    '{"v":null,"a":1}',
    '{"v":1e999,"a":1}',
    '{"v":1,"a":1,"w":"x"}',
    '{"v":1,"a":1,"ts":"now"}',
    '{"v":1,"a":1,"ts":-5}',
    '{"v":1,"a":1,"ts":1e13}',
    '{"v":1,"a":1,"ms":-1}',
    '{"v":1,"a":1,"status":7}',
    '{"v":1,"a":1,"mode":{}}',
    '{"v":nan,"a":1}',
    '{"v":1,"a":inf}',
    '{"v":1e300,"a":1e10}',
    '{"v":1,"a":1',
    '{"v":1,"a":1} trailing',
    '[1,2]',
    '"text"',
    '42',
    'null',
    '\u00a0',
    'ets Jun  8 2016 00:22:57',
    'Traceback (most recent call last):',
    '{}',
    '{"type":"log","message":"x"}',
    '{"nack":[1,2]}',
    '{"gone":[]}',
    '{"gone":"x"}',
    '{"ack":-1}',
    '{"hello":1}',
  ])('takes %j for malformed', (text) => {
    expect(decode(text).kind).toBe('malformed')
  })

  it('refuses bytes that are not UTF-8', () => {
    const line = Buffer.concat([
      Buffer.from('{"v":1,"a":1,"status":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ])
    expect(decodeLine(line)).toEqual({
      kind: 'malformed',
      reason: 'encoding',
      protected: false,
    })
  })

  it('makes control characters of outside text harmless', () => {
    expect(decode('{"v":1,"a":1,"status":"\\u001b[31mred\\u0007"}')).toMatchObject({
      status: '\ufffd[31mred\ufffd',
    })
  })

  it('makes text well-formed: a lone surrogate or NUL is no text to store', () => {
    const bad = '\\ud800x\\udc00\\u0000'
    const good = '\ufffdx\ufffd\ufffd'
    expect(decode(`{"v":1,"a":1,"status":"${bad}","mode":"${bad}"}`)).toMatchObject({
      status: good,
      mode: good,
    })
    expect(decode(`{"hello":"${bad}","name":"${bad}","fw":"${bad}"}`)).toMatchObject({
      model: good,
      name: good,
      firmware: good,
    })
    expect(decode(`{"nack":1,"error":"${bad}"}`)).toMatchObject({ error: good })
    expect(decode(`{"type":"status","message":"${bad}"}`)).toMatchObject({ message: good })
    // A pair is one character.
    expect(decode('{"v":1,"a":1,"status":"\\ud83d\\udd0b"}')).toMatchObject({ status: '🔋' })
  })

  it.each(['', ' ', '\t \r', '\r', '\ufeff'])('a line of blanks carries nothing: %j', (text) => {
    expect(decode(text)).toEqual({ kind: 'blank' })
  })

  it('ignores a byte order mark, which the CRC does not cover', () => {
    expect(decode('\ufeff{"v":1,"a":2}')).toMatchObject({ kind: 'sample', current: 2 })
    expect(decode(`\ufeff${withCrc('{"v":1,"a":2}')}`)).toMatchObject({ protected: true })
    expect(decode('\ufeff\ufeff{"v":1,"a":2}').kind).toBe('malformed')
  })
})

describe('decodeLine: channels (PROTOCOL.md 5.1)', () => {
  const extrasOf = (text: string): unknown => {
    const frame = decode(text)
    return frame.kind === 'sample' ? frame.extras : frame.kind
  }

  it('reads every further numeric member, and nothing else', () => {
    expect(
      extrasOf('{"v":1,"a":2,"w":2,"soc":85,"lux":3.5e4,"n":null,"t":"x","b":true,"o":{"x":1}}'),
    ).toEqual({ soc: 85, lux: 35_000 })
    const known = '"ts":1712345678,"ms":5,"seq":1,"r":1,"type":3,"status":"ok","mode":"x"'
    expect(extrasOf(`{"v":1,"a":2,${known}}`)).toBeNull()
    expect(extrasOf(withCrc('{"v":1,"a":2,"soc":85}'))).toEqual({ soc: 85 })
    expect(extrasOf('{"v":1,"a":2,"ack":3,"nack":4,"gone":5}')).toEqual({
      ack: 3,
      nack: 4,
      gone: 5,
    })
  })

  it('takes the last one of two with the same name', () => {
    expect(extrasOf('{"v":1,"a":2,"soc":85,"soc":86}')).toEqual({ soc: 86 })
  })

  it('leaves out names that can be none, and says so', () => {
    expect(extrasOf('{"v":1,"a":2,"t\\u0007":1}')).toBeNull()
    expect(decode('{"v":1,"a":2,"t\\u0007":1}')).toMatchObject({ leftOut: 't\ufffd' })
    expect(decode('{"v":1,"a":2,"t":1}')).toMatchObject({ leftOut: null })
    // What is cut is seen to be longer than a name may be.
    const long = 'supply_voltage_of_the_second_board_in_rack'
    expect(decode(`{"v":1,"a":2,"${long}":1}`)).toMatchObject({
      leftOut: 'supply_voltage_of_the_second_boa...',
    })
    const longest = 'x'.repeat(MAX_CHANNEL_ID)
    expect(extrasOf(`{"v":1,"a":2,"${longest}":1,"${longest}x":2,"":3}`)).toEqual({ [longest]: 1 })
    expect(extrasOf('{"v":1,"a":2,"__proto__":1,"constructor":2,"toString":3}')).toBeNull()
    expect(extrasOf('{"v":1,"a":2,"big":1e999,"small":-0}')).toEqual({ small: 0 })
  })

  it('keeps what there is of voltage, current and power where one is missing', () => {
    expect(decode('{"v":5,"w":2,"soc":85,"seq":4}')).toMatchObject({
      kind: 'sample',
      electric: false,
      voltage: Number.NaN,
      current: Number.NaN,
      power: null,
      seq: 4,
      extras: { v: 5, w: 2, soc: 85 },
    })
    expect(decode('{"soc":85,"v":null,"a":1}')).toMatchObject({ extras: { a: 1, soc: 85 } })
  })

  it('gives the same after a line of any other shape', () => {
    const shapes = ['{"v":1,"a":2}', '{"a":2,"v":1,"seq":3}', '{"v":1,"a":2,"soc":3}', '{"soc":3}']
    const alone = shapes.map((text) => decode(text))
    fc.assert(
      fc.property(fc.array(fc.nat({ max: shapes.length - 1 })), (order) => {
        for (const i of order) expect(decode(shapes[i] as string)).toEqual(alone[i])
      }),
    )
  })
})

describe('encode and decode', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
  const id = fc
    .string({ minLength: 1, maxLength: MAX_CHANNEL_ID, unit: 'grapheme' })
    .filter((name) => name.length <= MAX_CHANNEL_ID && name === cleanText(name))
    .filter((name) => !NO_CHANNELS.has(name) && !(name in {}))
  const extras = fc.dictionary(id, number, { noNullPrototype: true })
  const electric = fc.tuple(number, number).filter(([v, a]) => Number.isFinite(v * a))

  it('give back any finite number exactly, as the mock writes samples', () => {
    fc.assert(
      fc.property(electric, number, extras, fc.nat(), ([v, a], w, channels, seq) => {
        const texts = Object.fromEntries(Object.entries(channels).map(([k, x]) => [k, String(x)]))
        const body = sampleBody(
          { v: `${v}`, a: `${a}`, w: `${w}`, extras: texts, status: '"ok"', mode: '"x"' },
          '5',
          seq,
        )
        for (const line of [`${body}}`, withCrc(`${body}}`), withCrc(`${resendBody(body)}}`)]) {
          expect(decode(line)).toMatchObject({
            kind: 'sample',
            voltage: v,
            current: a,
            power: w,
            seq,
          })
        }
        const frame = decode(`${body}}`)
        expect(frame.kind === 'sample' && (frame.extras ?? {})).toEqual(channels)
      }),
      { numRuns: 2000 },
    )
  })

  it('give the same frame in any order of members', () => {
    fc.assert(
      fc.property(electric, extras, fc.infiniteStream(fc.nat()), ([v, a], channels, shuffle) => {
        const members = Object.entries({ v, a, seq: 7, ms: 12, status: 'clip', ...channels })
        const shuffled = members
          .map((member) => [shuffle.next().value as number, member] as const)
          .sort(([x], [y]) => x - y)
          .map(([, [name, value]]) => `${asciiJson(name)}:${JSON.stringify(value)}`)
        const line = (parts: string[]): Frame => decode(`{${parts.join(',')}}`)
        const straight = members.map(
          ([name, value]) => `${asciiJson(name)}:${JSON.stringify(value)}`,
        )
        expect(line(shuffled)).toEqual(line(straight))
      }),
      { numRuns: 1000 },
    )
  })

  it('write the members of the tables in their order, and leave out what is undefined', () => {
    expect(encodeLine(NACK, { error: 'crc', nack: null })).toBe('{"nack":null,"error":"crc"}')
    expect(encodeLine(GONE, { gone: [0, 8] })).toBe('{"gone":[0,8]}')
    expect(encodeLine(HELLO, { name: 'Ü', hello: 'x', first: undefined })).toBe(
      '{"hello":"x","name":"\\u00dc"}',
    )
    expect(withCrc(encodeLine(REPLAY, { nack: [120, 122] }))).toContain('"crc":"0502"')
  })

  it('agree on every line but the sample', () => {
    expect(decode(encodeLine(ACK, { ack: 5, result: 'ok' }))).toMatchObject({ kind: 'ack', seq: 5 })
    expect(decode(encodeLine(NACK, { nack: 5, error: 'busy' }))).toMatchObject({ error: 'busy' })
    expect(decode(encodeLine(GONE, { gone: [7, 2] }))).toMatchObject({ first: 7, last: 2 })
    expect(decode(encodeLine(NOTE, { type: 'status', message: 'up' }))).toMatchObject({
      kind: 'note',
      message: 'up',
    })
    expect(
      decode(encodeLine(HELLO, { hello: 'ina219', boot: 3, seq: 9, depth: 64, interval: 20 })),
    ).toMatchObject({ kind: 'hello', boot: 3, nextSeq: 9, depth: 64, intervalMs: 20 })
  })
})

describe('decodeLine: other frames', () => {
  it('reads hello with its range', () => {
    expect(
      decode(
        '{"hello":"ina219","fw":"1.0.0","proto":1,"boot":17,"seq":5,"depth":128,"interval":1000,"shunt":0.1,"range":32,"amax":3.2}',
      ),
    ).toMatchObject({
      kind: 'hello',
      boot: 17,
      nextSeq: 5,
      firstSeq: 0,
      depth: 128,
      intervalMs: 1000,
      range: { voltageMax: 26, currentMax: 3.2 },
    })
    expect(decode('{"hello":"x","range":16,"shunt":0.01}')).toMatchObject({
      range: { voltageMax: 16, currentMax: 32 },
      depth: 0,
      boot: null,
    })
  })

  it('reads ack, nack, gone and notes', () => {
    expect(decode('{"ack":124,"result":"ok"}')).toMatchObject({ kind: 'ack', seq: 124 })
    expect(decode('{"nack":124,"error":"range"}')).toMatchObject({
      kind: 'nack',
      seq: 124,
      error: 'range',
    })
    expect(decode('{"nack":null,"error":"crc"}')).toMatchObject({ seq: null, error: 'crc' })
    expect(decode('{"gone":[120,121]}')).toMatchObject({ kind: 'gone', first: 120, last: 121 })
    expect(decode('{"type":"status","message":"up"}')).toMatchObject({ message: 'up' })
    expect(decode(withCrc('{"ack":1}'))).toMatchObject({ protected: true })
    expect(decode(withCrc('{"temp":"1"}'))).toMatchObject({ kind: 'malformed', protected: true })
  })

  it('never throws and always says what a line is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (bytes) => {
        expect(decodeLine(bytes).kind).toBeTypeOf('string')
      }),
      { numRuns: 3000 },
    )
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(decode(text).kind).toBeTypeOf('string')
      }),
      { numRuns: 2000 },
    )
  })
})

it.each(['-1', '1.5', '4294967296', '-32768'])('marks a number that can be none: %s', (seq) => {
  expect(decode(`{"v":1,"a":1,"seq":${seq}}`)).toMatchObject({ seq: null, oddSeq: true })
})
