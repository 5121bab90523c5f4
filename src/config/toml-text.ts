import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'
import { devNull } from 'node:os'
import { parse, TomlError } from 'smol-toml'
import { errorText, InaError, isInaError, systemCode } from '../util/errors.ts'

export type Table = Readonly<Record<string, unknown>>

/** What errors say of a kind of file. */
export interface FileWords {
  /** `configuration file` */
  readonly what: string
  /** What to do where the path is no file ... */
  readonly toName: string
  /** ... and where it is no TOML. */
  readonly toCorrect: string
  /** Where in it something is, from all that is before; absent: `line 3`. */
  readonly placeAt?: (before: string) => string
}

/**
 * @param isRequired false: a file that is not there is null
 * @throws InaError config_invalid
 */
export function readTomlText(words: FileWords, path: string, isRequired: boolean): string | null {
  const { what } = words
  try {
    refuseIrregular(words, path)
    const bytes = readFileSync(path)
    if (!isUtf8(bytes)) throw notUtf8(words, path, bytes)
    return bytes.toString('utf8')
  } catch (error) {
    if (isInaError(error)) throw error
    const code = systemCode(error)
    if (!isRequired && (code === 'ENOENT' || code === 'ENOTDIR')) return null
    throw new InaError(
      'config_invalid',
      `the ${what} ${path} can't be read (${code ?? 'unknown reason'})`,
      'check the path and its permissions',
      error,
    )
  }
}

/** Characters of another code would be taken for a mark that stands for any of them. */
function notUtf8({ what, placeAt = lineAt }: FileWords, path: string, bytes: Buffer): InaError {
  // What is no UTF-8 comes back as other bytes.
  const again = Buffer.from(bytes.toString('utf8'))
  const at = bytes.findIndex((byte, i) => byte !== again[i])
  const place = placeAt(bytes.toString('utf8', 0, at))
  const message = `the ${what} ${path}, ${place} is not UTF-8`
  return new InaError('config_invalid', message, 'save it as UTF-8, as "CSV UTF-8" of Excel does')
}

function lineAt(before: string): string {
  return `line ${before.split('\n').length}`
}

/** Reading a pipe or a device might never end. */
function refuseIrregular({ what, toName }: FileWords, path: string): void {
  const stats = statSync(path)
  if (stats.isFile() || (stats.isCharacterDevice() && path === devNull)) return
  throw new InaError('config_invalid', `the ${what} ${path} is no regular file`, toName)
}

/** @throws InaError config_invalid, which names line and column */
export function parseToml({ what, toCorrect }: FileWords, path: string, text: string): Table {
  try {
    return parse(text)
  } catch (error) {
    const at = error instanceof TomlError ? `, line ${error.line}, column ${error.column}` : ''
    const reason = errorText(error)
      .split('\n')[0]
      ?.replace(/^Invalid TOML document: /, '')
    const message = `the ${what} ${path}${at} is not valid TOML: ${reason}`
    throw new InaError('config_invalid', message, toCorrect, error)
  }
}
