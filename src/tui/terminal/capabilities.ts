import type { Dialect } from './frame-encoder.ts'

/** How many colours: `8` has a brighter one of each in bold. */
export type ColourDepth = 'none' | '8' | '16' | '256' | 'true'

/** What the terminal can do, from the environment alone. */
export interface Capabilities {
  /** Name of the terminal description that blessed is to use. */
  readonly terminal: string
  readonly ascii: boolean
  readonly colours: ColourDepth
  /** Whether it may be asked for its background (`BACKGROUND_QUESTION`). */
  readonly tellsBackground: boolean
  /** Whether control sequences it does not know are ignored rather than printed. */
  readonly modern: boolean
  /** Which sequences it draws with. */
  readonly dialect: Dialect
}

/** Terminals that are not xterm's descendants. */
const OLD_TERMINAL = /^(linux|vt\d|dumb|ansi|cons25|sun)/
const WITHOUT_COLOUR = /^(vt\d|dumb)/
/** Their bare names promise no more than the 16 of aixterm; with more they say so, in TERM or in COLORTERM. */
const SIXTEEN_COLOURS = /^(xterm|xterm-(color|16color)|putty|screen|tmux|rxvt|rxvt-unicode)$/
/** OSC 11 with `?`: the background is answered as OSC 11 by those that know it, by others not at all. */
export const BACKGROUND_QUESTION = '\x1b]11;?\x07'
const TRUE_COLOUR = /^(truecolor|24bit)$/i
/** Used for all others: blessed can't read the 32-bit descriptions of today's terminals. */
export const XTERM = 'xterm-256color'

export function capabilitiesOf(env: NodeJS.ProcessEnv, asciiWanted: boolean): Capabilities {
  const term = (env['TERM'] ?? '').toLowerCase()
  const old = OLD_TERMINAL.test(term)
  const colours = coloursOf(env, term)
  return {
    terminal: old ? term : XTERM,
    // The fonts of old terminals and of the Linux console have no braille.
    ascii: asciiWanted || old || !isUtf8(env),
    colours,
    // GNU screen hands the question on, and the answer comes after that to the frame, maybe to the shell.
    tellsBackground: !old && colours !== 'none' && !isScreen(env, term),
    modern: !old,
    dialect: dialectOf(term),
  }
}

function coloursOf(env: NodeJS.ProcessEnv, term: string): ColourDepth {
  // https://no-color.org: any value that is not empty
  if (env['NO_COLOR'] || WITHOUT_COLOUR.test(term)) return 'none'
  // The Linux console takes the longer forms, and shows the nearest of its few.
  if (OLD_TERMINAL.test(term)) return '8'
  // GNU screen inherits the variable of a terminal whose colours it does not pass on.
  // The console of Windows and Windows Terminal set neither TERM nor COLORTERM.
  const isWindows = env['OS'] === 'Windows_NT' && term === ''
  const saysTrue = TRUE_COLOUR.test(env['COLORTERM'] ?? '') || /-direct\d*$/.test(term)
  if (!isScreen(env, term) && (saysTrue || isWindows || Boolean(env['WT_SESSION']))) return 'true'
  // tmux takes all of them, and passes on what the terminal around it has.
  return SIXTEEN_COLOURS.test(term) && !env['TMUX'] ? '16' : '256'
}

/** GNU screen, on this computer or the one that the user came from; TERM=screen is the name of tmux as well. */
function isScreen(env: NodeJS.ProcessEnv, term: string): boolean {
  return Boolean(env['STY']) || (term.startsWith('screen') && !env['TMUX'])
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
