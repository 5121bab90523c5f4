import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter, MAX_LINE_BYTES } from '../../src/sources/lines/line-splitter.ts'

function split(chunks: readonly Uint8Array[], end = true): string[] {
  const out: string[] = []
  const splitter = new LineSplitter({
    line: (bytes) => out.push(Buffer.from(bytes).toString('latin1')),
    overlong: () => out.push('OVERLONG'),
  })
  for (const chunk of chunks) splitter.push(chunk)
  if (end) splitter.end()
  return out
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

describe('LineSplitter', () => {
  it('takes LF and CRLF, keeps empty lines', () => {
    expect(split([bytes('a\r\n\nb\n\r\n')])).toEqual(['a', '', 'b', ''])
  })

  it('takes an unfinished last line for a line at the end only', () => {
    expect(split([bytes('a\nbc')], false)).toEqual(['a'])
    expect(split([bytes('a\nbc')])).toEqual(['a', 'bc'])
    expect(split([bytes('a\n')])).toEqual(['a'])
  })

  it('passes 512 bytes and counts 513, with either line ending', () => {
    const longest = 'x'.repeat(MAX_LINE_BYTES)
    for (const newline of ['\n', '\r\n']) {
      expect(split([bytes(`${longest}${newline}b${newline}`)])).toEqual([longest, 'b'])
      expect(split([bytes(`${longest}x${newline}b${newline}`)])).toEqual(['OVERLONG', 'b'])
    }
  })

  it('counts 10 MB without a newline once and finds the next line', () => {
    const chunk = Buffer.alloc(65_536, 0x41)
    const chunks = Array.from({ length: 160 }, () => chunk)
    expect(split([...chunks, bytes('\nok\n')])).toEqual(['OVERLONG', 'ok'])
    expect(split(chunks)).toEqual(['OVERLONG'])
  })

  it('gives the same lines for any chunk boundaries', () => {
    const stream = fc
      .array(
        fc.oneof(
          { weight: 6, arbitrary: fc.string({ maxLength: 40, unit: 'binary-ascii' }) },
          { weight: 2, arbitrary: fc.constantFrom('\n', '\r\n', '\r', '\n\n') },
          { weight: 1, arbitrary: fc.nat({ max: 600 }).map((n) => 'y'.repeat(n)) },
        ),
        { maxLength: 30 },
      )
      .map((parts) => bytes(parts.join('')))
    fc.assert(
      fc.property(stream, fc.array(fc.nat({ max: 700 }), { maxLength: 40 }), (whole, cuts) => {
        const chunks: Uint8Array[] = []
        let from = 0
        for (const cut of cuts) {
          chunks.push(whole.subarray(from, from + cut))
          from += cut
        }
        chunks.push(whole.subarray(from))
        expect(split(chunks)).toEqual(split([whole]))
      }),
      { numRuns: 500 },
    )
  })
})
