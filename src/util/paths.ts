import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import { basename, dirname, isAbsolute, join, posix, resolve, sep, win32 } from 'node:path'
import { InaError } from './errors.ts'
import { withoutScheme } from './url-scheme.ts'

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

/**
 * The user's folder for what can be made again: `$XDG_CACHE_HOME/ina219`, else
 * `%LOCALAPPDATA%\ina219` on Windows, `~/Library/Caches/ina219` on macOS,
 * `~/.cache/ina219` elsewhere.
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  return userFolder(env, platform, {
    xdg: 'XDG_CACHE_HOME',
    windows: ['LOCALAPPDATA', ['AppData', 'Local']],
    home: platform === 'darwin' ? ['Library', 'Caches'] : ['.cache'],
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

/** Links followed one after another at most, as Linux does. */
const MOST_LINKS = 40

/**
 * The file that a path leads to: absolute, with every link followed, also where
 * the file (or the folder) does not exist yet. A pipe or a device that has no
 * path of its own keeps the one given.
 */
export function realPath(path: string, linksLeft = MOST_LINKS): string {
  // Not normalised: `..` behind a link is the parent of what the link leads to.
  const absolute =
    process.platform === 'win32'
      ? resolve(path)
      : isAbsolute(path)
        ? path
        : `${process.cwd()}/${path}`
  if (existsSync(absolute)) {
    try {
      return realpathSync.native(absolute)
    } catch {
      return absolute
    }
  }
  const parent = dirname(absolute)
  if (parent === absolute) return absolute
  const folder = realPath(parent, linksLeft)
  const link = targetOf(absolute)
  if (link === null || linksLeft === 0) return join(folder, basename(absolute))
  return realPath(isAbsolute(link) ? link : `${folder}/${link}`, linksLeft - 1)
}

/** Whether two names are of one port, also through a link such as those of /dev/serial/by-id. */
export function isSamePort(a: string, b: string): boolean {
  if (process.platform === 'win32') return a.toLowerCase() === b.toLowerCase()
  return a === b || realPath(a) === realPath(b)
}

function targetOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

/**
 * Where a log is, as a path that SQLite takes literally: absolute, links
 * followed, so that `:memory:` and `file:x` are files of that name. What
 * better-sqlite3 would change (it cuts off blanks at the end) is refused.
 *
 * @throws InaError usage_invalid
 */
export function logFilePath(path: string): string {
  if (withoutScheme(path) !== null) {
    // Without the text: it may have a password in it.
    throw new InaError(
      'usage_invalid',
      "a URL can't be the name of a log",
      'name a file with --db; history and export read a database with --from-db',
    )
  }
  const isName =
    path.trim() !== '' && !path.includes('\0') && !path.endsWith('/') && !path.endsWith(sep)
  const file = isName ? realPath(path) : ''
  if (file !== '' && file === file.trim()) return file
  throw new InaError(
    'usage_invalid',
    `'${path}' can't be the name of a log`,
    'name a file with --db; its name must not be empty, nor end with a blank or a slash',
  )
}
