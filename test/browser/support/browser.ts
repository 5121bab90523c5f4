import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where Debian's chromium-headless-shell, or what `CHROMIUM` names, is. */
const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
]
const executablePath = PLACES.find((path) => path !== '' && existsSync(path))

/** False: the tests that need one are skipped. */
export const hasBrowser = executablePath !== undefined
if (!hasBrowser) console.warn('no chromium-headless-shell: the tests in a browser are skipped')

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath as string })
}
