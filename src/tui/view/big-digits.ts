/** Figures, units and words drawn large, of block characters or of ASCII. */

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
  A: ['###', '# #', '###', '# #', '# #'],
  C: ['###', '#  ', '#  ', '#  ', '###'],
  D: ['## ', '# #', '# #', '# #', '## '],
  E: ['###', '#  ', '###', '#  ', '###'],
  F: ['###', '#  ', '###', '#  ', '#  '],
  G: ['###', '#  ', '# #', '# #', '###'],
  H: ['# #', '# #', '###', '# #', '# #'],
  I: ['#', '#', '#', '#', '#'],
  K: ['# #', '# #', '## ', '# #', '# #'],
  L: ['#  ', '#  ', '#  ', '#  ', '###'],
  M: ['#   #', '## ##', '# # #', '#   #', '#   #'],
  N: ['#  #', '## #', '# ##', '#  #', '#  #'],
  O: ['###', '# #', '# #', '# #', '###'],
  P: ['###', '# #', '###', '#  ', '#  '],
  R: ['###', '# #', '## ', '# #', '# #'],
  S: ['###', '#  ', '###', '  #', '###'],
  T: ['###', ' # ', ' # ', ' # ', ' # '],
  U: ['# #', '# #', '# #', '# #', '###'],
  V: ['# #', '# #', '# #', '# #', ' # '],
  W: ['#   #', '#   #', '# # #', '## ##', '#   #'],
  k: ['#  ', '#  ', '# #', '## ', '# #'],
  m: ['     ', '     ', '#####', '# # #', '# # #'],
  µ: ['   ', '   ', '# #', '###', '#  '],
  u: ['   ', '   ', '# #', '# #', '###'],
  '!': ['#', '#', '#', ' ', '#'],
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
  A: [' _ ', '|_|', '| |'],
  C: [' _ ', '|  ', '|_ '],
  D: [' _ ', '| \\', '|_/'],
  E: [' _ ', '|_ ', '|_ '],
  F: [' _ ', '|_ ', '|  '],
  G: [' _ ', '|  ', '|_|'],
  H: ['   ', '|_|', '| |'],
  I: [' ', '|', '|'],
  K: ['   ', '|/ ', '|\\ '],
  L: ['   ', '|  ', '|_ '],
  M: ['    ', '|\\/|', '|  |'],
  N: ['   ', '|\\|', '| |'],
  O: [' _ ', '| |', '|_|'],
  P: [' _ ', '|_|', '|  '],
  R: [' _ ', '|_)', '| \\'],
  S: [' _ ', '|_ ', ' _|'],
  T: ['___', ' | ', ' | '],
  U: ['   ', '| |', '|_|'],
  V: ['    ', '\\  /', ' \\/ '],
  W: ['    ', '|  |', '|/\\|'],
  k: ['   ', '|/ ', '|\\ '],
  m: ['     ', ' _ _ ', '| | |'],
  u: ['   ', '   ', '|_|'],
  '!': [' ', '|', '.'],
}
/** Upper and lower dot of a cell. */
const HALVES: Readonly<Record<string, string>> = { '  ': ' ', '# ': '▀', ' #': '▄', '##': '█' }

/** Of three rows, or of a multiple of five with dots twice as wide as high. */
export type DigitRows = 3 | 5 | 10 | 15 | 20

/**
 * Text drawn large: as many lines as rows, all equally wide; every digit has the same width from
 * picture to picture. A character that it can't draw is a space.
 */
export function bigDigits(text: string, rows: DigitRows, ascii: boolean): readonly string[] {
  const drawn = [...text].map((char) => digit(char, rows, ascii))
  const gap = ' '.repeat(Math.max(1, Math.floor(rows / 5)))
  return Array.from({ length: rows }, (_, row) => drawn.map((each) => each[row] ?? '').join(gap))
}

/** How wide that is, in cells. */
export function bigWidth(text: string, rows: DigitRows, ascii = false): number {
  return bigDigits(text, rows, ascii)[0]?.length ?? 0
}

/** Whether every character of it can be drawn large. */
export function isDrawn(text: string, rows: DigitRows, ascii: boolean): boolean {
  const signs = ascii && rows === 3 ? SEGMENTS : DOTS
  return [...text].every((char) => Object.hasOwn(signs, char))
}

function digit(char: string, rows: DigitRows, ascii: boolean): readonly string[] {
  const dots = drawnAs(DOTS, char)
  if (rows !== 3) {
    const times = rows / 5
    const dot = (ascii ? '#' : '█').repeat(2 * times)
    const wide = dots.map((row) =>
      row.replaceAll(' ', ' '.repeat(2 * times)).replaceAll('#', () => dot),
    )
    return wide.flatMap((row) => Array.from({ length: times }, () => row))
  }
  if (ascii) return drawnAs(SEGMENTS, char)
  return [0, 2, 4].map((top) => {
    const below = dots[top + 1] ?? ''
    return [...(dots[top] ?? '')].map((dot, i) => HALVES[dot + (below[i] ?? ' ')] ?? ' ').join('')
  })
}

function drawnAs(
  signs: Readonly<Record<string, readonly string[]>>,
  char: string,
): readonly string[] {
  return (Object.hasOwn(signs, char) ? signs[char] : signs[' ']) ?? []
}
