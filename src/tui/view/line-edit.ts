/** Editing one line of text by keys, as shells do it. Pure. */

export interface EditedLine {
  readonly text: string
  /** Where the next character goes, in UTF-16 units from the begin; never within a character. */
  readonly cursor: number
}

/** Nobody types more; a paste of a file must not fill the memory. */
const LONGEST = 500

export function lineOf(text: string): EditedLine {
  return { text, cursor: text.length }
}

/** What a key makes of the line; null: the key edits nothing. @param key full name, such as `C-w` */
export function editLine(line: EditedLine, key: string, char: string | null): EditedLine | null {
  const edit = EDITS[key]
  if (edit !== undefined) return edit(line)
  return char !== null && isText(char) ? insertText(line, char) : null
}

/** Text from the clipboard: line breaks and other control characters become blanks. */
export function insertText({ text, cursor }: EditedLine, added: string): EditedLine {
  const room = Math.max(0, LONGEST - text.length)
  const clean = added.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, room)
  return { text: text.slice(0, cursor) + clean + text.slice(cursor), cursor: cursor + clean.length }
}

/** The line with what is between a place and the cursor replaced. */
export function replaceFrom({ text, cursor }: EditedLine, from: number, by: string): EditedLine {
  return { text: text.slice(0, from) + by + text.slice(cursor), cursor: from + by.length }
}

const EDITS: Readonly<Record<string, (line: EditedLine) => EditedLine>> = {
  left: (line) => ({ ...line, cursor: before(line) }),
  right: (line) => ({ ...line, cursor: behind(line) }),
  home: (line) => ({ ...line, cursor: 0 }),
  'C-a': (line) => ({ ...line, cursor: 0 }),
  end: ({ text }) => lineOf(text),
  'C-e': ({ text }) => lineOf(text),
  backspace: (line) => cut(line, before(line), line.cursor),
  delete: (line) => cut(line, line.cursor, behind(line)),
  'C-u': (line) => cut(line, 0, line.cursor),
  'C-k': (line) => cut(line, line.cursor, line.text.length),
  'C-w': (line) => cut(line, wordBegin(line), line.cursor),
  space: (line) => insertText(line, ' '),
}

/** Half a character beyond U+FFFF is text, too: its other half follows. */
function isText(char: string): boolean {
  return char !== '' && !/\p{Cc}/u.test(char)
}

function cut({ text }: EditedLine, from: number, to: number): EditedLine {
  return { text: text.slice(0, from) + text.slice(to), cursor: from }
}

/** What a person takes for one character, such as a letter with its accents or a family of emojis. */
export function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
}

function before({ text, cursor }: EditedLine): number {
  return cursor - (graphemes(text.slice(0, cursor)).at(-1)?.length ?? 0)
}

function behind({ text, cursor }: EditedLine): number {
  return cursor + (graphemes(text.slice(cursor))[0]?.length ?? 0)
}

/** Of the word before the cursor, and of the blanks between the two. */
function wordBegin({ text, cursor }: EditedLine): number {
  return text.slice(0, cursor).replace(/\S*\s*$/, '').length
}
