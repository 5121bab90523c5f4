import { readFileSync, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { InaError, systemCode } from '../util/errors.ts'
import type { TlsFiles } from './serve-plan.ts'

/** Certificate and key as they are in their files, where a renewed one appears while we run. */
export class TlsKeys {
  readonly #files: TlsFiles
  /** Empty: not looked at yet; the first look reads them again, so that no change is missed. */
  #stamps = ''
  #options: SecureContextOptions

  /** @throws InaError usage_invalid: they can't be read, are none, or do not belong together */
  constructor(files: TlsFiles) {
    this.#files = files
    this.#options = this.#read()
  }

  get options(): SecureContextOptions {
    return this.#options
  }

  /**
   * Looks whether the files have changed.
   *
   * @returns what is new; null: nothing is
   * @throws InaError usage_invalid, once: what is there can't be used; what was there before holds
   */
  async look(): Promise<SecureContextOptions | null> {
    const stats = await Promise.all(
      [this.#files.cert, this.#files.key].map((path) => stat(path).catch(() => undefined)),
    )
    const stamps = stats.map(stampOf).join()
    if (stamps === this.#stamps) return null
    this.#stamps = stamps
    this.#options = this.#read()
    return this.#options
  }

  #read(): SecureContextOptions {
    const options: SecureContextOptions = {
      cert: pemOf(this.#files.cert),
      key: pemOf(this.#files.key),
      minVersion: 'TLSv1.2',
    }
    try {
      createSecureContext(options)
    } catch (error) {
      throw unusable(`${this.#files.cert} with ${this.#files.key}`, error)
    }
    return options
  }
}

/** @param stats undefined: it is not there */
function stampOf(stats: Stats | undefined): string {
  return stats === undefined ? '-' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`
}

function pemOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unusable(path, error)
  }
}

function unusable(what: string, error: unknown): InaError {
  return new InaError(
    'usage_invalid',
    `${what} can't be used for TLS: ${systemCode(error) ?? String(error)}`,
    'name certificate and key in PEM with --tls-cert and --tls-key',
    error,
  )
}
