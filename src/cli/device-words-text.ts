import { DEVICE_WORDS } from './device-words.ts'
import { heading } from './help-text.ts'

/** Where the explanations begin. */
const COLUMN = 28
/** Of the help, in cells. */
const WIDTH = 80

/** The words, for the end of a help. */
export function deviceWordsText(): string {
  const lines = DEVICE_WORDS.flatMap(({ form, about }) =>
    wrapped(about, WIDTH - COLUMN).map((line, i) => {
      const start = i === 0 ? `  ${form}` : ''
      return `${start.padEnd(COLUMN)}${line}`
    }),
  )
  return `\n${heading('Settings and commands of a device:')}\n${lines.join('\n')}\n`
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}
