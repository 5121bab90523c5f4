/** How a cell looks, apart from its character: what SGR sequences set. */
export interface Rendition {
  /** Of `FLAG`. */
  readonly flags: number
  /** SGR parameters, such as `38;5;75`; empty: the terminal's own colour. */
  readonly foreground: string
  readonly background: string
}

/** How an attribute of a cell looks on this terminal: where themes and fewer colours come in. */
export type Palette = (attribute: number) => Rendition

/** As blessed has them in the upper bits of an attribute, and what it has not. */
export const FLAG = {
  bold: 1,
  underline: 2,
  blink: 4,
  inverse: 8,
  invisible: 16,
  dim: 32,
  italic: 64,
  strike: 128,
} as const

/** What can be seen of a blank. */
const BLANK_FLAGS = FLAG.underline | FLAG.inverse | FLAG.strike
/** Both end with 22. */
const WEIGHT = FLAG.bold | FLAG.dim

const CODES: readonly (readonly [flag: number, on: string, off: string])[] = [
  [FLAG.bold, '1', '22'],
  [FLAG.dim, '2', '22'],
  [FLAG.italic, '3', '23'],
  [FLAG.underline, '4', '24'],
  [FLAG.blink, '5', '25'],
  [FLAG.inverse, '7', '27'],
  [FLAG.invisible, '8', '28'],
  [FLAG.strike, '9', '29'],
]

export const PLAIN: Rendition = { flags: 0, foreground: '', background: '' }
export const RESET = '\x1b[m'

/** Whether nothing but the background is seen of a blank: what erasing leaves. */
export function isErased(rendition: Rendition): boolean {
  return (rendition.flags & BLANK_FLAGS) === 0 && rendition.background === ''
}

export function isSame(one: Rendition, other: Rendition): boolean {
  if (one === other) return true
  return (
    one.flags === other.flags &&
    one.foreground === other.foreground &&
    one.background === other.background
  )
}

/** Whether a blank looks the same in both: of its foreground nothing is seen, unless it is inverse or underlined. */
export function isSameBlank(one: Rendition, other: Rendition): boolean {
  if ((one.flags | other.flags) & BLANK_FLAGS) return isSame(one, other)
  return one.background === other.background
}

/**
 * The shortest sequence from one rendition to another.
 *
 * @param selective false: the terminal knows no code that ends a single flag or colour (VT100)
 */
export function renditionChange(from: Rendition, to: Rendition, selective: boolean): string {
  if (isSame(from, to)) return ''
  const changes = changesFrom(from, selective ? selectiveChanges : plainChanges)
  const known = changes.get(to)
  if (known !== undefined) return known
  const change = changeOf(from, to, selective)
  changes.set(to, change)
  return change
}

type Changes = WeakMap<Rendition, string>

/** Of each pair of renditions: a theme has few, and makes each once. */
const selectiveChanges = new WeakMap<Rendition, Changes>()
const plainChanges = new WeakMap<Rendition, Changes>()

function changesFrom(from: Rendition, all: WeakMap<Rendition, Changes>): Changes {
  const known = all.get(from)
  if (known !== undefined) return known
  const changes: Changes = new WeakMap()
  all.set(from, changes)
  return changes
}

function changeOf(from: Rendition, to: Rendition, selective: boolean): string {
  const anew = sgr(['', ...codesOn(to.flags), to.foreground, to.background])
  if (!selective) return anew
  const ended = from.flags & ~to.flags
  // 22 ends bold and dim together.
  const lost = ended & WEIGHT ? WEIGHT : 0
  const begun = to.flags & ~(from.flags & ~lost)
  const codes = [...codesOff(ended), ...codesOn(begun)]
  if (from.foreground !== to.foreground) codes.push(to.foreground || '39')
  if (from.background !== to.background) codes.push(to.background || '49')
  const step = sgr(codes)
  return step.length < anew.length ? step : anew
}

/** The first may be empty, which is 0 and resets; other empty ones are none. */
function sgr([first = '', ...others]: readonly string[]): string {
  return `\x1b[${[first, ...others.filter((code) => code !== '')].join(';')}m`
}

function codesOn(flags: number): string[] {
  return CODES.filter(([flag]) => flags & flag).map(([, on]) => on)
}

function codesOff(flags: number): string[] {
  return [...new Set(CODES.filter(([flag]) => flags & flag).map(([, , off]) => off))]
}
