import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/polling.ts'
import { startServe } from '../support/serve.ts'
import { hasBrowser, openBrowser } from './support/browser.ts'
import { PageRig } from './support/page-rig.ts'

let browser: Browser

beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser()
})
afterAll(() => browser?.close())

const ground = (rig: PageRig): Promise<string | null> =>
  rig.tab.locator('html').getAttribute('data-theme')

describe.skipIf(!hasBrowser)('how the page looks', () => {
  it('is as the system is, or as one has chosen, and stays so', async () => {
    const rig = await PageRig.open(browser, undefined, { colorScheme: 'light' })
    await rig.live()
    expect(await ground(rig)).toBe('light')
    await rig.part('theme').click()
    await until('dark', async () => (await ground(rig)) === 'dark')
    await rig.tab.reload()
    await rig.live()
    expect(await ground(rig)).toBe('dark')
    await rig.tab.keyboard.press('t')
    await until('light', async () => (await ground(rig)) === 'light')
    await rig.tab.keyboard.press('?')
    await rig.tab.getByRole('radio', { name: 'auto' }).check()
    await rig.tab.emulateMedia({ colorScheme: 'dark' })
    await until('as the system', async () => (await ground(rig)) === 'dark')
    await rig.close()
  })

  it('has units by size, or fixed', async () => {
    const run = await startServe(['--stdin', '--no-log'])
    const rig = await PageRig.of(browser, run)
    run.child.stdin?.write('{"v":5.02,"a":0.2453,"seq":1}\n')
    const value = async (): Promise<string> =>
      (await rig.tab.locator('[data-channel="a"] .value').innerText()).replace(/\s+/g, ' ')
    await until('by size', async () => (await value()) === '245.3 mA')
    await rig.part('units').click()
    await until('base', async () => (await value()) === '0.2453 A')
    await rig.tab.keyboard.press('u')
    await rig.tab.keyboard.press('u')
    await until('micro', async () => (await value()) === '245300.0 µA')
    await rig.close()
  })

  it('has no single keys where somebody has turned them off', async () => {
    const rig = await PageRig.open(browser)
    await rig.live()
    await rig.tab.keyboard.press('?')
    await rig.tab.getByLabel('single keys are commands').uncheck()
    await rig.button('Close').click()
    await rig.tab.keyboard.press('o')
    await rig.tab.keyboard.press(' ')
    expect(await rig.part('layout').innerText()).toBe('overlay')
    expect(await rig.part('freeze').count()).toBe(1)
    await rig.tab.keyboard.press('?')
    await rig.tab.getByRole('dialog').waitFor()
    await rig.close()
  })

  it('has one panel at a time on a phone, under tabs that arrow keys walk through', async () => {
    const rig = await PageRig.open(browser, undefined, { viewport: { width: 390, height: 844 } })
    await rig.live()
    await rig.tab.getByRole('tab', { name: 'Table' }).focus()
    await rig.tab.keyboard.press('ArrowRight')
    await rig.tab.getByRole('tabpanel', { name: 'Alarms' }).waitFor()
    for (let i = 0; i < 2; i++) await rig.tab.keyboard.press('ArrowLeft')
    const last = (await rig.tab.getByRole('tab').last().textContent()) as string
    await rig.tab.getByRole('tabpanel', { name: last }).waitFor()
    await rig.tab.getByRole('tab', { name: 'Events' }).click()
    await rig.tab.getByRole('tabpanel', { name: 'Events' }).waitFor()
    expect(await rig.tab.getByRole('tabpanel').count()).toBe(1)
    await rig.close()
  })

  it.each([320, 390, 768])('cuts no figure of the table, %i wide', async (width) => {
    const rig = await PageRig.open(browser, ['--mock', 'solar-node', '--channel', 'soc:%:0..100'], {
      viewport: { width, height: 844 },
    })
    await rig.live()
    await rig.tab.getByRole('tab', { name: 'Table' }).click()
    const table = rig.tab.locator('.narrow-table')
    await table.waitFor()
    await until('p95', async () => /p95\s+\d/.test(await table.innerText()))
    const cut = await table.evaluate((each) => {
      const scrolling = [...document.querySelectorAll('[role=tabpanel], [role=tabpanel] *')]
      const cells = [...each.querySelectorAll('th, td')]
      return [...scrolling, ...cells]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
        .map(({ className, textContent }) => `${className} ${textContent}`)
    })
    expect(cut.filter((each) => !each.startsWith('for-readers'))).toEqual([])
    expect(await table.locator('tbody').count()).toBe(6)
    await rig.close()
  })

  it('is light with chart and table on paper', async () => {
    const rig = await PageRig.open(browser, undefined, { colorScheme: 'dark' })
    await rig.live()
    await rig.tab.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await until('light', async () => (await ground(rig)) === 'light')
    await until('curves', async () => (await rig.inked()) > 50)
    expect(await rig.tab.locator('.wide-table').isVisible()).toBe(true)
    expect(await rig.part('theme').isVisible()).toBe(false)
    await rig.close()
  })

  it('greys what is not of now once the device has ended', async () => {
    const run = await startServe(['--stdin', '--no-log'])
    const rig = await PageRig.of(browser, run, { search: '?span=10000' })
    run.child.stdin?.end('{"v":5.02,"a":0.2453,"seq":1}\n{"v":5.02,"a":0.2453,"seq":2}\n')
    await rig.part('state').filter({ hasText: 'ENDED' }).waitFor()
    const reading = rig.tab.locator('[data-channel="v"]')
    await until(
      'pale',
      async () => (await reading.getAttribute('class'))?.includes('stale') === true,
    )
    expect(await reading.locator('.word').innerText()).toMatch(/^ended, as of \d+ s ago$/)
    await rig.close()
  })
})
