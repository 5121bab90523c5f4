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

const notice = (rig: PageRig): Promise<string> => rig.part('notice').innerText()
const events = (rig: PageRig): Promise<string> => rig.tab.locator('.event-list').innerText()

describe.skipIf(!hasBrowser)('what changes something', () => {
  it('needs the token, which is entered once and kept as long as the tab lives', async () => {
    const rig = await PageRig.open(browser)
    await rig.live()
    await rig.tab.keyboard.press('m')
    const field = rig.tab.getByLabel('token', { exact: true })
    await field.waitFor()
    // Whoever has no mouse types right away.
    await rig.tab.keyboard.type('this is not the token')
    await rig.tab.keyboard.press('Enter')
    const refused = rig.tab.getByRole('alert').filter({ hasText: 'not the token' })
    await refused.waitFor()
    // The server has closed that connection; the dialog stays over the next one, and nobody was away.
    await rig.live()
    expect(await refused.count()).toBe(1)
    await field.fill(rig.run.token)
    await rig.tab.keyboard.press('Enter')
    await rig.button('lock').waitFor()
    expect(await rig.tab.getByRole('dialog').count()).toBe(0)
    expect(await rig.part('notice').count()).toBe(0)
    expect(await rig.part('missed').count()).toBe(0)
    await rig.tab.reload()
    await rig.button('lock').waitFor()
    await rig.button('lock').click()
    await rig.part('unlock').waitFor()
    expect(await rig.tab.evaluate(() => sessionStorage.length)).toBe(0)
    // The browser says of a closed connection that it was closed.
    await rig.close()
  })

  it('sends settings, and says what the device answered', async () => {
    const rig = await PageRig.open(browser)
    await rig.live()
    await rig.unlock()
    await rig.tab.getByLabel('interval').selectOption('100')
    await until('acknowledged', async () => (await notice(rig)).startsWith('interval=100: ok'))
    await rig.tab.getByLabel('send').fill('averaging=3')
    await rig.button('send').click()
    await until('refused', async () => (await notice(rig)).startsWith('averaging=3: refused'))
    await rig.tab.getByLabel('send').fill('nonsense=1')
    await rig.button('send').click()
    await until('not sent', async () => (await notice(rig)).startsWith('not done: '))
    await rig.tab.getByLabel('send').fill('averaging=8')
    await rig.tab.keyboard.press('Enter')
    await until('done', async () => (await notice(rig)).startsWith('averaging=8: ok'))
    await until('on record', async () => (await events(rig)).includes('set_interval'))
    await rig.close()
  })

  it('switches outputs, and shows what the device has confirmed', async () => {
    const rig = await PageRig.open(browser)
    await rig.live()
    await rig.unlock()
    const output = rig.tab.getByRole('switch', { name: 'A', exact: true })
    await output.waitFor()
    expect(await output.getAttribute('aria-checked')).toBe('false')
    await output.click()
    await until('confirmed', async () => (await output.getAttribute('aria-checked')) === 'true')
    await until('its word', async () => (await rig.tab.locator('#output-A').innerText()) === 'on')
    await rig.close()
  })

  it('sets a mark, resets the totals, each on record', async () => {
    const rig = await PageRig.open(browser)
    await rig.live()
    await rig.unlock()
    await rig.tab.keyboard.press('m')
    await rig.tab.getByLabel('note').waitFor()
    await rig.tab.keyboard.type('the pump <b>starts</b>')
    await rig.tab.keyboard.press('Enter')
    await until('the mark', async () => (await events(rig)).includes('the pump <b>starts</b>'))
    await until('its flag', async () => (await rig.tab.locator('.flag.remark').count()) > 0)
    // A flag that moves on with the chart is under no pointer for long.
    await rig.tab.keyboard.press('f')
    await rig.part('live').waitFor()
    await rig.tab.locator('.flag.remark').first().hover()
    await rig.part('reason').filter({ hasText: 'the pump' }).waitFor()
    await rig.tab.mouse.move(5, 5)
    await rig.tab.keyboard.press('f')
    await rig.part('live').waitFor({ state: 'detached' })
    await rig.button('reset').click()
    await rig.tab.getByRole('dialog').getByRole('button', { name: 'reset' }).click()
    await until('reset', async () => (await events(rig)).includes('totals'))
    await rig.close()
  })

  it('acknowledges alarms, one or all, and snoozes them', async () => {
    const args = [
      '--mock',
      '--set',
      'interval=50',
      '--alarm',
      'a > 1mA latch as load',
      '--limit',
      'v:1..2',
    ]
    const rig = await PageRig.open(browser, args)
    await rig.live()
    await rig.unlock()
    const alarms = rig.tab.getByRole('region', { name: 'Alarms' })
    const row = alarms.locator('li', { hasText: 'load' })
    await row.filter({ hasText: 'ALARM !' }).waitFor()
    expect(await rig.tab.locator('[data-channel="v"] .word').innerText()).toBe('HIGH !')
    await rig.button('ack load').click()
    await row.locator('.word', { hasText: 'ack' }).waitFor()
    await rig.button('snooze 10 min').click()
    await alarms.getByText('snoozed 10 min').first().waitFor()
    await rig.tab.keyboard.press('a')
    await until('all', async () => !(await alarms.innerText()).includes('ALARM !'))
    await rig.close()
  })
})
