import { cleanText } from '../../domain/sample.ts'
import { unitsFor } from './cell-units.ts'
import type { Look } from './look.ts'

/**
 * Blocks whose characters are one cell wide in every terminal: Latin to
 * Georgian, Latin and Greek additions, dashes and quotes, currency, letterlike
 * signs, arrows, mathematics, box drawing, block elements,
 * half-width kana.
 */
const NARROW: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa0, 0x10ff],
  [0x1e00, 0x1fff],
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x20a0, 0x20bf],
  [0x2100, 0x218f],
  [0x2190, 0x21ff],
  [0x2200, 0x22ff],
  [0x2500, 0x25a0],
  [0xff61, 0xff9f],
]
/** Two cells wide: the blocks of East Asian Width W and F (Unicode 15.1, UAX #11), and what is an emoji by itself. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2fb],
  [0x20000, 0x3fffd],
]
const EMOJI = /\p{Emoji_Presentation}/u
/** Flags are pairs of letters, and a colour of skin changes the emoji before it: terminals disagree on how wide. */
const LETTER_OF_FLAG = /[\u{1f1e6}-\u{1f1ff}]/u
const MODIFIER = /[\p{Mn}\p{Me}\p{Cf}\p{Emoji_Modifier}]/u
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
const NO_CHARACTER = /[\p{Cn}\p{Co}\p{Cs}\ufffd]/u
/** More of them would stand on top of each other. */
const MARKS_MOST = 4

/** What stands for signs that ASCII lacks. */
const ASCII: ReadonlyMap<string, string> = new Map([
  ['°', 'deg'],
  ['µ', 'u'],
  ['μ', 'u'],
  ['Ω', 'Ohm'],
  ['Ω', 'Ohm'],
  ['·', '.'],
  ['×', 'x'],
  ['±', '+-'],
  ['²', '2'],
  ['³', '3'],
  ['…', '...'],
  ['–', '-'],
  ['—', '-'],
  ['‘', "'"],
  ['’', "'"],
  ['“', '"'],
  ['”', '"'],
  ['→', '->'],
  ['≤', '<='],
  ['≥', '>='],
  ['ß', 'ss'],
  ['\u00a0', ' '],
])

function isIn(ranges: readonly (readonly [number, number])[], char: string): boolean {
  const code = char.codePointAt(0) ?? 0
  return ranges.some(([first, last]) => code >= first && code <= last)
}

/**
 * Text from outside (device names, notes, paths) for a line, one unit a cell: nothing in it can move the
 * cursor or shift the columns to its right. Marks go to the character before them; what the terminal
 * can't show, or what runs from right to left, is written as `U+96FB`, so that names stay different.
 */
export function cellText(text: string, look: Look): string {
  const clean = cleanText(text)
  if (/^[ -~]*$/.test(clean)) return clean
  return look.ascii ? asciiText(clean) : unicodeText(clean)
}

function unicodeText(text: string): string {
  let cells = ''
  // What marks that follow belong to; null: nothing.
  let base: {
    readonly begin: number
    readonly isWide: boolean
    text: string
    marks: number
  } | null = null
  for (const char of text.normalize('NFC')) {
    if (MODIFIER.test(char)) {
      if (base === null || !/[\p{Mn}\p{Me}]/u.test(char) || base.marks === MARKS_MOST) continue
      base.text += char
      base.marks++
      const units = unitsFor(base.text, base.isWide)
      if (units !== null) cells = cells.slice(0, base.begin) + units
      continue
    }
    const isWide = !LETTER_OF_FLAG.test(char) && (isIn(WIDE, char) || EMOJI.test(char))
    const isPlain = isIn(NARROW, char) && !RIGHT_TO_LEFT.test(char)
    const units = NO_CHARACTER.test(char)
      ? '?'
      : isPlain
        ? char
        : ((isWide ? unitsFor(char, true) : null) ?? codeText(char))
    base = isPlain || isWide ? { begin: cells.length, isWide, text: char, marks: 0 } : null
    cells += units
  }
  return cells
}

function asciiText(text: string): string {
  let cells = ''
  for (const char of text) {
    if (char <= '~') cells += char
    else if (ASCII.has(char)) cells += ASCII.get(char)
    else if (NO_CHARACTER.test(char)) cells += '?'
    else if (!MODIFIER.test(char)) cells += withoutMarks(char)
  }
  return cells
}

/** `é` as `e`, `電` as `U+96FB`. */
function withoutMarks(char: string): string {
  const [base = ''] = char.normalize('NFKD')
  return base > ' ' && base <= '~' ? base : codeText(char)
}

function codeText(char: string): string {
  if (LETTER_OF_FLAG.test(char)) {
    return String.fromCharCode(65 + (char.codePointAt(0) ?? 0) - 0x1f1e6)
  }
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase()
  return `U+${code.padStart(4, '0')}`
}

/** At most `width` cells, cut at the end. */
export function cutEnd(text: string, width: number, look: Look): string {
  if (text.length <= width) return text
  return width <= 0 ? '' : text.slice(0, width - 1) + look.glyphs.ellipsis
}

/** At most `width` cells, cut at the front: the end of a path says more. */
export function cutFront(text: string, width: number, look: Look): string {
  if (text.length <= width) return text
  return width <= 0 ? '' : look.glyphs.ellipsis + text.slice(text.length - width + 1)
}
