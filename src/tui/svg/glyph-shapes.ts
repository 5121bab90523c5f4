/** A cell of a picture, in its units: the advance of a monospaced font of 13.33 units, and its line. */
export const CELL = { width: 8, height: 17 } as const

const { width: W, height: H } = CELL
const [MIDDLE_X, MIDDLE_Y] = [W / 2, H / 2]
/** Half the thickness of a line. */
const THIN = 0.5
const DOT = 2

/** Which arms a box-drawing character has. */
const ARMS: Readonly<Record<string, string>> = {
  '─': 'lr',
  '│': 'ud',
  '┌': 'rd',
  '┐': 'ld',
  '└': 'ru',
  '┘': 'lu',
  '├': 'udr',
  '┤': 'udl',
  '┬': 'lrd',
  '┴': 'lru',
  '┼': 'lrud',
}

/** Parts of a cell that are filled: from the left, the top, width and height, as shares of it. */
const BLOCKS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  '█': [0, 0, 1, 1],
  '▀': [0, 0, 1, 0.5],
  '▄': [0, 0.5, 1, 0.5],
  '▌': [0, 0, 0.5, 1],
  '▐': [0.5, 0, 0.5, 1],
  '┃': [0.4, 0, 0.2, 1],
  '·': [0.42, 0.46, 0.16, 0.08],
  '╌': [0.1, 0.47, 0.8, 0.06],
  '╎': [0.45, 0.1, 0.1, 0.8],
}
/** Share of the area that is filled. */
const SHADES: Readonly<Record<string, number>> = { '░': 2, '▒': 3, '▓': 4 }

/**
 * A character whose place in its cell matters, as path data: fonts have braille and box drawing in widths of
 * their own, or not at all. null: it is text.
 */
export function glyphShape(char: string, x: number, y: number): string | null {
  const code = char.charCodeAt(0)
  if (code >= 0x2800 && code <= 0x28ff) return braille(code - 0x2800, x, y)
  const block = BLOCKS[char]
  if (block !== undefined) {
    const [left, top, width, height] = block
    return rectangle(x + left * W, y + top * H, width * W, height * H)
  }
  const arms = ARMS[char]
  if (arms !== undefined) return [...arms].map((arm) => armShape(arm, x, y)).join('')
  const shade = SHADES[char]
  return shade === undefined ? null : lines(shade, x, y)
}

/** Bits of the dots, left column and right column from the top (Unicode, "Braille Patterns"). */
const BRAILLE_BITS: readonly (readonly number[])[] = [
  [0, 1, 2, 6],
  [3, 4, 5, 7],
]

function braille(bits: number, x: number, y: number): string {
  return BRAILLE_BITS.flatMap((column, i) =>
    column.flatMap((bit, row) => {
      if ((bits & (1 << bit)) === 0) return []
      const [left, top] = [(i + 0.5) * (W / 2), (row + 0.5) * (H / 4)]
      return [rectangle(x + left - DOT / 2, y + top - DOT / 2, DOT, DOT)]
    }),
  ).join('')
}

function armShape(arm: string, x: number, y: number): string {
  const [left, top] = [x + MIDDLE_X - THIN, y + MIDDLE_Y - THIN]
  if (arm === 'l') return rectangle(x, top, MIDDLE_X + THIN, 2 * THIN)
  if (arm === 'r') return rectangle(left, top, MIDDLE_X + THIN, 2 * THIN)
  if (arm === 'u') return rectangle(left, y, 2 * THIN, MIDDLE_Y + THIN)
  return rectangle(left, top, 2 * THIN, MIDDLE_Y + THIN)
}

/** Level lines across the cell, the more the darker. */
function lines(count: number, x: number, y: number): string {
  const step = H / count
  return Array.from({ length: count }, (_, i) => rectangle(x, y + i * step, W, step / 2)).join('')
}

function rectangle(x: number, y: number, width: number, height: number): string {
  return `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h-${short(width)}z`
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10)
}
