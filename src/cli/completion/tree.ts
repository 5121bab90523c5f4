import type { Argument, Command, Option } from 'commander'
import { scenarioNames } from '../../../mock/scenarios/index.ts'
import { WORD_FORMS, type WordForm } from '../../protocol/words/word-forms.ts'
import { configurableCommands } from '../apply-config.ts'
import { CliOption } from '../option.ts'

/** What may stand in a place of the command line. */
export type Candidates =
  | { readonly kind: 'anything' | 'files' | 'ports' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Words such as `mode=poll` of send and --set. */
  | { readonly kind: 'settings'; readonly words: readonly WordForm[] }

export interface OptionNode {
  /** `--output`, and `-o` where it has one. */
  readonly flags: readonly string[]
  readonly help: string
  readonly value: 'none' | 'required' | 'optional'
  readonly candidates: Candidates
}

/** Of a command, or of another one where a flag stands before. */
interface Behind {
  readonly command: string
  readonly flag: string
  readonly flagged: string
}

export interface CommandNode {
  readonly name: string
  readonly help: string
  readonly options: readonly OptionNode[]
  /** Of the words that are no options; null: there are none. */
  readonly operands: Candidates | null
  /** Whose options stand behind `--`: that command's, or those of the one that is named first. */
  readonly behind: Behind | 'first operand' | null
}

const ANYTHING: Candidates = { kind: 'anything' }
/** Placeholders such as `<file>` and `[link]`. */
const OF_FILES = /file|dir|folder|link|log|program|recording|path/

/** The commands as a shell completes them, of the tree that the help is made of. */
export function completionTree(program: Command): CommandNode[] {
  const names = program.commands.map((each) => each.name())
  const help: CommandNode = {
    name: 'help',
    help: 'display help for a command',
    options: [],
    operands: { kind: 'words', words: names },
    behind: null,
  }
  const toConfigure = configurableCommands(program).map((each) => each.name())
  const nodes = program.commands.map((command) => ({
    name: command.name(),
    help: command.description(),
    options: visibleOptions(command).map(optionNode),
    operands: operandsOf(command, toConfigure),
    behind: behindOf(command),
  }))
  return [...nodes, help]
}

/** The options that the help shows, its own among them. */
export function visibleOptions(command: Command): Option[] {
  return [...command.createHelp().visibleOptions(command)]
}

export function optionNode(option: Option): OptionNode {
  return {
    flags: [option.long, option.short].filter((each) => each !== undefined && each !== null),
    help: option.description,
    value: option.required ? 'required' : option.optional ? 'optional' : 'none',
    candidates: candidatesOf(option),
  }
}

function candidatesOf(option: Option): Candidates {
  const words = option instanceof CliOption ? option.words : []
  if (words.length > 0) return { kind: 'words', words }
  const name = option.name()
  if (name === 'set') return SETTINGS
  if (name === 'port') return { kind: 'ports' }
  if (name === 'mock' || name === 'scenario') return { kind: 'words', words: scenarioNames }
  const placeholder = /[<[](.*)[>\]]/.exec(option.flags)?.[1] ?? ''
  return OF_FILES.test(placeholder) ? { kind: 'files' } : ANYTHING
}

function operandsOf(
  { registeredArguments }: Command,
  commands: readonly string[],
): Candidates | null {
  const [first] = registeredArguments
  if (first === undefined) return null
  if (first.name() === 'name=value') return SETTINGS
  const words = wordsOf(first, commands)
  if (words.length > 0) return { kind: 'words', words }
  return OF_FILES.test(first.name()) ? { kind: 'files' } : ANYTHING
}

function behindOf({ registeredArguments }: Command): CommandNode['behind'] {
  const names = registeredArguments.map((each) => each.name())
  if (names.includes('monitor-options')) {
    return { command: 'monitor', flag: '--serve', flagged: 'serve' }
  }
  return names.includes('flags') ? 'first operand' : null
}

const SETTINGS: Candidates = { kind: 'settings', words: WORD_FORMS }

function wordsOf(argument: Argument, commands: readonly string[]): readonly string[] {
  return argument.name() === 'command' ? commands : (argument.argChoices ?? [])
}

/** All that may be said whole, and what begins the rest. */
export function settingTexts({ words }: Candidates & { readonly kind: 'settings' }): string[] {
  return words.flatMap(({ name, isAlone, values }) => {
    const whole = (values ?? []).map((each) => `${name}=${each}`)
    return [...(isAlone ? [name] : []), ...(values?.length === 0 ? [`${name}=`] : whole)]
  })
}
