import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/polling.ts'
import { hasBrowser, openBrowser } from './support/browser.ts'
import { PageRig } from './support/page-rig.ts'

let browser: Browser
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser()
})
afterAll(() => browser?.close())

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What axe-core finds against WCAG 2.2 AA, one line each. */
async function findings(rig: PageRig): Promise<string[]> {
  // The page's own policy would refuse a further script; evaluated by the debugger it is none of the page's.
  await rig.tab.evaluate(AXE)
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const found = (await rig.tab.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(tags)} }).then(({ violations }) => violations)`,
  )) as Finding[]
  return found.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html} ${failureSummary}`),
  )
}

const ALARMED = ['--mock', '--alarm', 'a > 10mA latch as load', '--limit', 'v:4..4.5']

describe.skipIf(!hasBrowser)('the page is usable by all', () => {
  it.each([
    ['dark', 1280],
    ['light', 1280],
    ['dark', 390],
    ['light', 390],
  ] as const)('%s, %i wide: axe finds nothing', async (colorScheme, width) => {
    const viewport = { width, height: 900 }
    const rig = await PageRig.open(browser, ALARMED, { colorScheme, viewport })
    await rig.live()
    await until('curves', async () => (await rig.inked()) > 20)
    expect(await findings(rig)).toEqual([])
    const isWider = await rig.tab.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    )
    expect(isWider).toBe(false)
    await rig.close()
  })

  it('also while a dialog is open and a span is selected', async () => {
    const rig = await PageRig.open(browser, ALARMED)
    await rig.live()
    await rig.unlock()
    await rig.tab.keyboard.press('?')
    await rig.tab.getByRole('dialog').waitFor()
    expect(await findings(rig)).toEqual([])
    await rig.tab.keyboard.press('Escape')
    await rig.button('token').or(rig.button('unlocked')).first().waitFor()
    await rig.close()
  })
})
