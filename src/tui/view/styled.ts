/** Styled text without any terminal library: what the view model hands to the widgets. */

import type { DeviceNumber } from '../../monitor/view.ts'
import type { Style } from '../../theme/themes.ts'
import type { Action } from './key-bindings.ts'

export type { Style }

export interface Piece {
  readonly text: string
  readonly style: Style
  /** What a click on it is about; absent: nothing. */
  readonly target?: Target
}

export type Target =
  | { readonly kind: 'key'; readonly action: Action }
  | { readonly kind: 'device'; readonly device: DeviceNumber }
  /** @param channel its id */
  | { readonly kind: 'channel'; readonly channel: string }

/** One row of the screen, left to right. Every UTF-16 unit of it is one cell; see `cellsOf` for what is in it. */
export type Line = readonly Piece[]

export function piece(text: string, style: Style = 'plain'): Piece {
  return { text, style }
}

export function aimed(part: Piece, target: Target): Piece {
  return { ...part, target }
}

/** Adds a piece behind others; one of the same style goes on in the last of them. Neither is aimed. */
export function append(pieces: Piece[], next: Piece): void {
  const before = pieces.at(-1)
  if (before?.style === next.style) {
    pieces[pieces.length - 1] = piece(before.text + next.text, next.style)
  } else pieces.push(next)
}

/** What a cell of the line is about; null: nothing. */
export function targetIn(line: Line, column: number): Target | null {
  let end = 0
  for (const { text, target } of line) {
    end += text.length
    if (column < end) return target ?? null
  }
  return null
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, part) => sum + part.text.length, 0)
}

export function lineText(line: Line): string {
  return line.map((part) => part.text).join('')
}

/** The line in exactly `width` cells: cut at the right or filled with spaces. */
export function fitLine(line: Line, width: number): Line {
  const fitted: Piece[] = []
  let room = Math.max(0, width)
  for (const part of line) {
    if (room === 0) break
    const text = part.text.length > room ? part.text.slice(0, room) : part.text
    if (text !== '') fitted.push(text === part.text ? part : { ...part, text })
    room -= text.length
  }
  if (room > 0) fitted.push(piece(' '.repeat(room)))
  return fitted
}

/** As many of the pieces as fit whole, in order; the first that does not, and all behind it, are left out. */
export function fitWhole(pieces: readonly Piece[], width: number): Line {
  let used = 0
  const end = pieces.findIndex(({ text }) => {
    used += text.length
    return used > width
  })
  if (end < 0) return fitLine(pieces, width)
  const whole = pieces.slice(0, end)
  while (isLabel(whole.at(-1))) whole.pop()
  return fitLine(whole, width)
}

/** `  E `: the value behind it says what it is for. */
function isLabel(last: Piece | undefined): boolean {
  return last?.style === 'dim' && last.text.endsWith(' ') && last.text.trim() !== ''
}

/** `left` and `right` at the two ends of `width` cells; where they don't fit, `left` is cut. */
export function spread(left: Line, right: Line, width: number): Line {
  const room = width - lineWidth(right)
  return room <= 0 ? fitLine(right, width) : [...fitLine(left, room), ...right]
}
