import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { InaError } from '../../util/errors.ts'
import { dbOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { hasFlag } from '../precedence.ts'
import { addTimeOptions, formatOption, settleTime } from './log-range.ts'

const FORMATS = ['table', 'csv', 'json'] as const

export interface BurstsOptions {
  /** ms */
  readonly last?: number
  /** Unix µs */
  readonly from?: number
  readonly to?: number
  readonly device?: string
  readonly db?: string
  readonly format: (typeof FORMATS)[number]
  readonly ascii?: boolean
}

const EXAMPLES: readonly Example[] = [
  ['ina219 bursts --last 1d', 'those of the last 24 hours, newest last'],
  ['ina219 bursts 3', 'number 3 as a picture'],
  ['ina219 bursts 3 --format csv > inrush.csv', 'its readings: t_us,a'],
]

export function burstsCommand(io: ProcessIo): Command {
  const command = new Command('bursts')
    .description('Bursts of fast readings around a trigger, from the log: a list, or one of them.')
    .argument('[id]', 'the burst to draw, by its number in the list')
  addTimeOptions(command)
    .addOption(option('--device <name>', 'only of this device (default: all of them)'))
    .addOption(dbOption())
    .addOption(formatOption(command, 'table (of one burst: a picture), csv or json', FORMATS))
    .addOption(option('--ascii', 'picture with ASCII characters only'))
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async (id: string | undefined) => {
      settleTime(command)
      const wanted = id === undefined ? null : numberOf(id, command)
      // Loaded only now: other commands need none of it.
      const { runBursts } = await import('./bursts-run.ts')
      await runBursts(wanted, command.opts<BurstsOptions>(), io)
    })
  return command
}

/** @throws InaError usage_invalid */
function numberOf(id: string, command: Command): number {
  if (!/^[1-9]\d{0,14}$/.test(id)) {
    throw new InaError(
      'usage_invalid',
      `'${id}' is not the number of a burst`,
      "take one of the first column of 'ina219 bursts'",
    )
  }
  for (const key of ['last', 'from', 'to', 'device']) {
    if (!hasFlag(command, key)) continue
    throw new InaError(
      'usage_invalid',
      `burst ${id} is one, and --${key} is about the list`,
      'leave out one of the two',
    )
  }
  return Number(id)
}
