// The manual page, of the tree of commands that the help is made of. `npm run man` writes it,
// and test/cli/help.test.ts compares.
import type { Command, Option } from 'commander'
import { processIo } from '../src/app/io.ts'
import { CliOption } from '../src/cli/option.ts'
import { createProgram } from '../src/cli/program.ts'

const DESCRIPTION = `ina219 reads what an Arduino with a TI INA219 current sensor measures, checks every line, asks the
board again for what got lost, keeps all of it in a log of 48 hours, and shows it on the terminal.`

const ENVIRONMENT = `Every option but those of a single command line has a variable, named with it above. An empty one
counts as not set. A flag goes before the environment, that before the configuration file.
NO_COLOR, FORCE_COLOR and TERM=dumb are obeyed.`

const FILES: readonly (readonly [string, string])[] = [
  [
    '~/.config/ina219/config.toml',
    "the configuration file; 'ina219 config --path' prints its place",
  ],
  ['~/.local/share/ina219/ina219.db', 'the log, an SQLite file'],
]

const EXIT: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'internal fault'],
  ['2', 'usage or configuration'],
  ['3', 'device or port'],
  ['4', 'log'],
  [
    '130, 143, 129',
    'history, export, totals or ports was ended by SIGINT, SIGTERM, SIGHUP: its output is cut short',
  ],
  [
    'of doctor',
    '0 where nothing is wrong, else that of the first problem: 1 program, 2 configuration, clock or terminal, 3 port, 4 disk or log',
  ],
]

/** What the changelog says when a version came out: the page is the same whenever it is made. */
export function releaseDate(changelog: string, version: string): string {
  const heading = changelog.split('\n').find((line) => line.startsWith(`## ${version} - `))
  if (heading === undefined) throw new Error(`the changelog has no heading for ${version}`)
  return heading.slice(`## ${version} - `.length).trim()
}

/**
 * @param version as in package.json
 * @param date of `releaseDate`
 */
export function manPage(version: string, date: string): string {
  const program = createProgram({ ...processIo, env: {} })
  return [
    '.\\" Made by npm run man: do not edit.',
    `.TH INA219 1 ${quoted(date)} "ina219 ${version}" "User Commands"`,
    // Names of variables and options are not to be taken apart.
    '.nh',
    '.ad l',
    '.SH NAME',
    'ina219 \\- terminal power monitor for the TI INA219',
    '.SH SYNOPSIS',
    '.B ina219',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text(DESCRIPTION),
    '.SH COMMANDS',
    ...program.commands.flatMap(commandLines),
    '.SH ENVIRONMENT',
    text(ENVIRONMENT),
    '.SH FILES',
    ...FILES.flatMap(item),
    '.SH EXIT STATUS',
    ...EXIT.flatMap(item),
    '.SH EXAMPLES',
    ...examples(program),
    '.SH SEE ALSO',
    text('README.md and docs/ of the package; firmware/PROTOCOL.md for the wire'),
    '',
  ].join('\n')
}

function commandLines(command: Command): string[] {
  const operands = command.registeredArguments.map((each) =>
    each.required ? `<${each.name()}>` : `[${each.name()}]`,
  )
  return [
    `.SS ${quoted(['ina219', command.name(), ...operands, '[options]'].join(' '))}`,
    text(command.description()),
    ...command.registeredArguments.flatMap((each) =>
      item([each.name(), withNotes(each.description, choices(each))]),
    ),
    ...command.createHelp().visibleOptions(command).flatMap(optionLines),
    ...examples(command),
  ]
}

function optionLines(option: Option): string[] {
  const notes = choices(option)
  if (option.defaultValue !== undefined) {
    notes.push(`default: ${option.defaultValueDescription ?? String(option.defaultValue)}`)
  }
  if (option instanceof CliOption && option.variable !== null) notes.push(option.variable)
  return item([option.flags, withNotes(option.description, notes)])
}

function choices({ argChoices = [] }: Pick<Option, 'argChoices'>): string[] {
  return argChoices.length === 0 ? [] : [`choices: ${argChoices.join(', ')}`]
}

function withNotes(description: string, notes: readonly string[]): string {
  return notes.length === 0 ? description : `${description} (${notes.join('; ')})`
}

function item([head, body]: readonly [string, string]): string[] {
  return ['.TP', `.B ${quoted(head)}`, text(body)]
}

/** Those of the help: commander keeps what stands behind the options as text alone. */
function examples(command: Command): string[] {
  let help = ''
  command
    .configureOutput({ writeOut: (part) => (help += part), getOutHasColors: () => false })
    .outputHelp()
  const [, shown = ''] = help.split('Examples:\n')
  const lines = shown.trimEnd().split('\n').map(raw)
  return ['.PP', '.nf', ...lines, '.fi']
}

/** Text that roff is to fill: whatever it begins with is no request. */
function text(plain: string): string {
  return raw(plain.replace(/\s+/g, ' '))
}

function raw(plain: string): string {
  const escaped = plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
  return /^[.]/.test(escaped) ? `\\&${escaped}` : escaped
}

/** One argument of a macro. */
function quoted(plain: string): string {
  return `"${raw(plain).replaceAll('"', '\\(dq')}"`
}
