import { nearestInPalette, paletteColour, partsOf, type Rgb } from '../../theme/rgb.ts'
import { colourOf, SIXTEEN, STYLES, type Style, type Theme, WEIGHT } from '../../theme/themes.ts'
import type { ColourDepth } from './capabilities.ts'
import { FLAG, type Palette, PLAIN, type Rendition } from './rendition.ts'

/** blessed packs flags, foreground and background into an attribute, 9 bits each; this is the terminal's own colour. */
const DEFAULT = 0x1ff

const ATTRIBUTES: ReadonlyMap<Style, number> = new Map(
  STYLES.map((style, place) => [style, ((style === 'plain' ? DEFAULT : place) << 9) | DEFAULT]),
)

/** A style as it stands in a cell: its place in `STYLES` where blessed has a colour. */
export function attributeOf(style: Style): number {
  return ATTRIBUTES.get(style) as number
}

export function styleOf(attribute: number): Style {
  return STYLES[(attribute >> 9) & DEFAULT] ?? 'plain'
}

/** The background of a style as a widget of blessed's may have it: a colour of the 256, never 0, which counts as none there. */
export function groundOf(style: Style): number {
  return STYLES.indexOf(style) + 1
}

/** How the cells of a theme look on a terminal with so many colours. */
export function themePalette(theme: Theme, depth: ColourDepth): Palette {
  return (attribute) => {
    const rendition = renditionOf(styleOf(attribute), theme, depth)
    const ground = attribute & DEFAULT
    if (ground === DEFAULT) return rendition
    const colour = colourCode(STYLES[ground - 1] ?? 'plain', theme, depth)
    return colour === '' ? rendition : { ...rendition, background: asBackground(colour) }
  }
}

export function renditionOf(style: Style, theme: Theme, depth: ColourDepth): Rendition {
  if (style === 'plain') return PLAIN
  const { bold, inverse } = WEIGHT[style] ?? {}
  const flags = (bold ? FLAG.bold : 0) | (inverse ? FLAG.inverse : 0)
  const foreground = colourCode(style, theme, depth)
  // The Linux console knows 90 to 97 as well, but leaves what follows bold.
  if (depth !== '8' || !foreground.startsWith('9')) return { flags, foreground, background: '' }
  return { flags: flags | FLAG.bold, foreground: `3${foreground.slice(1)}`, background: '' }
}

/** SGR parameters of a foreground; empty: the terminal's own. */
function colourCode(style: Style, theme: Theme, depth: ColourDepth): string {
  const rgb = colourOf(theme, style)
  if (rgb === null || depth === 'none') return ''
  if (depth === 'true' || depth === '256') return exact(rgb, depth === 'true')
  const colour = SIXTEEN[theme.ground][style as keyof (typeof SIXTEEN)['dark']]
  return String(colour < 8 ? 30 + colour : 90 + colour - 8)
}

/** `38;5;75` as `48;5;75`, `34` as `44`, `94` as `104`. */
function asBackground(foreground: string): string {
  const [first = '', ...others] = foreground.split(';')
  return [Number(first) + 10, ...others].join(';')
}

/** The palette's colours in their shorter form where they are the same. */
function exact(rgb: Rgb, isTrueColour: boolean): string {
  const nearest = nearestInPalette(rgb)
  return !isTrueColour || paletteColour(nearest) === rgb
    ? `38;5;${nearest}`
    : `38;2;${partsOf(rgb).join(';')}`
}
