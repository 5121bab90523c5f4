import { InaError, isInaError } from '../util/errors.ts'
import type { ConfigOption, ConfigValue } from './option.ts'

const NO: readonly string[] = ['0', 'false', 'no', 'off']
const YES: readonly string[] = ['1', 'true', 'yes', 'on']

/**
 * What the environment says of these options. An empty variable counts as not
 * set. A switch takes any word but a no for yes.
 *
 * @throws InaError config_invalid, which names the variable
 */
export function readEnvironment(
  options: readonly ConfigOption[],
  env: NodeJS.ProcessEnv,
): ConfigValue[] {
  return options.flatMap((option): ConfigValue[] => {
    const text = env[option.variable]
    if (text === undefined || text === '') return []
    const { name, variable } = option
    const value = valueIn(option, text)
    return [{ name, value, texts: [text], origin: { kind: 'environment', variable } }]
  })
}

function valueIn(option: ConfigOption, text: string): unknown {
  if (option.kind === 'switch' || option.mayBeBare) {
    const word = text.trim().toLowerCase()
    if (NO.includes(word)) return false
    if (option.kind === 'switch' || YES.includes(word)) return true
  }
  const { kind, separator } = option
  if (kind !== 'list') return parsed(option, text)
  const texts = separator === null ? [text] : text.split(separator).map((each) => each.trim())
  return texts.filter((each) => each !== '').map((each) => parsed(option, each))
}

function parsed(option: ConfigOption, text: string): unknown {
  try {
    return option.parse(text)
  } catch (error) {
    if (!isInaError(error)) throw error
    const message = `the variable ${option.variable}: ${error.message}`
    throw new InaError('config_invalid', message, error.hint, error)
  }
}
