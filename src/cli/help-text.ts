import { COLOURED } from './colour.ts'

/** A command line that runs as it stands, and what it does. */
export type Example = readonly [line: string, what: string]

/** Where the explanations begin; behind a longer line they get one of their own. */
const COLUMN = 46

/**
 * The examples at the end of a help. The heading is always bold: commander takes
 * colours out where the output has none.
 */
export function examplesText(examples: readonly Example[]): string {
  const lines = examples.map(([line, what]) => {
    const start = `  ${line}`
    const isLong = start.length + 2 > COLUMN
    return isLong ? `${start}\n${' '.repeat(COLUMN)}${what}` : `${start.padEnd(COLUMN)}${what}`
  })
  return `\n${heading('Examples:')}\n${lines.join('\n')}`
}

export function heading(text: string): string {
  return COLOURED.bold(text)
}
