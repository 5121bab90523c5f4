import { userInfo } from 'node:os'
import { join, posix, win32 } from 'node:path'

/**
 * The user's folder for data of ours: `$XDG_DATA_HOME/ina219`, else
 * `%LOCALAPPDATA%\ina219` on Windows, `~/Library/Application Support/ina219` on
 * macOS, `~/.local/share/ina219` elsewhere.
 */
export function dataFolder(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  return userFolder(env, platform, {
    xdg: 'XDG_DATA_HOME',
    windows: ['LOCALAPPDATA', ['AppData', 'Local']],
    home: platform === 'darwin' ? ['Library', 'Application Support'] : ['.local', 'share'],
  })
}

/**
 * The user's folder for settings of ours: `$XDG_CONFIG_HOME/ina219`, else
 * `%APPDATA%\ina219` on Windows, `~/.config/ina219` elsewhere.
 */
export function configFolder(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  return userFolder(env, platform, {
    xdg: 'XDG_CONFIG_HOME',
    windows: ['APPDATA', ['AppData', 'Roaming']],
    home: ['.config'],
  })
}

interface Places {
  /** Variable of the XDG base directory specification. */
  readonly xdg: string
  /** Variable on Windows, and its usual place in the home folder. */
  readonly windows: readonly [variable: string, usual: readonly string[]]
  /** Place in the home folder on any other system. */
  readonly home: readonly string[]
}

/** A variable that is empty or holds a relative path counts as not set, as XDG asks. */
function userFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, places: Places): string {
  const absolute = (name: string): string | undefined => {
    const path = env[name]
    const { isAbsolute } = platform === 'win32' ? win32 : posix
    return path !== undefined && isAbsolute(path) ? path : undefined
  }
  const home = absolute('HOME') ?? absolute('USERPROFILE') ?? registeredHome()
  const [variable, usual] = places.windows
  const root =
    absolute(places.xdg) ??
    (platform === 'win32'
      ? (absolute(variable) ?? join(home, ...usual))
      : join(home, ...places.home))
  return join(root, 'ina219')
}

/** Of the user database: `os.homedir` would repeat HOME, even an empty one. */
function registeredHome(): string {
  try {
    return userInfo().homedir
  } catch {
    // A container's user without an entry: what can't be written there is reported when it is tried.
    return '/'
  }
}

/** Where the log is unless `--db` says otherwise. */
export function defaultLogPath(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(dataFolder(env, platform), 'ina219.db')
}
