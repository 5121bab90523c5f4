import { describe, expect, it } from 'vitest'
import { withCrc } from '../../src/protocol/crc.ts'
import { elementsOf } from '../../src/serve/ingest/json-elements.ts'
import { readPosted } from '../../src/serve/ingest/posted-samples.ts'

function read(text: string) {
  return readPosted(Buffer.from(text))
}

describe('elementsOf', () => {
  it('gives each element as it is written', () => {
    const texts = ['{"a":"],[\\"}\\\\"}', '[1,[2]]', ' {"b":{"c":[",",{}]}} ', '3']
    expect(elementsOf(` [${texts.join(',')}\n] `)).toEqual(texts.map((text) => text.trim()))
  })
})

describe('readPosted', () => {
  it('reads one sample and an array by the rules of the wire', () => {
    expect(read('{"soc":85,"solar_w":12.5,"ts":1795339824,"seq":7,"mode":"x","r":1}\n')).toEqual({
      samples: [
        expect.objectContaining({
          electric: false,
          extras: { soc: 85, solar_w: 12.5 },
          stamp: { kind: 'ts', value: 1795339824 },
          seq: 7,
          mode: 'x',
          // Nobody had asked for it.
          resend: false,
        }),
      ],
    })
    expect(read('[{"v":5,"a":0.1}, {"v":5,"a":0.1}]')).toMatchObject({
      samples: [{ voltage: 5 }, { current: 0.1 }],
    })
  })

  it('checks a CRC over the very characters, within an array, too', () => {
    const line = withCrc('{"v":5.020, "a":0.10}')
    expect(read(`[ ${line} ,\n${line}]`)).toMatchObject({ samples: [{}, {}] })
    expect(read(`[${line},${line.replace('5.020', '5.02')}]`)).toEqual({
      frame: { kind: 'crc_error', reason: 'mismatch' },
      why: 'sample 1 (from 0) of the array has a wrong crc',
    })
    expect(read('{"crc":"0000","v":1,"a":1}')).toMatchObject({ frame: { kind: 'crc_error' } })
  })

  it.each([
    ['', 'the body is no JSON'],
    ['{"v":5', 'the body is no JSON'],
    ['[]', 'the array is empty'],
    ['7', 'the sample is no object'],
    ['[{"v":1,"a":1},null]', 'sample 1 (from 0) of the array is no object'],
    ['[[{"v":1,"a":1}]]', 'sample 0 (from 0) of the array is no object'],
    ['{"v":"5","a":1}', 'the sample has a member that is not of its type'],
    ['{"soc":1,"ts":-1}', 'the sample is no object with v and a'],
    ['{"soc":1,"seq":1.5}', 'the sample has a seq that is no whole number'],
    ['{"hello":"ina219"}', 'the sample is no sample but a line of another kind (hello)'],
    ['{"status":"ok"}', 'the sample is no object with v and a'],
  ])('says what is wrong with %s', (text, why) => {
    const posted = read(text)
    expect(posted).toMatchObject({ frame: { kind: 'malformed' } })
    expect('why' in posted ? posted.why : '').toContain(why)
  })

  it('takes nothing that is no UTF-8', () => {
    expect(readPosted(Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject({
      why: 'the body is no UTF-8',
    })
  })
})
