import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OWN_STATION } from '../../src/protocol/mc3e/frame.ts'
import { planReads, valuesOf } from '../../src/protocol/mc3e/read-plan.ts'
import {
  cellsOf,
  commandOf,
  decodeRequest,
  encodeRequest,
  type McRequest,
  MOST_BITS,
  MOST_RANDOM,
  MOST_WORDS,
} from '../../src/protocol/mc3e/request.ts'
import {
  AnswerReader,
  encodeAnswer,
  encodeRefusal,
  type McAnswer,
} from '../../src/protocol/mc3e/response.ts'
import { type PlcTag, tagValue, wordsOf } from '../../src/protocol/mc3e/tag.ts'
import { anyRequest, anyTag, patternMemory } from '../support/mc3e.ts'

const anyCode = fc.constantFrom('ascii', 'binary')
const headBytes = { ascii: 18, binary: 9 }

/** A request, and cells that may be its answer. */
const anyExchange = anyRequest.chain((request) =>
  fc.record({
    request: fc.constant(request),
    cells: fc.array(fc.nat(request.kind === 'bits' ? 1 : 0xffff), {
      minLength: cellsOf(request),
      maxLength: cellsOf(request),
    }),
  }),
)

/** Cuts bytes at places, 0 to 1 each. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length]
  at.sort((a, b) => a - b)
  return at.map((end, i) => bytes.subarray(i === 0 ? 0 : at[i - 1], end))
}

function readAll(reader: AnswerReader, chunks: readonly Uint8Array[]): McAnswer | null {
  for (const chunk of chunks) {
    const answer = reader.push(chunk)
    if (answer !== null) return answer
  }
  return null
}

describe('frames', () => {
  it('a request is read back as it was', () => {
    fc.assert(
      fc.property(anyRequest, anyCode, fc.nat(0xffff), (request, code, timer) => {
        const bytes = encodeRequest(code, OWN_STATION, timer, request)
        const decoded = decodeRequest(code, bytes.subarray(headBytes[code]))
        expect(decoded).toMatchObject({ kind: 'request', timer, request })
      }),
    )
  })

  it('a response is read back as it was, wherever TCP cuts it', () => {
    fc.assert(
      fc.property(
        anyExchange,
        anyCode,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
        (exchange, code, cuts) => {
          const { request, cells } = exchange
          const bytes = encodeAnswer(code, OWN_STATION, request, cells)
          const reader = new AnswerReader(code, OWN_STATION, request)
          expect(readAll(reader, pieces(bytes, cuts))).toEqual({ kind: 'cells', cells })
        },
      ),
    )
  })

  it('the response to another request is garbled, unless it is of the same form', () => {
    fc.assert(
      fc.property(anyExchange, anyRequest, anyCode, ({ request, cells }, asked, code) => {
        const bytes = encodeAnswer(code, OWN_STATION, request, cells)
        const answer = new AnswerReader(code, OWN_STATION, asked).push(bytes)
        if (answer?.kind === 'cells') expect(answer.cells).toHaveLength(cellsOf(asked))
        else expect(answer?.kind ?? 'waits').toMatch(/garbled|waits/)
        if (
          cellsOf(asked) !== cellsOf(request) &&
          asked.kind === request.kind &&
          asked.kind !== 'bits'
        ) {
          expect(answer?.kind).toBe('garbled')
        }
      }),
    )
  })

  it('garbage in front is never a value, and neither is any byte of a frame that was changed in its head', () => {
    const harm = fc.record({ at: fc.nat(17), by: fc.integer({ min: 1, max: 255 }) })
    fc.assert(
      fc.property(
        anyExchange,
        anyCode,
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        harm,
        ({ request, cells }, code, garbage, { at, by }) => {
          const bytes = encodeAnswer(code, OWN_STATION, request, cells)
          const behind = new AnswerReader(code, OWN_STATION, request).push(
            Buffer.concat([garbage, bytes]),
          )
          expect(behind?.kind).toBe('garbled')
          const harmed = Uint8Array.from(bytes)
          const place = at % headBytes[code]
          const before = String.fromCharCode(harmed[place] as number)
          harmed[place] = (harmed[place] as number) ^ by
          const after = String.fromCharCode(harmed[place] as number)
          // The same digit, written small.
          if (code === 'ascii' && before.toLowerCase() === after.toLowerCase()) return
          expect(
            new AnswerReader(code, OWN_STATION, request).push(harmed)?.kind ?? 'waits',
          ).not.toBe('cells')
        },
      ),
    )
  })

  it('any bytes at all are read without an error', () => {
    fc.assert(
      fc.property(anyRequest, anyCode, fc.uint8Array({ maxLength: 60 }), (request, code, bytes) => {
        const begin = encodeRefusal(code, OWN_STATION, 0, commandOf(request)).subarray(
          0,
          headBytes[code] - 2,
        )
        expect(new AnswerReader(code, OWN_STATION, request).push(bytes)?.kind).not.toBe('cells')
        new AnswerReader(code, OWN_STATION, request).push(Buffer.concat([begin, bytes]))
        expect(['request', 'refused']).toContain(decodeRequest(code, bytes).kind)
      }),
    )
  })
})

describe('a plan of reads', () => {
  const memory = patternMemory()

  /** The value as one would read it alone. */
  function alone(tag: PlcTag): number | string | null {
    const { device, number, bit } = tag.address
    if (device.unit === 'bit' && tag.type === 'bit') return memory.bit({ device, number })
    const step = device.unit === 'bit' ? 16 : 1
    const words = Array.from({ length: wordsOf(tag) }, (_, i) =>
      memory.word({ device, number: number + i * step }),
    )
    return tagValue(tag, words, bit ?? 0)
  }

  function points(request: McRequest): number {
    return request.kind === 'random'
      ? request.words.length + request.doubles.length
      : request.points
  }

  it('gives each tag the value that it has when it is read alone, within the limits', () => {
    fc.assert(
      fc.property(
        fc.array(anyTag, { maxLength: 150 }),
        anyCode,
        fc.integer({ min: 1, max: 60 }),
        (tags, code, most) => {
          const plan = planReads(tags, code, { tags: most })
          const values = new Map<number, unknown>()
          for (const read of plan) {
            const { request } = read
            const limit = { words: MOST_WORDS, bits: MOST_BITS[code], random: MOST_RANDOM }[
              request.kind
            ]
            expect(points(request)).toBeLessThanOrEqual(limit)
            expect(read.places.length).toBeLessThanOrEqual(most)
            const bytes = encodeRequest(code, OWN_STATION, 16, request)
            const decoded = decodeRequest(code, bytes.subarray(headBytes[code]))
            if (decoded.kind !== 'request') throw new Error(`refused with ${decoded.endCode}`)
            const cells = memory.read(decoded.request)
            if (typeof cells === 'number') throw new Error(`refused with ${cells}`)
            for (const [index, value] of valuesOf(tags, read, cells)) {
              expect(values.has(index)).toBe(false)
              values.set(index, value)
            }
          }
          expect(values.size).toBe(tags.length)
          tags.forEach((tag, index) => {
            expect(values.get(index)).toBe(alone(tag))
          })
        },
      ),
      { numRuns: 300 },
    )
  })
})
