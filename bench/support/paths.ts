import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Of the checkout: from here as from a bundled bench (bench/.run-x/bench.mjs), two folders up. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const CLI = join(ROOT, 'bin/ina219.js')
/** Large logs, which are made once. */
export const LOGS = join(tmpdir(), 'ina219-bench-logs')
