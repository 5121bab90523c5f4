import { statSync } from 'node:fs'
import { join } from 'node:path'
import { configFolder } from '../util/paths.ts'

/**
 * Where the configuration file is.
 *
 * @param flag file that a flag names; null: none does
 */
export function configPlace(
  flag: string | null,
  env: NodeJS.ProcessEnv,
): { readonly path: string; readonly isNamed: boolean } {
  const named = flag ?? env['INA219_CONFIG']
  if (named !== undefined && named !== '') return { path: named, isNamed: true }
  return { path: join(configFolder(env), 'config.toml'), isNamed: false }
}

/** Whether nothing is there; false as well where that can't be seen. */
export function isAbsent(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined
  } catch {
    return false
  }
}
