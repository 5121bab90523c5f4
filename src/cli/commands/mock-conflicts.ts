import type { Command } from 'commander'
import { InaError } from '../../util/errors.ts'
import { exclude, hasFlag } from '../precedence.ts'

/** A flag beats environment and file also where they name an option that excludes it. */
export function settleConflicts(command: Command): void {
  const misplaced = [
    ['fault', '--fault'],
    ['plainFrames', '--plain-frames'],
    ['start', '--start'],
    ...(command.getOptionValue('rate') === 'max' ? [['rate', '--rate max'] as const] : []),
  ] as const
  for (const [key, flag] of misplaced) {
    exclude(
      command,
      [['board'], [key]],
      `${flag} does not go with --board, which runs the firmware as it is`,
      'leave one of them out',
    )
  }
  settlePlc(command)
  settleStore(command)
  if (command.getOptionValue('replay') !== undefined) return
  // A default for recordings is no mistake of a run without one.
  if (command.getOptionValueSource('columns') !== 'cli')
    command.setOptionValue('columns', undefined)
  else if (command.getOptionValue('list') !== true) {
    throw new InaError(
      'usage_invalid',
      '--columns says what the columns of a recording are, but none is played',
      'name the recording with --replay',
    )
  }
}

/** A PLC has memory instead of samples, and frames of its own. */
function settlePlc(command: Command): void {
  const ofBoards = ['board', 'pty', 'replay', 'plainFrames', 'rate', 'interval', 'count', 'start']
  for (const key of ofBoards) {
    const flag = command.options.find((each) => each.attributeName() === key)?.long
    exclude(
      command,
      [['mc3e'], [key]],
      `${flag} does not go with --mc3e, which is a PLC and no board`,
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

/** A store is a device as any other, but for what it measures and where its samples go. */
function settleStore(command: Command): void {
  const flagOf = (key: string): string =>
    command.options.find((each) => each.attributeName() === key)?.long ?? ''
  if (command.getOptionValue('energyStore') !== true) {
    for (const key of OF_STORES) {
      if (hasFlag(command, key)) {
        throw new InaError(
          'usage_invalid',
          `${flagOf(key)} is about an energy store, but none is asked for`,
          'add --energy-store',
        )
      }
      // In environment and file it may stand for the runs that are one.
      command.setOptionValue(key, undefined)
    }
    return
  }
  for (const key of ['board', 'mc3e', 'replay', 'scenario']) {
    exclude(
      command,
      [['energyStore'], [key]],
      `${flagOf(key)} does not go with --energy-store, which is a device of its own`,
      'leave one of them out',
    )
  }
  const isFastest = command.getOptionValue('rate') === 'max'
  for (const way of ['post', 'relays']) {
    for (const key of ['pty', 'plainFrames', ...(isFastest ? ['rate'] : [])]) {
      exclude(
        command,
        [[way], [key]],
        `${flagOf(key)} does not go with ${flagOf(way)}, which is a board with a network of its own`,
        'leave one of them out',
      )
    }
  }
}

const OF_STORES = ['day', 'post', 'relays'] as const
