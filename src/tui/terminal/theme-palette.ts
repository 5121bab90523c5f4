import { nearestInPalette, paletteColour, partsOf, type Rgb } from '../../theme/rgb.ts'
import { colourOf, SIXTEEN, STYLES, type Style, type Theme, WEIGHT } from '../../theme/themes.ts'
import type { ColourDepth } from './capabilities.ts'
import { FLAG, type Palette, PLAIN, type Rendition } from './rendition.ts'

/** blessed packs flags, foreground and background into an attribute, 9 bits each; this is the terminal's own colour. */
const DEFAULT = 0x1ff

/** A style as it stands in a cell: its place in `STYLES` where blessed has a colour. */
export function attributeOf(style: Style): number {
  const place = style === 'plain' ? DEFAULT : STYLES.indexOf(style)
  return (place << 9) | DEFAULT
}

export function styleOf(attribute: number): Style {
  return STYLES[(attribute >> 9) & DEFAULT] ?? 'plain'
}

/** How the cells of a theme look on a terminal with so many colours. */
export function themePalette(theme: Theme, depth: ColourDepth): Palette {
  return (attribute) => renditionOf(styleOf(attribute), theme, depth)
}

export function renditionOf(style: Style, theme: Theme, depth: ColourDepth): Rendition {
  if (style === 'plain') return PLAIN
  const { bold, inverse } = WEIGHT[style] ?? {}
  const flags = (bold ? FLAG.bold : 0) | (inverse ? FLAG.inverse : 0)
  const rgb = colourOf(theme, style)
  if (rgb === null || depth === 'none') return { flags, foreground: '', background: '' }
  if (depth === 'true' || depth === '256') {
    return { flags, foreground: exact(rgb, depth === 'true'), background: '' }
  }
  const colour = SIXTEEN[theme.ground][style as keyof (typeof SIXTEEN)['dark']]
  if (colour < 8) return { flags, foreground: String(30 + colour), background: '' }
  // The Linux console knows 90 to 97 as well, but leaves what follows bold.
  const isBold = depth === '8'
  return {
    flags: isBold ? flags | FLAG.bold : flags,
    foreground: String((isBold ? 30 : 90) + colour - 8),
    background: '',
  }
}

/** The palette's colours in their shorter form where they are the same. */
function exact(rgb: Rgb, isTrueColour: boolean): string {
  const nearest = nearestInPalette(rgb)
  return !isTrueColour || paletteColour(nearest) === rgb
    ? `38;5;${nearest}`
    : `38;2;${partsOf(rgb).join(';')}`
}
