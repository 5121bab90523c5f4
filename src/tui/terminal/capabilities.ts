import type { Dialect } from './frame-encoder.ts'

/** What the terminal can do, from the environment alone. */
export interface Capabilities {
  /** Name of the terminal description that blessed is to use. */
  readonly terminal: string
  readonly ascii: boolean
  readonly colour: boolean
  /** Whether control sequences it does not know are ignored rather than printed. */
  readonly modern: boolean
  /** Which sequences it draws with. */
  readonly dialect: Dialect
}

/** Terminals that are not xterm's descendants. */
const OLD_TERMINAL = /^(linux|vt\d|dumb|ansi|cons25|sun)/
const WITHOUT_COLOUR = /^(vt\d|dumb)/
/** Used for all others: blessed can't read the 32-bit descriptions of today's terminals. */
export const XTERM = 'xterm-256color'

export function capabilitiesOf(env: NodeJS.ProcessEnv, asciiWanted: boolean): Capabilities {
  const term = (env['TERM'] ?? '').toLowerCase()
  const old = OLD_TERMINAL.test(term)
  return {
    terminal: old ? term : XTERM,
    // The fonts of old terminals and of the Linux console have no braille.
    ascii: asciiWanted || old || !isUtf8(env),
    // https://no-color.org: any value that is not empty
    colour: !env['NO_COLOR'] && !WITHOUT_COLOUR.test(term),
    modern: !old,
    dialect: dialectOf(term),
  }
}

/** The Linux console knows what xterm does; of the others nothing is taken for granted. */
function dialectOf(term: string): Dialect {
  const known = term === 'linux' || !OLD_TERMINAL.test(term)
  return { selective: known, erase: known, shift: known }
}

/** Nothing set means UTF-8 too: containers set no locale, and every terminal of today reads it. */
function isUtf8(env: NodeJS.ProcessEnv): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'UTF-8'
  return /utf-?8/i.test(locale)
}
