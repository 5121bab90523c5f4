/** A colour as `#rrggbb`. */
export type Rgb = `#${string}`

type Parts = readonly [red: number, green: number, blue: number]

/** Steps of the colour cube of the 256-colour palette, as xterm has it. */
const CUBE: readonly number[] = [0, 95, 135, 175, 215, 255]
const CUBE_FROM = 16
const GREYS_FROM = 232

/** Red, green and blue, 0 to 255. */
export function partsOf(rgb: Rgb): Parts {
  const value = Number.parseInt(rgb.slice(1), 16)
  return [(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]
}

/** Luminance, 0 to 1 (WCAG 2.2, "relative luminance"). */
export function luminance(rgb: Rgb): number {
  const [red, green, blue] = partsOf(rgb).map(linear) as unknown as Parts
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** 1 to 21 (WCAG 2.2, "contrast ratio"): 4.5 is asked for of text, 3 of graphics. */
export function contrast(one: Rgb, other: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** Light as it is, 0 to 1, of a part as it is encoded, 0 to 255 (IEC 61966-2-1). */
export function linear(part: number): number {
  const encoded = part / 255
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4
}

/** A colour of the 256-colour palette; those below 16 are the terminal's own, and no known colour. */
export function paletteColour(index: number): Rgb {
  const grey = 8 + 10 * (index - GREYS_FROM)
  const at = index - CUBE_FROM
  const parts =
    index >= GREYS_FROM
      ? [grey, grey, grey]
      : [Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((step) => CUBE[step] ?? 0)
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

/** The colour of the 256-colour palette, 16 or more, that comes nearest. */
export function nearestInPalette(rgb: Rgb): number {
  let best = CUBE_FROM
  let least = Number.POSITIVE_INFINITY
  for (let index = CUBE_FROM; index < 256; index++) {
    const distance = squareDistance(rgb, paletteColour(index))
    if (distance < least) [best, least] = [index, distance]
  }
  return best
}

function squareDistance(one: Rgb, other: Rgb): number {
  const b = partsOf(other)
  return partsOf(one).reduce((sum, part, i) => sum + (part - (b[i] ?? 0)) ** 2, 0)
}
