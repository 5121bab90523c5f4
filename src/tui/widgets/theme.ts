import type { Style } from '../view-model/styled.ts'

/**
 * Colours of the 256-colour palette that stay apart for the colour-blind
 * (after Okabe and Ito): sky blue, orange, reddish purple. blessed reduces
 * them for terminals with fewer. No meaning hangs on a colour alone: each has a
 * letter, a word or a place beside it.
 */
export const QUANTITY_COLOUR = { voltage: 75, current: 214, power: 176 } as const

interface Look {
  readonly foreground?: number
  readonly bold?: boolean
  readonly inverse?: boolean
}

const LOOKS: Readonly<Record<Style, Look>> = {
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
  const look = LOOKS[style]
  const flags = (look.bold ? BOLD : 0) | (look.inverse ? INVERSE : 0)
  const foreground = colour ? (look.foreground ?? DEFAULT) : DEFAULT
  return (flags << 18) | (foreground << 9) | DEFAULT
}
