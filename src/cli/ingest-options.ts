import type { Command } from 'commander'
import { cleanText } from '../domain/sample.ts'
import { InaError } from '../util/errors.ts'
import { BLANK_OR_COMMA, option } from './option.ts'
import { blamed, saidOf } from './origins.ts'

/** The longest name of a device that samples are posted to, in characters. */
const MOST_NAME = 64

/**
 * Adds the sources that `serve` alone can have: devices that post their samples.
 *
 * @returns what checks them once the command line is parsed; it throws InaError usage_invalid
 */
export function addIngestOptions(command: Command): () => void {
  command.addOption(
    option(
      '--ingest <device>',
      'take samples that are posted to /api/v1/ingest/<device>; again for each (docs/ingest.md)',
      { list: BLANK_OR_COMMA, parse: deviceName, defaultText: 'none' },
    ),
  )
  return () => {
    const { ingest = [], log } = command.opts<{ ingest?: readonly string[]; log: boolean }>()
    if (log || ingest.length === 0) return
    const error = new InaError(
      'usage_invalid',
      '--ingest answers when samples are in the log, and --no-log writes none',
      'leave one of the two out',
    )
    throw blamed([saidOf(command, 'ingest'), saidOf(command, 'log')], error)
  }
}

/** @throws InaError usage_invalid: it would be no part of a path, or could not be told from another one */
function deviceName(text: string): string {
  const isName = text.trim() === text && text !== '' && text.length <= MOST_NAME
  if (isName && cleanText(text) === text && !/[/?#%\\:]/.test(text) && !/^\.+$/.test(text)) {
    return text
  }
  throw new InaError(
    'usage_invalid',
    `'${text}' is no name of a device to post to`,
    `write 1 to ${MOST_NAME} characters without any of / ? # % \\ :, such as pump-2`,
  )
}
