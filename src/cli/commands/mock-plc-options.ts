import type { Command } from 'commander'
import { InaError } from '../../util/errors.ts'
import { numberIn } from '../../util/numbers.ts'
import { option } from '../option.ts'
import { exclude, flagOf, hasFlag } from '../precedence.ts'

/** Adds what `mock --mc3e` has beside the options of any mock. */
export function addPlcOptions(command: Command): void {
  command
    .addOption(
      option(
        '--mc3e <port>',
        'be a PLC that speaks MC protocol 3E, on this TCP port of 127.0.0.1, 0 to 65535 (0: any free one)',
        { parse: numberIn({ min: 0, max: 65_535, unit: '', integer: true }) },
      ),
    )
    .addOption(
      option('--code <code>', 'code of its frames', {
        default: 'ascii',
        choices: ['ascii', 'binary'],
      }),
    )
    .addOption(
      option('--print-config', 'print a file for --poll-source that reads it, and end', {
        flagOnly: true,
      }),
    )
}

/** A PLC has memory instead of samples, and frames of its own. */
export function settlePlc(command: Command): void {
  const ofBoards = ['board', 'pty', 'replay', 'plainFrames', 'rate', 'interval', 'count', 'start']
  for (const key of ofBoards) {
    exclude(
      command,
      [['mc3e'], [key]],
      `${flagOf(command, key)} does not go with --mc3e, which is a PLC and no board`,
      'leave one of them out',
    )
  }
  const port: unknown = command.getOptionValue('mc3e')
  const isPrinted = command.getOptionValue('printConfig') === true
  if (port === undefined && (isPrinted || hasFlag(command, 'code'))) {
    throw new InaError(
      'usage_invalid',
      `${isPrinted ? '--print-config' : '--code'} is about a PLC, but none is asked for`,
      'give its port with --mc3e 5007',
    )
  }
  if (isPrinted && port === 0) {
    throw new InaError(
      'usage_invalid',
      '--print-config needs to know the port, and 0 is any',
      'name one, such as --mc3e 5007',
    )
  }
}
