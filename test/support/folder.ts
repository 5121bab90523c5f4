import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []

/** A folder of its own; gone after the last test of the file, when nothing of these tests runs any more. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ina219-test-'))
  folders.push(folder)
  return folder
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}
