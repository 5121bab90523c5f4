import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One place for the compiled code of the command, which the tests start some thousand times. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'ina219-test-code-'))
  process.env['CODE_CACHE_OF_TESTS'] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
