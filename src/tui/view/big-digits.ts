/** Figures drawn large, of block characters or of ASCII. */

/** Rows from top to bottom, `#` for a dot; all rows of a character are as wide. */
const DOTS: Readonly<Record<string, readonly string[]>> = {
  '0': ['###', '# #', '# #', '# #', '###'],
  '1': [' # ', '## ', ' # ', ' # ', '###'],
  '2': ['###', '  #', '###', '#  ', '###'],
  '3': ['###', '  #', '###', '  #', '###'],
  '4': ['# #', '# #', '###', '  #', '  #'],
  '5': ['###', '#  ', '###', '  #', '###'],
  '6': ['###', '#  ', '###', '# #', '###'],
  '7': ['###', '  #', '  #', '  #', '  #'],
  '8': ['###', '# #', '###', '# #', '###'],
  '9': ['###', '# #', '###', '  #', '###'],
  '-': ['   ', '   ', '###', '   ', '   '],
  '.': [' ', ' ', ' ', ' ', '#'],
  e: ['   ', '###', '###', '#  ', '###'],
  '#': ['###', '###', '###', '###', '###'],
  ' ': ['   ', '   ', '   ', '   ', '   '],
}
/** Seven segments, for three rows of ASCII. */
const SEGMENTS: Readonly<Record<string, readonly string[]>> = {
  '0': [' _ ', '| |', '|_|'],
  '1': ['   ', '  |', '  |'],
  '2': [' _ ', ' _|', '|_ '],
  '3': [' _ ', ' _|', ' _|'],
  '4': ['   ', '|_|', '  |'],
  '5': [' _ ', '|_ ', ' _|'],
  '6': [' _ ', '|_ ', '|_|'],
  '7': [' _ ', '  |', '  |'],
  '8': [' _ ', '|_|', '|_|'],
  '9': [' _ ', '|_|', ' _|'],
  '-': ['   ', ' _ ', '   '],
  '.': [' ', ' ', '.'],
  e: [' _ ', '|_|', '|_ '],
  '#': ['###', '###', '###'],
  ' ': ['   ', '   ', '   '],
}
/** Upper and lower dot of a cell. */
const HALVES: Readonly<Record<string, string>> = { '  ': ' ', '# ': '▀', ' #': '▄', '##': '█' }

/** Of three rows, or of five with dots two cells wide. */
export type DigitRows = 3 | 5

/**
 * A number drawn large: as many lines as rows, all equally wide; every character has the same width from
 * picture to picture. A character that it can't draw is a space.
 */
export function bigDigits(text: string, rows: DigitRows, ascii: boolean): readonly string[] {
  const drawn = [...text].map((char) => digit(char, rows, ascii))
  return Array.from({ length: rows }, (_, row) => drawn.map((each) => each[row] ?? '').join(' '))
}

/** How wide that is, in cells. */
export function bigWidth(text: string, rows: DigitRows): number {
  return bigDigits(text, rows, true)[0]?.length ?? 0
}

function digit(char: string, rows: DigitRows, ascii: boolean): readonly string[] {
  const dots = DOTS[char] ?? DOTS[' '] ?? []
  if (rows === 5) {
    const dot = ascii ? '##' : '██'
    return dots.map((row) => row.replaceAll(' ', '  ').replaceAll('#', dot))
  }
  if (ascii) return SEGMENTS[char] ?? SEGMENTS[' '] ?? []
  return [0, 2, 4].map((top) => {
    const below = dots[top + 1] ?? ''
    return [...(dots[top] ?? '')].map((dot, i) => HALVES[dot + (below[i] ?? ' ')] ?? ' ').join('')
  })
}
