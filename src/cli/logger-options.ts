import { isAbsolute, resolve } from 'node:path'
import type { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import { isLoopback } from '../serve/access/address-range.ts'
import { addressText, type ListenAddress } from '../serve/listen-address.ts'
import type { ServePlan } from '../serve/serve-plan.ts'
import type { DoorOptions, LoggerOptions, LoggerOutput } from '../service/plan-unit.ts'
import type { Network } from '../service/unit.ts'
import { filesIn, hasPassword } from '../sinks/sink-url-text.ts'
import { InaError } from '../util/errors.ts'
import { configFlag, configurationOf } from './apply-config.ts'
import { checkMonitor, checkServe } from './check-monitor.ts'
import type { MonitorOptions, RunOptions } from './monitor-options.ts'
import { hasFlag } from './precedence.ts'

export interface RunRequest {
  /** What the service runs. */
  readonly name: 'monitor' | 'serve'
  /** Of that command. */
  readonly args: readonly string[]
  /** `service`, beside which stands the other. */
  readonly service: Command
}

/**
 * Reads the options of `monitor` or `serve` as the service will: of flags and of the configuration
 * file, in the environment of the service.
 *
 * @param io with the environment of the service
 * @throws CommanderError, InaError: what the command would refuse, and what makes no logger
 */
export async function loggerOptions(
  { name, args, service }: RunRequest,
  io: ProcessIo,
): Promise<LoggerOptions> {
  const command = service.parent?.commands.find((each) => each.name() === name)
  if (command === undefined) throw new Error(`there is no command ${name}`)
  refuseStrange(command, args)
  const configuration = await configurationOf(command, io.env)
  if (name === 'monitor') {
    const options = await checkMonitor(configuration, args, io)
    refuseOutput(options, hasFlag(command, 'output'))
    return ofRun(options, null, command)
  }
  const { run, serve } = await checkServe(configuration, args, io)
  return ofRun(run, serve, command)
}

function refuseStrange(command: Command, args: readonly string[]): void {
  const { unknown, operands } = command.parseOptions([...args])
  const [strange] = [...unknown, ...operands]
  if (strange === undefined) return
  const name = command.name()
  throw new InaError(
    'usage_invalid',
    `${name} has no option '${strange}'`,
    strange === 'serve' || hasServe(command, strange)
      ? 'to run serve: ina219 service install --serve -- <options of serve>'
      : `see: ina219 ${name} --help`,
  )
}

function hasServe(command: Command, flag: string): boolean {
  const serve = command.parent?.commands.find((each) => each.name() === 'serve')
  return serve?.options.some(({ long }) => long === flag.replace(/=.*/s, '')) ?? false
}

function ofRun(options: RunOptions, serve: ServePlan | null, command: Command): LoggerOptions {
  refuseNoLogger(options)
  const { sink = [] } = options
  if (hasFlag(command, 'sink')) refuseShownPassword(sink)
  const { sources } = options.devices
  const ports = sources.flatMap((each) => (each.kind === 'port' ? [each.path] : []))
  return {
    ports,
    isMock: ports.length === 0 && sources.length > 0,
    db: options.db ?? null,
    outputs: outputsOf(options),
    config: configFlag(command),
    network: options.onAlarm !== undefined || sink.length > 0 ? 'any' : networkOf(serve),
    secrets: secretsOf(sink),
    doors: serve && doorsOf(serve),
  }
}

/** The unit file, and the command line of the service, can be read by everybody. */
function refuseShownPassword(sinks: readonly string[]): void {
  if (!sinks.some(hasPassword)) return
  refuse(
    'everybody can read a unit file, and the password in its --sink',
    'write it into a file, and name that in the URL: password-file=/etc/ina219/password',
  )
}

/** Of sinks: files with passwords, tokens, certificates. */
function secretsOf(sinks: readonly string[]): string[] {
  const files = sinks.flatMap(filesIn)
  const relative = files.find((path) => !isAbsolute(path))
  if (relative === undefined) return files
  return refuse(
    `a service has another working folder, where there is no ${relative}`,
    'name the file of the sink by its whole path',
  )
}

function networkOf(serve: ServePlan | null): Network {
  const hosts = (serve?.listen ?? []).flatMap((each) => (each.kind === 'tcp' ? [each.host] : []))
  if (hosts.length === 0) return 'none'
  return hosts.every(isLocal) ? 'loopback' : 'any'
}

function isLocal(host: string): boolean {
  return host === 'localhost' || isLoopback(host)
}

function doorsOf({ listen, tokenFile, tls }: ServePlan): DoorOptions {
  const tcp = listen.flatMap((each) => (each.kind === 'tcp' ? [each] : []))
  if (tcp.some(({ port }) => port === 0)) {
    refuse(
      'with port 0 a service would have another port each time it starts',
      'name one, such as 127.0.0.1:8219',
    )
  }
  const absolute = listen.map((each) =>
    each.kind === 'unix' ? { ...each, path: resolve(each.path) } : each,
  )
  return {
    addresses: absolute.map((each) => addressText(each, tls !== null && each.kind === 'tcp')),
    sockets: absolute.flatMap((each) => (each.kind === 'unix' ? [each.path] : [])),
    tokenFile,
    files: tls === null ? [] : [tls.cert, tls.key],
    needsAddress: tcp.some((each) => !isLocal(each.host) && !isAny(each)),
    hasLowPort: tcp.some(({ port }) => port < 1024),
  }
}

function isAny({ host }: ListenAddress & { kind: 'tcp' }): boolean {
  return host === '0.0.0.0' || host === '::'
}

function outputsOf({ summary, heartbeat, backup }: RunOptions): LoggerOutput[] {
  const files = [summary, heartbeat].filter((path) => path !== undefined)
  return [
    ...files.map((path) => ({ path, isBackup: false })),
    ...(backup === undefined ? [] : [{ path: backup, isBackup: true }]),
  ]
}

/** @param isFlag the unit has one, too */
function refuseOutput({ output }: MonitorOptions, isFlag: boolean): void {
  if (!isFlag || output === 'none') return
  refuse(`a service has no terminal for --output ${output}`, 'leave it out: look at the log')
}

/** What a run can do and a permanent logger can not. */
function refuseNoLogger(options: RunOptions): void {
  const { devices, log, count, duration, summary } = options
  if (devices.sources.some(({ kind }) => kind === 'stdin')) {
    refuse(
      'a service has no standard input to read frames from',
      'name a port: ina219 service install -- --port <port>',
    )
  }
  if (!log) refuse('with --no-log a service would log nothing', 'leave it out')
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

function refuse(message: string, hint: string): never {
  throw new InaError('usage_invalid', message, hint)
}
