import type { Style } from '../view/styled.ts'

/**
 * Colours of the 256-colour palette that stay apart for the colour-blind
 * (after Okabe and Ito): sky blue, orange, reddish purple. blessed reduces
 * them for terminals with fewer. No meaning hangs on a colour alone: each has a
 * letter, a word or a place beside it.
 */
export const QUANTITY_COLOUR = { voltage: 75, current: 214, power: 176 } as const

interface Appearance {
  readonly foreground?: number
  readonly bold?: boolean
  readonly inverse?: boolean
}

const APPEARANCES: Readonly<Record<Style, Appearance>> = {
  plain: {},
  dim: { foreground: 245 },
  bold: { bold: true },
  voltage: { foreground: QUANTITY_COLOUR.voltage },
  current: { foreground: QUANTITY_COLOUR.current },
  power: { foreground: QUANTITY_COLOUR.power },
  good: { foreground: 36 },
  warn: { foreground: 220, bold: true },
  bad: { foreground: 203, bold: true, inverse: true },
  invert: { inverse: true },
}

const DEFAULT = 0x1ff
const BOLD = 1
const INVERSE = 8

/** A style as blessed keeps it in a cell: flags, foreground, background in 9 bits each. */
export function attributeOf(style: Style, colour: boolean): number {
  const { foreground: wanted, bold, inverse } = APPEARANCES[style]
  const flags = (bold ? BOLD : 0) | (inverse ? INVERSE : 0)
  const foreground = colour ? (wanted ?? DEFAULT) : DEFAULT
  return (flags << 18) | (foreground << 9) | DEFAULT
}
