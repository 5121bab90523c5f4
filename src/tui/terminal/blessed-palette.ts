import blessed from 'blessed'
import { type Palette, PLAIN, type Rendition } from './rendition.ts'

/** Both colours of an attribute of blessed: 9 bits each, this one for the terminal's own. */
const DEFAULT = 0x1ff
const { reduce } = (
  blessed as unknown as { colors: { reduce(colour: number, of: number): number } }
).colors

/** Attributes as blessed packs them: flags, foreground, background. @param colours how many the terminal has */
export function blessedPalette(colours: number): Palette {
  return (attribute): Rendition => {
    const flags = attribute >> 18
    const foreground = colourCode((attribute >> 9) & DEFAULT, colours, 30)
    const background = colourCode(attribute & DEFAULT, colours, 40)
    const isPlain = flags === 0 && foreground === '' && background === ''
    return isPlain ? PLAIN : { flags, foreground, background }
  }
}

/** @param base of the code for black: 30 or 40 */
function colourCode(colour: number, colours: number, base: 30 | 40): string {
  if (colour === DEFAULT) return ''
  const own = reduce(colour, colours)
  if (own < 8) return String(base + own)
  return own < 16 ? String(base + 60 + own - 8) : `${base + 8};5;${own}`
}
