import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { dbOption, durationOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { addSinkOptions, type SinkOptions } from '../sink-options.ts'

export interface ForwardOptions extends SinkOptions {
  readonly db?: string
  /** ms */
  readonly duration?: number
  readonly once?: boolean
}

const EXAMPLES: readonly Example[] = [
  ['ina219 forward --sink "influx+http://localhost:8086/?db=lab"', 'beside a monitor, or without'],
  ['ina219 forward --once --db old.db --sink "influx+http://db/?db=lab"', 'one log, once'],
  ['ina219 forward --sink postgres://logger@db/lab', 'any number of loggers into one database'],
  ['ina219 forward --sink "influx+http://db/?db=lab" --sink-keep 5GB', 'keep more for it'],
]

export function forwardCommand(io: ProcessIo): Command {
  const command = new Command('forward').description(
    'Sends a log to other systems, also while a monitor writes it, from where it was left.',
  )
  command.addOption(dbOption())
  addSinkOptions(command)
  command
    .addOption(option('--once', 'end as soon as all is sent', { flagOnly: true }))
    .addOption(durationOption('stop after that long, such as 90s, 15m, 1h30m'))
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async () => {
      // Loaded only now: other commands need none of it.
      const { runForward } = await import('./forward-run.ts')
      await runForward(command.opts<ForwardOptions>(), io)
    })
  return command
}
