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
    ['{"v":"5","a":1}', 'the sample has a member v that is no finite number'],
    ['{"v":1e400,"a":1}', 'the sample has a member v that is no finite number'],
    ['{"v":1,"a":1,"w":true}', 'the sample has a member w that is no finite number'],
    ['{"v":1e300,"a":1e300}', 'the sample has v and a whose product is no finite number'],
    ['{"v":1}', 'the sample has v without a, and no number under another name'],
    ['{"a":1,"note":"x"}', 'the sample has a without v, and no number under another name'],
    ['{"soc":1e400,"lux":1}', 'the sample has a member "soc" that is no finite number'],
    ['[{"k":1},{"v":1,"a":1,"k":-1e400}]', 'sample 1 (from 0) of the array has a member "k" that'],
    ['{"soc":1,"ts":-1}', 'the sample has a member ts that is no number from 0 on'],
    ['{"soc":1,"ms":1.5}', 'the sample has a member ms that is no whole number of 0 to 4294967295'],
    ['{"soc":1,"us":-1}', 'the sample has a member us that is no whole number from 0 on'],
    ['{"soc":1,"seq":1.5}', 'the sample has a member seq that is no whole number'],
    ['{"soc":1,"seq":"7"}', 'the sample has a member seq that is no whole number'],
    ['{"soc":1,"mode":7}', 'the sample has a member mode that is no text'],
    ['{"soc":1,"status":7}', 'the sample has a member status that is no text'],
    ['{"soc":1,"r":null}', 'the sample has a member r that is no finite number'],
    ['{"v":1,"a":1,"n":-1,"vmin":1,"vmax":1,"amin":1,"amax":1}', 'the sample has members of a de'],
    ['{"cmd":"read","soc":1}', 'the sample is no sample but a line of another kind (cmd)'],
    ['{"hello":"ina219"}', 'the sample is no sample but a line of another kind (hello)'],
    ['{"status":"ok"}', 'the sample has no number that was measured'],
  ])('says what is wrong with %s', (text, why) => {
    const posted = read(text)
    expect(posted).toMatchObject({ frame: { kind: 'malformed' } })
    expect('why' in posted ? posted.why : '').toContain(why)
  })

  it('passes over what the wire passes over: text, further times', () => {
    expect(read('{"t":"x","on":true,"list":[1e400],"k":1,"ts":1795339824,"ms":"x"}')).toMatchObject(
      {
        samples: [{ extras: { k: 1 }, stamp: { kind: 'ts' } }],
      },
    )
  })

  it('takes nothing that is no UTF-8', () => {
    expect(readPosted(Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject({
      why: 'the body is no UTF-8',
    })
  })
})
