import { InaError } from '../util/errors.ts'

/** Words of unit files, see systemd.syntax(7), systemd.service(5) "COMMAND LINES", systemd.unit(5) "SPECIFIERS". */

/** Needs no quotes, and means itself everywhere. */
const PLAIN = /^[\w@+=:,./-]+$/

/** A path or a word in a setting that takes several: quoted where it has to be, `%` doubled. */
export function settingWord(text: string): string {
  return quoted(text.replaceAll('%', '%%'))
}

/** One argument of a command line: there, `$` begins a variable, too. */
export function commandWord(text: string): string {
  return settingWord(text.replaceAll('$', '$$$$'))
}

/**
 * A line break would begin a line of its own, and settings that are paths know no escapes.
 *
 * @throws InaError usage_invalid
 */
export function refuseControls(text: string): void {
  if (!/\p{Cc}/u.test(text)) return
  throw new InaError(
    'usage_invalid',
    `${JSON.stringify(text)} has a control character, which no line of a unit can hold`,
    'leave out line breaks, tabs and the like',
  )
}

function quoted(text: string): string {
  if (PLAIN.test(text)) return text
  refuseControls(text)
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
