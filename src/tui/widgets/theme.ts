import type { ColourRole } from '../../domain/channels.ts'
import type { Style } from '../view/styled.ts'

/**
 * Colours of the 256-colour palette that stay apart for the colour-blind: for
 * V, A and W sky blue, orange and reddish purple (after Okabe and Ito); for extra
 * channels the eight that are farthest from these and from each other (24 or more
 * in CIE Lab, also as seen with protanopia and deuteranopia, simulated after Machado
 * et al. 2009). blessed reduces them for terminals with fewer. No meaning hangs on
 * a colour alone: each has a letter, a word or a place beside it.
 */
export const ROLE_COLOUR: Readonly<Record<ColourRole, number>> = {
  voltage: 75,
  current: 214,
  power: 176,
  extra0: 230,
  extra1: 131,
  extra2: 63,
  extra3: 130,
  extra4: 228,
  extra5: 225,
  extra6: 143,
  extra7: 248,
}

interface Appearance {
  readonly foreground?: number
  readonly bold?: boolean
  readonly inverse?: boolean
}

const APPEARANCES: Readonly<Record<Exclude<Style, ColourRole>, Appearance>> = {
  plain: {},
  dim: { foreground: 245 },
  bold: { bold: true },
  good: { foreground: 36 },
  warn: { foreground: 220, bold: true },
  bad: { foreground: 203, bold: true, inverse: true },
  remark: { foreground: 51 },
  invert: { inverse: true },
}

const DEFAULT = 0x1ff
const BOLD = 1
const INVERSE = 8

/** A style as blessed keeps it in a cell: flags, foreground, background in 9 bits each. */
export function attributeOf(style: Style, colour: boolean): number {
  const { foreground: wanted, bold, inverse } = appearanceOf(style)
  const flags = (bold ? BOLD : 0) | (inverse ? INVERSE : 0)
  const foreground = colour ? (wanted ?? DEFAULT) : DEFAULT
  return (flags << 18) | (foreground << 9) | DEFAULT
}

function appearanceOf(style: Style): Appearance {
  return isRole(style) ? { foreground: ROLE_COLOUR[style] } : APPEARANCES[style]
}

function isRole(style: Style): style is ColourRole {
  return style in ROLE_COLOUR
}
