import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
