import type { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { redacted } from '../../sinks/sink-url-text.ts'
import type { LogRange, LogSpan } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { parseDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import { formatIso, parseTime } from '../../util/time-text.ts'
import { END_OF_TIME_US } from '../../util/time-units.ts'
import { dbOption, logPath } from '../common-options.ts'
import { type CliOption, option } from '../option.ts'
import { exclude, hasFlag } from '../precedence.ts'

/** Options that `history` and `export` share. */
export interface RangeOptions {
  /** ms */
  readonly last?: number
  /** Unix µs */
  readonly from?: number
  readonly to?: number
  /** ms */
  readonly every?: number
  readonly device?: string
  readonly db?: string
  /** URL of a PostgreSQL that loggers have written to. */
  readonly fromDb?: string
  /** Of those in it, the one whose name begins so. */
  readonly log?: string
}

/** What a log has of something in a time. */
export interface Found {
  /** For stdout. */
  readonly text: string
  /** Nothing lies in that time, so that a hint is due. */
  readonly isNothing: boolean
}

/** Which part of a log. */
export function addTimeOptions(command: Command): Command {
  return command
    .addOption(
      option(
        '--last <duration>',
        'begin that long before now, such as 90s, 15m, 1h30m, 2d (default: all of the log)',
        { parse: parseDuration },
      ),
    )
    .addOption(
      option(
        '--from <time>',
        'begin there: ISO 8601 (local time without a zone) or Unix seconds (default: begin of the log)',
        { parse: parseTime },
      ),
    )
    .addOption(
      option(
        '--to <time>',
        'end before there: ISO 8601 or Unix seconds (default: end of the log)',
        { parse: parseTime },
      ),
    )
}

export function addRangeOptions(command: Command): Command {
  return addTimeOptions(command)
    .addOption(
      option(
        '--every <duration>',
        'one row for each 10s, 1m, 1h, ... of time, 1ms or more (default: no buckets)',
        { parse: parseDuration },
      ),
    )
    .addOption(option('--device <name>', 'only this device (default: all of them)'))
    .addOption(dbOption())
    .addOption(
      option(
        '--from-db <url>',
        'ask the PostgreSQL that a sink of that URL writes to instead: postgres://user@host/database',
        { redact: redacted },
      ),
    )
    .addOption(
      option('--log <name>', 'with --from-db, only the log whose name begins so (default: all)'),
    )
}

/** @param choices the first one is the default */
export function formatOption(
  command: Command,
  help: string,
  choices: readonly [string, ...string[]],
): CliOption {
  const made = option('--format <format>', help, { choices, default: choices[0] })
  return made.env(`INA219_${command.name().toUpperCase()}_FORMAT`)
}

/** The log to read, loaded only now: SQLite takes 20 ms that other commands need not wait. */
export async function openReader(
  options: Partial<RangeOptions>,
  io: ProcessIo,
): Promise<{ readonly reader: LogReader; readonly file: string; readonly close: () => void }> {
  checkRange(options)
  if (options.fromDb !== undefined) return openFleet(options.fromDb, options, io)
  const file = logPath(options.db, io.env)
  const { refuseLogAsStream } = await import('../../storage/file/output-guard.ts')
  refuseLogAsStream(io.stdout, file)
  const { LogReader } = await import('../../storage/read/log-reader.ts')
  const reader = LogReader.open(file)
  return { reader, file, close: () => reader.close() }
}

/** Of a database, what the answer needs, as a log that is deleted when it is closed. */
async function openFleet(
  fromDb: string,
  options: Partial<RangeOptions>,
  io: ProcessIo,
): ReturnType<typeof openReader> {
  const { fleetLog } = await import('./fleet-log.ts')
  const { log = null, device = null } = options
  const { file, remove } = await fleetLog({ fromDb, log, device, ...spanOf(options, io) }, io)
  const { LogReader } = await import('../../storage/read/log-reader.ts')
  const reader = LogReader.open(file)
  const close = (): void => {
    reader.close()
    remove()
  }
  return { reader, file, close }
}

/** @throws InaError usage_invalid where a time is given in two ways */
export function settleTime(command: Command): void {
  exclude(
    command,
    [['last'], ['from', 'to']],
    '--last and --from/--to exclude each other',
    'give --last alone, or --from and --to',
  )
}

/** @throws InaError usage_invalid where a span is given in two ways */
export function settleRange(command: Command): void {
  exclude(
    command,
    [['db'], ['fromDb']],
    '--db and --from-db exclude each other',
    'give one of the two',
  )
  settleTime(command)
  // One of the environment may be there for other calls.
  if (hasFlag(command, 'log') && command.getOptionValue('fromDb') === undefined) {
    throw new InaError(
      'usage_invalid',
      '--log names one of the logs in the database of --from-db, which is not given',
      'name a log file with --db, or add --from-db postgres://user@host/database',
    )
  }
}

/** Contradictions, reported before the log is opened. */
function checkRange({ from, to }: Partial<RangeOptions>): void {
  if (from !== undefined && to !== undefined && from >= to) {
    throw new InaError(
      'usage_invalid',
      `--from ${formatIso(from)} is not before --to ${formatIso(to)}`,
      'give them in order of time',
    )
  }
}

/** What was asked for, as a span of time. */
export function rangeOf(options: RangeOptions, reader: LogReader, io: ProcessIo): LogRange {
  return { ...spanOf(options, io), device: deviceOf(options.device, reader) }
}

function spanOf({ last, from, to }: Partial<RangeOptions>, io: ProcessIo): LogSpan {
  const beginUs = last === undefined ? (from ?? 0) : Math.round((io.clock.wallMs() - last) * 1000)
  return { fromUs: Math.max(0, beginUs), toUs: to ?? END_OF_TIME_US }
}

/** The one asked for, or all. */
export function devicesOf(reader: LogReader, { device }: LogRange): readonly string[] {
  return device === null ? reader.devices : [device]
}

/** @throws InaError usage_invalid: the log has none of that name */
export function deviceOf(name: string | undefined, reader: LogReader): string | null {
  if (name === undefined) return null
  const { devices } = reader
  if (devices.length === 0 || devices.includes(name)) return name
  throw new InaError(
    'usage_invalid',
    `the log has no device '${name}'`,
    didYouMean(name, devices, `it has: ${devices.join(', ')}`),
  )
}

/** Why there is nothing to show, and what there would be; for stderr. */
export function emptyHint(reader: LogReader, range: LogRange): string {
  const span = reader.span(range.device)
  if (span === null) return 'ina219: the log has no samples yet\n'
  const whose = range.device === null ? '' : ` of ${range.device}`
  return (
    `ina219: nothing lies in that time; the log has samples${whose} from ` +
    `${formatIso(span.fromUs)} to ${formatIso(span.toUs)}\n`
  )
}
