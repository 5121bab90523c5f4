import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ina219 } from './cli.ts'
import { temporaryFolder } from './folder.ts'

/** What `import --format json` says of a file. */
export interface FileJson {
  readonly kind: string
  readonly rows: number
  readonly empty_rows: number
  readonly refused: number
  readonly refused_rows: readonly { readonly line: number; readonly reason: string }[]
  readonly devices: readonly {
    readonly device: string
    readonly added: number
    readonly known: number
    readonly out_of_range: number
    readonly lost: number
  }[]
}

/** A folder with a log that does not exist yet, and a file of that content. */
export function recording(content: string | Buffer, name = 'recording.csv') {
  const folder = temporaryFolder()
  const file = join(folder, name)
  writeFileSync(file, content)
  return { folder, file, db: join(folder, 'log.db') }
}

export async function imported(file: string, db: string, ...more: string[]): Promise<FileJson> {
  const run = await ina219(['import', file, '--db', db, '--format', 'json', ...more])
  expect(run).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(run.stdout).files[0]
}

export const SAMPLES =
  'SELECT time_us, voltage, current, power, sequence, status, device FROM power_log'
