import { Command } from 'commander'
import { type FaultSpec, parseFaults } from '../../../mock/faults.ts'
import { parseRequestFaults, type RequestFaults } from '../../../mock/mc3e/request-faults.ts'
import { DEFAULT_RATE_HZ } from '../../../mock/run-plan.ts'
import { findScenario, listScenarios } from '../../../mock/scenarios/index.ts'
import type { ProcessIo } from '../../app/io.ts'
import type { MockPlan } from '../../app/mock-run.ts'
import { InaError, isInaError } from '../../util/errors.ts'
import { numberIn } from '../../util/numbers.ts'
import { countOption, durationOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { blaming, saidOf } from '../origins.ts'
import { exclude } from '../precedence.ts'
import { columnsOption } from './columns-option.ts'
import { addPlcOptions, settlePlc } from './mock-plc-options.ts'
import { addStoreOptions, settleStore } from './mock-store-options.ts'

interface MockCliOptions extends Omit<MockPlan, 'fault' | 'requestFault'> {
  list?: boolean
  printConfig?: boolean
  fault?: EitherFaults
}

/** A text of `--fault` as faults of lines and as those of a PLC's requests: which one counts, other options say. */
interface EitherFaults {
  readonly ofLines: FaultSpec | InaError
  readonly ofRequests: RequestFaults | InaError
}

const EXAMPLES: readonly Example[] = [
  ['ina219 mock --list', 'the scenarios'],
  [
    'ina219 mock --scenario motor --rate 50 | ina219 monitor --stdin',
    'a motor, watched through a pipe',
  ],
  ['ina219 mock --rate 100 --pty /tmp/board', 'a board to open with --port /tmp/board'],
  [
    'ina219 mock --rate max --count 100000 --fault drop=0.01,corrupt=0.005 --summary - > frames.jsonl',
    'faults on the line, as fast as it goes',
  ],
  [
    'ina219 mock --replay recording.csv | ina219 monitor --stdin --keep-time',
    'a recording, at its own pace and times',
  ],
  ['ina219 mock --board --count 5', 'the real firmware on an emulated board'],
  ['ina219 mock --energy-store --day 20m --count 5', 'a battery in a made-up sun'],
  [
    'ina219 mock --energy-store --post http://127.0.0.1:8219 --relays 8220',
    'the board of an energy store, for serve --energy-store',
  ],
  ['ina219 mock --mc3e 5007 --fault slow=0.05,reset=0.01', 'a PLC with a plant, and with troubles'],
  ['ina219 mock --mc3e 5007 --print-config > press.toml', 'the file that reads that PLC'],
]

export function mockCommand(io: ProcessIo): Command {
  const command = new Command('mock')
    .description('Simulates a device: prints frames, or serves them on a pseudo-serial port.')
    .addOption(
      option(
        '--rate <hz|max>',
        `samples a second, 0.001 to 1000000, or max (default: ${DEFAULT_RATE_HZ}; with --replay, the recording's pace)`,
        { parse: rate },
      ),
    )
    .addOption(
      option(
        '--interval <ms>',
        'device time between samples in ms, 0.001 to 86400000 (default: 1000/rate, 1000 with max)',
        { parse: numberIn({ min: 0.001, max: 86_400_000, unit: 'ms' }) },
      ),
    )
    .addOption(countOption())
    .addOption(durationOption('stop after that long, device time with --rate max'))
    .addOption(
      option('--scenario <name>', 'what the load does; --list shows them', {
        default: 'normal',
        parse: (text) => findScenario(text).name,
      }),
    )
    .addOption(option('--list', 'list the scenarios', { flagOnly: true }))
    .addOption(
      option('--seed <n>', 'seed of the random generator, 0 to 4294967295', {
        default: 1,
        parse: numberIn({ min: 0, max: 0xffffffff, unit: '', integer: true }),
      }),
    )
    .addOption(
      option(
        '--start <epoch seconds>',
        "time of the first sample, 0 to 4294967295 s (default: now; with --replay, the recording's)",
        { parse: numberIn({ min: 0, max: 0xffffffff, unit: 's' }) },
      ),
    )
    .addOption(
      option(
        '--fault <spec>',
        'probability per line (0 to 1) of drop, corrupt, truncate, duplicate, garbage, reset: drop=0.01,reset=0.0001; with --mc3e per request of slow, drop, reset, refuse, garble (default: none)',
        { parse: eitherFaults },
      ),
    )
    .addOption(
      option('--replay <file>', 'play a recording: CSV, tables, labelled text, JSON lines'),
    )
    .addOption(columnsOption())
    .addOption(
      option('--plain-frames', 'bare frames without crc and hello, as plain sketches print'),
    )
    .addOption(
      option('--pty [link]', 'serve on a new pseudo-serial port, print its path, obey commands'),
    )
    .addOption(
      option('--summary <file>', 'at the end, write what was done as one JSON object; - is stderr'),
    )
  addStoreOptions(command)
  command.addOption(
    option('--board', 'run the real firmware on an emulated ATmega328P with an INA219'),
  )
  addPlcOptions(command)
  return command.addHelpText('after', examplesText(EXAMPLES)).action(async () => {
    settleConflicts(command)
    const { list, printConfig, fault, ...options } = command.opts<MockCliOptions>()
    if (list === true) {
      io.stdout.write(listScenarios())
      return
    }
    if (printConfig === true) {
      const { plantConfig } = await import('../../../mock/mc3e/plant.ts')
      const { plcUrl } = await import('../../../mock/mc3e/serve.ts')
      io.stdout.write(plantConfig(plcUrl(options.mc3e as number, options.code)))
      return
    }
    const plan: MockPlan = { ...options, ...chosenFaults(command, fault) }
    const { runMock } = await import('../../app/mock-run.ts')
    await runMock(plan, io)
  })
}

function eitherFaults(text: string): EitherFaults {
  const ofLines = readFaults(() => parseFaults(text))
  const ofRequests = readFaults(() => parseRequestFaults(text))
  const isOfNone = isInaError(ofLines) && isInaError(ofRequests)
  if (isOfNone) throw /\b(slow|refuse|garble)\b/.test(text) ? ofRequests : ofLines
  return { ofLines, ofRequests }
}

function readFaults<T>(read: () => T): T | InaError {
  try {
    return read()
  } catch (error) {
    if (isInaError(error)) return error
    throw error
  }
}

function chosenFaults(
  command: Command,
  fault: EitherFaults | undefined,
): Pick<MockPlan, 'fault' | 'requestFault'> {
  if (fault === undefined) return {}
  return blaming([saidOf(command, 'fault')], () => {
    if (command.getOptionValue('mc3e') !== undefined) {
      return { requestFault: orThrow(fault.ofRequests) }
    }
    return { fault: orThrow(fault.ofLines) }
  })
}

function orThrow<T>(read: T | InaError): T {
  if (isInaError(read)) throw read
  return read
}

/** A flag beats environment and file also where they name an option that excludes it. */
function settleConflicts(command: Command): void {
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

function rate(text: string): number | 'max' {
  return text === 'max' ? text : numberIn({ min: 0.001, max: 1_000_000, unit: 'Hz' })(text)
}
