import { THEME_CHOICES } from '../theme/themes.ts'
import { parseDuration } from '../util/duration.ts'
import { InaError } from '../util/errors.ts'
import { numberIn } from '../util/numbers.ts'
import { defaultLogPath } from '../util/paths.ts'
import { type CliOption, option } from './option.ts'

/** Options that several commands have. */

export function dbOption(): CliOption {
  return option('--db <file>', 'the log, an SQLite file', {
    defaultText: 'ina219.db in the user data folder',
  })
}

/** What a log keeps where nobody says anything else. */
export const DEFAULT_RETAIN = { ms: 48 * 3_600_000, text: '48h' } as const

/** ms */
export function retainOption(): CliOption {
  return option('--retain <duration>', 'how long samples stay in the log, 1m or more', {
    default: DEFAULT_RETAIN.ms,
    defaultText: DEFAULT_RETAIN.text,
    parse: retention,
  })
}

function retention(text: string): number {
  const ms = parseDuration(text)
  if (ms < 60_000) {
    throw new InaError('usage_invalid', `'${text}' is too short a retention`, 'keep at least 1m')
  }
  return ms
}

/** Where the log is. @param db of `--db`; undefined: nobody says */
export function logPath(db: string | undefined, env: NodeJS.ProcessEnv): string {
  return db ?? defaultLogPath(env)
}

export function countOption(): CliOption {
  return option('--count <n>', 'stop after n samples, 1 or more', {
    defaultText: 'no end',
    parse: numberIn({ min: 1, max: Number.MAX_SAFE_INTEGER, unit: '', integer: true }),
  })
}

/** @param help one line */
export function durationOption(help: string): CliOption {
  return option('--duration <duration>', help, { defaultText: 'no end', parse: parseDuration })
}

/** @param what it is about */
export function themeOption(what: string): CliOption {
  return option('--theme <name>', `${what}; auto: dark or light, as the background is`, {
    default: 'auto',
    choices: THEME_CHOICES,
  })
}
