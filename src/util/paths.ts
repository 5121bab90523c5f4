import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The user's folder for data of ours: `$XDG_DATA_HOME/ina219`, else
 * `%LOCALAPPDATA%\ina219` on Windows, `~/Library/Application Support/ina219` on
 * macOS, `~/.local/share/ina219` elsewhere. XDG asks to ignore relative paths.
 */
export function dataFolder(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = env['HOME'] || env['USERPROFILE'] || homedir()
  return join(dataRoot(env, platform, home), 'ina219')
}

function dataRoot(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  const xdg = env['XDG_DATA_HOME']
  if (xdg?.startsWith('/')) return xdg
  if (platform === 'win32') return env['LOCALAPPDATA'] || join(home, 'AppData', 'Local')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support')
  return join(home, '.local', 'share')
}

/** Where the log is unless `--db` says otherwise. */
export function defaultLogPath(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(dataFolder(env, platform), 'ina219.db')
}
