import type { Command } from 'commander'
import type { ConfigValue } from '../config/option.ts'
import { InaError, isInaError } from '../util/errors.ts'

/** A value of environment or file, as far as an error about it has to name it. */
export type Said = Pick<ConfigValue, 'name' | 'origin'>

/** What environment and file say of a command, by attribute name. */
const SAID = new WeakMap<Command, ReadonlyMap<string, Said>>()

export function rememberSaid(command: Command, said: ReadonlyMap<string, Said>): void {
  SAID.set(command, said)
}

/** Who says the value that an option has now; null: a flag, or nobody. */
export function saidOf(command: Command, key: string): Said | null {
  const source = command.getOptionValueSource(key)
  if (source !== 'env' && source !== 'config') return null
  return SAID.get(command)?.get(key) ?? null
}

/**
 * Does what may find a value wrong only when all of them are known. Its error names variable or
 * file and line of those that don't come from the command line, as errors do that are found earlier.
 *
 * @throws InaError config_invalid in place of usage_invalid, where there is such a value
 */
export function blaming<T>(said: readonly (Said | null | undefined)[], work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw blamed(said, error)
  }
}

/** The error itself where it is about something else, or only flags are to blame. */
export function blamed(said: readonly (Said | null | undefined)[], error: unknown): unknown {
  if (!isInaError(error) || error.code !== 'usage_invalid') return error
  const places = placesText(said.flatMap((each) => each ?? []))
  if (places === '') return error
  const message = `${places}: ${error.message}`
  return new InaError('config_invalid', message, error.hint, error)
}

/** `the configuration file lab.toml, line 3, key 'backup', and line 4, key 'retain'` */
function placesText(said: readonly Said[]): string {
  const places = said.map(({ name, origin }, i) => {
    if (origin.kind === 'environment') return `the variable ${origin.variable}`
    const line = origin.line === null ? '' : `line ${origin.line}, `
    // There is only one file.
    const isNamed = said.slice(0, i).some((each) => each.origin.kind === 'file')
    const file = isNamed ? '' : `the configuration file ${origin.file}, `
    return `${file}${line}key '${name}'`
  })
  return [...new Set(places)].join(', and ')
}
