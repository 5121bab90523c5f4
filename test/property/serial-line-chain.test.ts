import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LineSink, LineSplitter } from '../../src/sources/lines/line-splitter.ts'
import { createLineChain } from '../../src/sources/serial/line-chain.ts'

/** What came out: the bytes of each line in hex, or `overlong`, in order. */
function recorder(): { sink: LineSink; got: string[] } {
  const got: string[] = []
  return {
    got,
    sink: {
      line: (bytes) => got.push(Buffer.from(bytes).toString('hex')),
      overlong: () => got.push('overlong'),
    },
  }
}

const lineBytes = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 2, arbitrary: fc.constant(new Uint8Array(0)) },
  // Around the cap of 512 bytes.
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 509, max: 516 })
      .map((length) => new Uint8Array(length).fill(0x7b)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 600, maxLength: 1500 }) },
)
const lineEnd = fc.constantFrom('\n', '\r\n', '\r\r\n', '\n\n', '')

const stream = fc
  .array(fc.tuple(lineBytes, lineEnd), { maxLength: 30 })
  .map((lines) => Buffer.concat(lines.flatMap(([bytes, end]) => [bytes, Buffer.from(end)])))

function chunksOf(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let from = 0
  for (let i = 0; from < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    chunks.push(bytes.subarray(from, from + size))
    from += size
  }
  return chunks
}

describe('cap and ReadlineParser', () => {
  it('give what the LineSplitter alone gives, byte for byte and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        stream,
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 12 }),
        async (bytes, sizes) => {
          const ours = recorder()
          const splitter = new LineSplitter(ours.sink)
          splitter.push(bytes)
          splitter.end()
          const theirs = recorder()
          const chain = await createLineChain(theirs.sink)
          for (const chunk of chunksOf(bytes, sizes)) chain.push(chunk)
          chain.end()
          expect(theirs.got).toEqual(ours.got)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('hands over empty lines, every byte value, and the line that broke off', async () => {
    const { sink, got } = recorder()
    const chain = await createLineChain(sink)
    const all = Array.from({ length: 256 }, (_, i) => i).filter((byte) => byte !== 0x0a)
    chain.push(Buffer.concat([Buffer.from('\n\r\n'), Buffer.from(all), Buffer.from('\nbroken')]))
    expect(got).toEqual(['', '', Buffer.from(all).toString('hex')])
    chain.end()
    expect(got.at(-1)).toBe(Buffer.from('broken').toString('hex'))
    expect(got).toHaveLength(4)
  })

  it('gives its lines before push returns', async () => {
    const { sink, got } = recorder()
    const chain = await createLineChain(sink)
    chain.push(Buffer.from('a\n'.repeat(1000)))
    expect(got).toHaveLength(1000)
  })
})
