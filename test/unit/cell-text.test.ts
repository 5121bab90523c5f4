import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellText, cutEnd, cutFront } from '../../src/tui/view/cell-text.ts'
import { cellsOf } from '../../src/tui/view/cell-units.ts'
import { lookOf } from '../../src/tui/view/look.ts'

const UNICODE = lookOf({ ascii: false, colour: true })
const ASCII = lookOf({ ascii: true, colour: false })

/** The cells of a text, and how many those of its line are. */
function cells(text: string): [string[], number] {
  const line = cellText(text, UNICODE)
  return [cellsOf(line), line.length]
}

/** A text of a line as a person reads it. */
function shownText(text: string): string {
  return cellsOf(text).join('')
}

describe('text from outside', () => {
  it('has two cells for a wide character', () => {
    expect(cells('電源 5')).toEqual([['電', '', '源', '', ' ', '5'], 6])
    expect(cells('ﾊﾟ한Ａ🔋')[1]).toBe(2 + 2 + 2 + 2)
    expect(cells('🔋x')).toEqual([['🔋', '', 'x'], 3])
  })

  it('has marks in the cell of their character', () => {
    expect(cells('e\u0301x')).toEqual([['é', 'x'], 2])
    expect(cells('q\u0308x')).toEqual([['q\u0308', 'x'], 2])
    expect(cells('か\u3099源')).toEqual([['が', '', '源', ''], 4])
    expect(cells('\u0308x')).toEqual([['x'], 1])
    expect(cells(`z${'\u0308'.repeat(50)}`)[0][0]?.length).toBeLessThan(8)
  })

  it('has nothing that moves a cursor, joins, or runs from right to left', () => {
    expect(shownText(cellText('a\u001b[2J\u202eb\u200dc', UNICODE))).toBe('a?[2J?bc')
    expect(shownText(cellText('שלום', UNICODE))).toBe('U+05E9U+05DCU+05D5U+05DD')
    expect(shownText(cellText('\ue000\uf8ff', UNICODE))).toBe('??')
    expect(shownText(cellText('🇩🇪 👍🏽', UNICODE))).toBe('DE 👍')
  })

  it('stays different where the terminal has ASCII alone', () => {
    expect(cellText('電源', ASCII)).toBe('U+96FBU+6E90')
    expect(cellText('電池', ASCII)).not.toBe(cellText('電源', ASCII))
    expect(cellText('Prüfstand 23 °C, 5 µA, 10 Ω', ASCII)).toBe('Prufstand 23 degC, 5 uA, 10 Ohm')
  })

  it('is cut between cells, never within a wide character', () => {
    const line = cellText('a電源', UNICODE)
    expect(shownText(cutEnd(line, 3, UNICODE))).toBe('a …')
    expect(shownText(cutEnd(line, 4, UNICODE))).toBe('a電…')
    expect(shownText(cutFront(line, 4, UNICODE))).toBe('… 源')
    expect(cellsOf(line.slice(2))).toEqual([' ', '源', ''])
  })

  it('is as wide as its line, whatever it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.string(),
    )
    fc.assert(
      fc.property(text, fc.nat(30), fc.boolean(), (any, width, ascii) => {
        const look = ascii ? ASCII : UNICODE
        const line = cellText(any, look)
        expect(cellsOf(line)).toHaveLength(line.length)
        const cut = cutEnd(line, width, look)
        expect(cut.length).toBeLessThanOrEqual(width)
        expect(cellsOf(cut)).toHaveLength(cut.length)
        expect(shownText(line)).toMatch(ascii ? /^[ -~]*$/ : /^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}]*$/u)
      }),
    )
  })
})
