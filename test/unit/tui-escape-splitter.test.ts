import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EscapeSplitter, type InputUnit } from '../../src/tui/terminal/escape-splitter.ts'

function split(...chunks: string[]): string[] {
  const splitter = new EscapeSplitter()
  return chunks.flatMap((chunk) => keysOf(splitter.push(Buffer.from(chunk, 'latin1'))))
}

function keysOf(units: readonly InputUnit[]): string[] {
  return units.filter(({ kind }) => kind === 'keys').map(({ bytes }) => String(bytes))
}

function pastesOf(...chunks: string[]): string[] {
  const splitter = new EscapeSplitter()
  const units = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk, 'latin1')))
  return units.filter(({ kind }) => kind === 'paste').map(({ bytes }) => String(bytes))
}

describe('escape splitter', () => {
  it('puts a sequence that came in two reads together', () => {
    expect(split('\x1b', '[A')).toEqual(['\x1b[A'])
    expect(split('\x1b[<64;1', '0;5M')).toEqual(['\x1b[<64;10;5M'])
    expect(split('\x1bO', 'P')).toEqual(['\x1bOP'])
  })

  it('takes a mouse report and the keys beside it apart', () => {
    expect(split('q\x1b[<0;1;1Mr\x1b[M !!z')).toEqual(['q', '\x1b[<0;1;1M', 'r', '\x1b[M !!', 'z'])
  })

  it('drops what is no key: answers of the terminal and broken sequences', () => {
    expect(split('a\x1b]11;rgb:0000/0000/0000\x07b\x1bP1$r0m\x1b\\c')).toEqual(['a', 'b', 'c'])
    expect(split('\x1b[1;2\x01x')).toEqual(['\x01x'])
    expect(split(`\x1b[${'1'.repeat(100)}`).join('')).toMatch(/^1*$/)
  })

  it('takes Esc for a key only when nothing follows', () => {
    const splitter = new EscapeSplitter()
    expect(splitter.push(Buffer.from('\x1b'))).toEqual([])
    expect(splitter.pending).toBe('escape')
    expect(keysOf(splitter.flush())).toEqual(['\x1b'])
    splitter.push(Buffer.from('\x1b[1;'))
    expect(splitter.flush()).toEqual([])
    expect(splitter.pending).toBeNull()
  })

  it.each([
    ['\x1b', '[0n'],
    ['\x1b', '[<65;10;10M'],
    ['\x1b', '[A'],
    ['\x1b', '[', 'A'],
  ])('takes what follows late on Esc for the rest of a sequence: %j %j', (...pieces) => {
    const splitter = new EscapeSplitter()
    const [, ...rest] = pieces
    splitter.push(Buffer.from('\x1b'))
    expect(keysOf(splitter.flush())).toEqual(['\x1b'])
    const units = rest.flatMap((each) => splitter.push(Buffer.from(each)))
    expect(keysOf(units)).toEqual([pieces.join('')])
  })

  it('takes no text that is pasted late for keys', () => {
    const splitter = new EscapeSplitter()
    splitter.push(Buffer.from('\x1b'))
    splitter.flush()
    const units = splitter.push(Buffer.from('[200~q\x1b[201~'))
    expect(units).toEqual([{ kind: 'paste', bytes: Buffer.from('q') }])
  })

  it('takes a key after the key Esc for a key', () => {
    const splitter = new EscapeSplitter()
    splitter.push(Buffer.from('\x1b'))
    splitter.flush()
    expect(keysOf(splitter.push(Buffer.from('q')))).toEqual(['q'])
    // Only what comes next.
    expect(keysOf(splitter.push(Buffer.from('[A')))).toEqual(['[A'])
  })

  it('gives the same units however the bytes arrive', () => {
    const piece = fc.constantFrom(
      'q',
      'abc',
      '\x1b[A',
      '\x1b[<0;12;3m',
      '\x1bOP',
      '\x1b[3~',
      '\x1bx',
      '\x1b[[A',
    )
    const input = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(input, (text) => {
        expect(
          split(...text)
            .join('|')
            .replaceAll('|', ''),
        ).toBe(split(text).join(''))
        const escapes = (units: string[]): string[] =>
          units.filter((unit) => unit.startsWith('\x1b'))
        expect(escapes(split(...text))).toEqual(escapes(split(text)))
      }),
    )
  })

  it('keeps what is pasted away from the keys, however it arrives', () => {
    const input = 'a\x1b[200~q\x03 \x1b]x\x1b[Aquit\r\x1b[201~b'
    expect(split(input)).toEqual(['a', 'b'])
    expect(pastesOf(input)).toEqual(['q\x03 \x1b]x\x1b[Aquit\r'])
    expect(split(...input)).toEqual(['a', 'b'])
    expect(pastesOf(...input)).toEqual(pastesOf(input))
  })

  it('gives up a paste without an end only when told to', () => {
    const splitter = new EscapeSplitter()
    expect(splitter.push(Buffer.from('\x1b[200~q'))).toEqual([])
    expect(splitter.push(Buffer.from('qqq\x1b'))).toEqual([])
    expect(splitter.isPasting).toBe(true)
    expect(splitter.flush()).toEqual([])
    expect(keysOf(splitter.push(Buffer.from('q')))).toEqual(['q'])
  })
})
