import type { Command, Option } from 'commander'

const NO: readonly string[] = ['0', 'false', 'no', 'off']
const YES: readonly string[] = ['1', 'true', 'yes', 'on']

/**
 * Takes empty variables of ours away: they count as not set. To be called before
 * the command line is parsed, since commander takes them for values.
 */
export function dropEmptyVariables(commands: readonly Command[], env: NodeJS.ProcessEnv): void {
  for (const { envVar } of commands.flatMap((each) => each.options)) {
    if (envVar !== undefined && env[envVar] === '') delete env[envVar]
  }
}

/**
 * Reads yes and no where commander does not: it takes any value of a switch's
 * variable for yes, and `INA219_MOCK=1` for a scenario of that name. A no counts
 * as said by the environment, so that the configuration file does not overrule it.
 */
export function applySwitchVariables(command: Command, env: NodeJS.ProcessEnv): void {
  for (const each of command.options) {
    const key = each.attributeName()
    if (each.envVar === undefined || each.required) continue
    if (command.getOptionValueSource(key) !== 'env') continue
    const word = env[each.envVar]?.trim().toLowerCase() ?? ''
    if (NO.includes(word)) command.setOptionValueWithSource(key, offValue(each), 'env')
    else if (each.optional && YES.includes(word)) {
      command.setOptionValueWithSource(key, true, 'env')
    }
  }
}

/** What a switch is when nobody throws it: `--no-log` stands for a log that is true. */
function offValue(each: Option): boolean | undefined {
  if (each.optional) return undefined
  return each.negate
}
