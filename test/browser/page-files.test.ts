import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasBrowser, openBrowser } from './support/browser.ts'
import { PageRig } from './support/page-rig.ts'

let browser: Browser

beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser()
})
afterAll(() => browser?.close())

/** What a button saves, and under which name. */
async function saved(rig: PageRig, button: string): Promise<{ name: string; text: string }> {
  const download = rig.tab.waitForEvent('download')
  await rig.button(button).click()
  const file = await download
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') }
}

describe.skipIf(!hasBrowser)('files of the page', () => {
  it.each([
    ['CSV', false],
    ['NDJSON', false],
    ['CSV', true],
  ] as const)(
    'has the samples of the selection as %s, those of export; token: %s',
    async (button, isUnlocked) => {
      const db = join(temporaryFolder(), 'log.db')
      const rig = await PageRig.open(browser, ['--mock', '--set', 'interval=20', '--db', db])
      await rig.live()
      const samples = rig.tab.locator('.facts .fact', { hasText: 'samples' }).locator('dd')
      await until('some seconds', async () => Number(await samples.innerText()) > 150)
      // What is older than a second is in the log.
      const [from, to] = [2500, 1500].map((ms) => new Date(Date.now() - ms).toISOString())
      await rig.tab.goto(`${rig.run.url}/?from=${from}&to=${to}`)
      await rig.part('selection').locator('table').waitFor()
      if (isUnlocked) await rig.unlock()
      const { name, text } = await saved(rig, button)
      const format = button.toLowerCase()
      expect(name).toMatch(new RegExp(`^ina219-mock.normal.*\\.${format}$`))
      const range = ['--from', from ?? '', '--to', to ?? '']
      const { stdout } = await ina219(['export', '--db', db, '--format', format, ...range])
      expect(text).toBe(stdout)
      expect(text.split('\n').length).toBeGreaterThan(20)
      await rig.close()
    },
  )

  it('has the chart as SVG, without a script', async () => {
    const rig = await PageRig.open(browser)
    await rig.live()
    await until('curves', async () => (await rig.inked()) > 50)
    const { name, text } = await saved(rig, 'SVG')
    expect(name).toMatch(/^ina219-mock-normal-\d{8}T\d{6}\.\d{3}Z\.svg$/)
    expect(text).toMatch(/^<\?xml/)
    expect(text).toContain('Voltage (V)')
    expect(text).not.toContain('<script')
    await rig.close()
  })
})
