import { luminance, type Rgb } from './rgb.ts'
import type { Theme } from './themes.ts'

/** `rgb:1e1e/1e1e/1e1e`, with one to four digits each, or `rgba:`; XParseColor(3). */
const SPECIFICATION = /rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i
/** Where black and white text are read equally well (WCAG's contrast with either is the same). */
const MIDDLE = 0.179

/** What a terminal answers when asked for its background (OSC 11); null: it is no colour. */
export function groundOfAnswer(text: string): Theme['ground'] | null {
  const match = SPECIFICATION.exec(text)
  if (match === null) return null
  const parts = match.slice(1).map((digits) => {
    const part = Math.round((Number.parseInt(digits, 16) / (16 ** digits.length - 1)) * 255)
    return part.toString(16).padStart(2, '0')
  })
  return groundOf(`#${parts.join('')}`)
}

/**
 * `COLORFGBG` as rxvt and Konsole set it: `15;0`, `0;default;15`. The background stands last.
 * null: it says nothing.
 */
export function groundOfEnvironment(text: string | undefined): Theme['ground'] | null {
  const last = text?.split(';').at(-1) ?? ''
  if (!/^\d{1,2}$/.test(last)) return null
  const colour = Number(last)
  // White, and the bright colours but for grey.
  return colour === 7 || (colour > 8 && colour < 16) ? 'light' : 'dark'
}

function groundOf(rgb: Rgb): Theme['ground'] {
  return luminance(rgb) > MIDDLE ? 'light' : 'dark'
}
