import { readFileSync } from 'node:fs'
import { InaError } from '../util/errors.ts'

/** What must not be shown. Data alone: it goes to another thread. */
export type Secret =
  | { readonly text: string }
  /** Its first line, as it is when it is needed: somebody may have put it right. */
  | { readonly file: string }

/** @returns null: there is none @throws InaError usage_invalid: the file can't be read, or is empty */
export function secretText(secret: Secret | null): string | null {
  if (secret === null) return null
  return 'text' in secret ? secret.text : firstLine(secret.file)
}

function firstLine(file: string): string {
  let line = ''
  try {
    line = readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? ''
  } catch (error) {
    throw new InaError('usage_invalid', `${file} can't be read`, 'name a file that is there', error)
  }
  if (line !== '') return line
  throw new InaError('usage_invalid', `${file} is empty`, 'write the secret into its first line')
}
