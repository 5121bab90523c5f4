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

/** A setting that is one path and takes no quotes. */
export function wholeLine(text: string): string {
  return text.replaceAll('%', '%%')
}

function quoted(text: string): string {
  if (PLAIN.test(text)) return text
  const escaped = text.replace(/["\\]|\p{Cc}/gu, (char) => {
    if (char === '"' || char === '\\') return `\\${char}`
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return `"${escaped}"`
}
