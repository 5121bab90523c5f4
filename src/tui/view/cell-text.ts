import { cleanText } from '../../domain/sample.ts'
import type { Look } from './look.ts'

/**
 * Blocks whose characters are one cell wide in every terminal: Latin to
 * Georgian, Latin and Greek additions, dashes and quotes, currency, letterlike
 * signs, arrows, mathematics, box drawing, block elements.
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
]
const NO_CELL = /[\p{M}\p{Cf}\p{Cn}\p{Co}\p{Cs}]/u

function isNarrow(char: string): boolean {
  const code = char.codePointAt(0) ?? 0
  return NARROW.some(([first, last]) => code >= first && code <= last) && !NO_CELL.test(char)
}

/**
 * Text from outside (device names, notes, paths), one cell a character:
 * nothing in it can move the cursor, and nothing wide or combining can shift
 * the columns to its right.
 */
export function cellText(text: string, look: Look): string {
  let cells = ''
  for (const char of cleanText(text)) {
    cells += isNarrow(char) && (!look.ascii || char <= '~') ? char : '?'
  }
  return cells
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
