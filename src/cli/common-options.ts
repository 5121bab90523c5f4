import { parseDuration } from '../util/duration.ts'
import { numberIn } from '../util/numbers.ts'
import { defaultLogPath } from '../util/paths.ts'
import { type CliOption, option } from './option.ts'

/** Options that several commands have. */

export function dbOption(): CliOption {
  return option('--db <file>', 'the log, an SQLite file', {
    defaultText: 'ina219.db in the user data folder',
  })
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
