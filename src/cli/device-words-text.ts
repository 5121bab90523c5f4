import { DEVICE_WORDS } from '../protocol/words/device-words.ts'
import { wrapText } from '../util/wrap-text.ts'
import { heading } from './help-text.ts'

/** Where the explanations begin. */
const COLUMN = 28
/** Of the help, in cells. */
const WIDTH = 80

/** The words, for the end of a help. */
export function deviceWordsText(): string {
  const lines = DEVICE_WORDS.flatMap(({ form, about }) =>
    wrapText(about, WIDTH - COLUMN).map((line, i) => {
      const start = i === 0 ? `  ${form}` : ''
      return `${start.padEnd(COLUMN)}${line}`
    }),
  )
  return `\n${heading('Settings and commands of a device:')}\n${lines.join('\n')}\n`
}
