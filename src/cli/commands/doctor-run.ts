import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import type { ConfigValue } from '../../config/option.ts'
import { configPlace } from '../../config/place.ts'
import {
  AREAS,
  type Area,
  exitCodeOf,
  type Finding,
  Findings,
  type Level,
} from '../../doctor/finding.ts'
import { cleanText } from '../../domain/sample.ts'
import { isInaError } from '../../util/errors.ts'
import { logFilePath } from '../../util/paths.ts'
import { configFlag, configurable, configurationOf } from '../apply-config.ts'
import { type Colour, colourFor } from '../colour.ts'
import { DEFAULT_RETAIN, logPath } from '../common-options.ts'
import { DEFAULT_BAUD } from '../device-plans.ts'
import type { Scoped } from '../scope.ts'
import type { DoctorOptions } from './doctor.ts'

/** Parts of the report that may hang or die, with the longest that each may take, ms. */
const IN_CHILDREN: Readonly<Partial<Record<Area, number>>> = {
  program: 10_000,
  configuration: 5000,
  ports: 20_000,
  clock: 10_000,
  // With the disk: how much room is needed depends on what is in the log.
  log: 60_000,
}

/** @returns the exit code */
export async function runDoctor(
  command: Command,
  options: DoctorOptions,
  io: ProcessIo,
): Promise<number> {
  if (options.probe !== undefined) {
    io.stdout.write(JSON.stringify(await probed(options.probe as Area, command, options, io)))
    return 0
  }
  const { probeInChild } = await import('../../doctor/probe-child.ts')
  const { checkTerminal } = await import('../../doctor/terminal.ts')
  const flags = flagsOf(command, options)
  const parts = await Promise.all([
    checkTerminal(io),
    ...Object.entries(IN_CHILDREN).map(([area, limitMs]) =>
      probeInChild(area as Area, ['doctor', '--probe', area, ...flags], limitMs),
    ),
  ])
  const all = parts.flat()
  const findings = AREAS.flatMap((area) => all.filter((each) => each.area === area))
  const text =
    options.json === true
      ? `${JSON.stringify(findings, null, 2)}\n`
      : reportText(findings, colourFor(io.stdout, io.env))
  io.stdout.write(text)
  return exitCodeOf(findings)
}

/** As they were given to this process. */
function flagsOf(command: Command, { db, port = [], baud = [] }: DoctorOptions): string[] {
  const config = configFlag(command)
  return [
    ...(db === undefined ? [] : ['--db', db]),
    ...port.flatMap((path) => ['--port', path]),
    ...baud.flatMap(({ text }) => ['--baud', text]),
    ...(config === null ? [] : ['--config', config]),
  ]
}

/** What a part ends with is a finding of it. */
async function probed(...request: Parameters<typeof probe>): Promise<Finding[]> {
  try {
    return await probe(...request)
  } catch (error) {
    if (!isInaError(error)) throw error
    const found = new Findings(request[0])
    found.add('problem', error.message, error.hint)
    return found.list
  }
}

async function probe(
  area: Area,
  command: Command,
  options: DoctorOptions,
  io: ProcessIo,
): Promise<Finding[]> {
  switch (area) {
    case 'program': {
      const { checkProgram } = await import('../../doctor/program.ts')
      return checkProgram(command.parent?.version() ?? '')
    }
    case 'configuration':
      return checkConfiguration(command, io)
    case 'clock': {
      const { checkClock } = await import('../../doctor/clock.ts')
      return checkClock(io.clock, io.env)
    }
    case 'ports': {
      const { checkPorts } = await import('../../doctor/ports.ts')
      const values = await monitorValues(command, io)
      const asked = options.port ?? []
      const bauds = options.baud ?? ((values.get('baud')?.value ?? []) as readonly Scoped<number>[])
      const general = bauds.findLast((each) => each.device === null)?.value
      return checkPorts({
        asked,
        configured: ((values.get('port')?.value ?? []) as readonly string[]).filter(
          (path) => !asked.includes(path),
        ),
        baud: general ?? DEFAULT_BAUD,
        clock: io.clock,
      })
    }
    default:
      return probeLog(command, options, io)
  }
}

async function probeLog(
  command: Command,
  options: DoctorOptions,
  io: ProcessIo,
): Promise<Finding[]> {
  const { checkLog } = await import('../../doctor/log.ts')
  const values = await monitorValues(command, io)
  const db = options.db ?? (values.get('db')?.value as string | undefined)
  const retain = values.get('retain')
  return checkLog({
    file: logFilePath(logPath(db, io.env)),
    retainMs: (retain?.value ?? DEFAULT_RETAIN.ms) as number,
    retainText: retain?.texts[0] ?? DEFAULT_RETAIN.text,
  })
}

/** What environment and file say of `monitor`, by name; nothing where they can't be read, which another part tells. */
async function monitorValues(
  command: Command,
  io: ProcessIo,
): Promise<ReadonlyMap<string, ConfigValue>> {
  try {
    const configuration = await configurationOf(command, io.env)
    const values = configuration.values('monitor', new Set())
    return new Map(values.map((each) => [each.name, each]))
  } catch (error) {
    if (isInaError(error)) return new Map()
    throw error
  }
}

async function checkConfiguration(command: Command, io: ProcessIo): Promise<Finding[]> {
  const { checkEnvironment } = await import('../../doctor/environment.ts')
  const found = new Findings('configuration')
  const { path } = configPlace(configFlag(command), io.env)
  const commands = command.parent?.commands ?? []
  try {
    const configuration = await configurationOf(command, io.env)
    let keys = 0
    for (const each of commands) {
      const values = configuration.values(each.name(), new Set())
      keys += values.filter((value) => value.origin.kind === 'file').length
      configuration.profiles(each.name())
    }
    const { checkMonitor, checkServe } = await import('../check-monitor.ts')
    await checkMonitor(configuration, [], io)
    await checkServe(configuration, [], io)
    const devices = configuration.profiles('monitor').map((each) => each.label)
    const said = devices.length === 0 ? '' : `, devices ${devices.join(', ')}`
    if (existsSync(path)) found.add('ok', `${path} is sound: it sets ${keys} options${said}`)
    else found.add('ok', `no configuration file (it would be ${path}): defaults hold`)
  } catch (error) {
    if (!isInaError(error)) throw error
    found.add('problem', error.message, error.hint)
  }
  const known = commands.flatMap((each) => configurable(each).map(({ variable }) => variable ?? ''))
  return [...found.list, ...checkEnvironment(io.env, known)]
}

const MARKS: Readonly<Record<Level, string>> = {
  ok: 'ok     ',
  note: 'note   ',
  warning: 'WARNING',
  problem: 'PROBLEM',
}

function reportText(findings: readonly Finding[], colour: Colour): string {
  const dress: Readonly<Record<Level, (text: string) => string>> = {
    ok: colour.green,
    note: (text) => text,
    warning: colour.bold,
    problem: colour.error,
  }
  let area: Area | null = null
  let report = ''
  for (const each of findings) {
    if (each.area !== area) report += `${area === null ? '' : '\n'}${colour.bold(each.area)}\n`
    area = each.area
    report += `  ${dress[each.level](MARKS[each.level])}  ${cleanText(each.text)}\n`
    if (each.advice !== null) report += `           -> ${cleanText(each.advice)}\n`
  }
  return `${report}\n${verdict(findings)}\n`
}

function verdict(findings: readonly Finding[]): string {
  const count = (level: Level): number => findings.filter((each) => each.level === level).length
  const [problems, warnings] = [count('problem'), count('warning')]
  if (problems + warnings === 0) return 'Nothing is wrong.'
  const parts = [
    ...(problems === 0 ? [] : [`${problems} problem${problems === 1 ? '' : 's'}`]),
    ...(warnings === 0 ? [] : [`${warnings} warning${warnings === 1 ? '' : 's'}`]),
  ]
  return `${parts.join(' and ')}.`
}
