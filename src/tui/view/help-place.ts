/** How far help is scrolled. Pure. */

/** Lines of help, and how many of them are shown at once. */
export interface HelpExtent {
  readonly lines: number
  readonly room: number
}

export type HelpStep = 'up' | 'down' | 'page_up' | 'page_down' | 'first' | 'last'

/** The first line shown, where the window may have grown since it was chosen. */
export function helpTop(at: number, { lines, room }: HelpExtent): number {
  return Math.max(0, Math.min(at, lines - room))
}

/** The first line shown after a step; a page leaves one line of the one before. */
export function helpAfter(at: number, step: HelpStep, extent: HelpExtent): number {
  const top = helpTop(at, extent)
  const page = Math.max(1, extent.room - 1)
  const wanted: Readonly<Record<HelpStep, number>> = {
    up: top - 1,
    down: top + 1,
    page_up: top - page,
    page_down: top + page,
    first: 0,
    last: extent.lines,
  }
  return helpTop(wanted[step], extent)
}
