import type { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import type { LoggerOptions, LoggerOutput } from '../service/plan-unit.ts'
import { InaError } from '../util/errors.ts'
import { configFlag, configurationOf } from './apply-config.ts'
import { checkMonitor } from './check-monitor.ts'
import type { MonitorOptions } from './monitor-options.ts'
import { hasFlag } from './precedence.ts'

/**
 * Reads the options of `monitor` as the service will: of flags and of the configuration
 * file, in the environment of the service.
 *
 * @param args of monitor
 * @param command `service`, beside which stands `monitor`
 * @param io with the environment of the service
 * @throws CommanderError, InaError: what monitor would refuse, and what makes no logger
 */
export async function loggerOptions(
  args: readonly string[],
  command: Command,
  io: ProcessIo,
): Promise<LoggerOptions> {
  const monitor = command.parent?.commands.find((each) => each.name() === 'monitor')
  if (monitor === undefined) throw new Error('there is no command monitor')
  const { unknown, operands } = monitor.parseOptions([...args])
  const [strange] = [...unknown, ...operands]
  if (strange !== undefined) {
    throw new InaError(
      'usage_invalid',
      `monitor has no option '${strange}'`,
      'see: ina219 monitor --help',
    )
  }
  const configuration = configurationOf(monitor, io.env)
  const options = await checkMonitor(configuration, args, io)
  refuseNoLogger(options, hasFlag(monitor, 'output'))
  const { sources } = options.devices
  const ports = sources.flatMap((each) => (each.kind === 'port' ? [each.path] : []))
  return {
    ports,
    isMock: ports.length === 0 && sources.length > 0,
    db: options.db ?? null,
    outputs: outputsOf(options),
    config: configFlag(monitor),
    needsNetwork: options.onAlarm !== undefined,
  }
}

function outputsOf({ summary, heartbeat, backup }: MonitorOptions): LoggerOutput[] {
  const files = [summary, heartbeat].filter((path) => path !== undefined)
  return [
    ...files.map((path) => ({ path, isBackup: false })),
    ...(backup === undefined ? [] : [{ path: backup, isBackup: true }]),
  ]
}

/** What `monitor` can do and a permanent logger can not. @param setsOutput by a flag: the unit has one, too */
function refuseNoLogger(options: MonitorOptions, setsOutput: boolean): void {
  const { devices, log, output, count, duration, summary } = options
  const refuse = (message: string, hint: string): never => {
    throw new InaError('usage_invalid', message, hint)
  }
  if (devices.sources.some(({ kind }) => kind === 'stdin')) {
    refuse(
      'a service has no standard input to read frames from',
      'name a port: ina219 service install -- --port <port>',
    )
  }
  if (!log) refuse('with --no-log a service would log nothing', 'leave it out')
  if (setsOutput && output !== 'none') {
    refuse(`a service has no terminal for --output ${output}`, 'leave it out: look at the log')
  }
  const end = count !== undefined ? 'count' : duration !== undefined ? 'duration' : null
  if (end !== null) {
    refuse(
      `with --${end} a service would end, and not be started again`,
      'leave it out; a single run is for: ina219 monitor',
    )
  }
  if (summary === '-') {
    refuse('a service has no standard output for --summary -', 'name a file: --summary <file>')
  }
}
