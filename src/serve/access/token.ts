import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { InaError, systemCode } from '../../util/errors.ts'

/** A secret that whoever changes something has to know. Never printed. */
export class Token {
  readonly #digest: Buffer

  /** @param text 16 characters or more, without blanks */
  constructor(text: string) {
    this.#digest = digestOf(text)
  }

  /** Takes the same time whatever differs. */
  equals(text: string): boolean {
    return timingSafeEqual(this.#digest, digestOf(text))
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

const SHORTEST = 16
const FORM = /^[\x21-\x7e]+$/

/**
 * Reads the token from its file, and makes the file, for its user alone, where it is absent.
 *
 * @throws InaError config_invalid: can't be read or made, or holds no token
 */
export function openTokenFile(path: string): Token {
  return new Token(tokenIn(path) ?? makeToken(path))
}

/** @returns null: there is no such file. @throws InaError config_invalid */
export function tokenIn(path: string): string | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw unusable(path, error)
  }
  if (text.length >= SHORTEST && FORM.test(text)) return text
  throw new InaError(
    'config_invalid',
    `the token file ${path} holds no token of ${SHORTEST} characters or more`,
    'delete it, and serve makes a new one',
  )
}

function makeToken(path: string): string {
  const text = randomBytes(24).toString('base64url')
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx' })
    // Whatever the umask of the process is.
    chmodSync(path, 0o600)
  } catch (error) {
    // Another process was quicker.
    if (systemCode(error) === 'EEXIST') return tokenIn(path) ?? makeToken(path)
    throw unusable(path, error)
  }
  return text
}

function unusable(path: string, error: unknown): InaError {
  return new InaError(
    'config_invalid',
    `the token file ${path} can't be used: ${systemCode(error) ?? String(error)}`,
    'name another file with --token-file',
    error,
  )
}
