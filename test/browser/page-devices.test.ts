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

const NAME = '電源 Prüfstand <script>alert(1)</script> שולחן עם שם ארוך'

describe.skipIf(!hasBrowser)('the page of several devices', () => {
  it('shows all in brief and one in full, by click, key and address', async () => {
    const args = ['--mock', 'motor', '--device', 'motor', '--mock', 'radio', '--device', 'radio']
    const rig = await PageRig.open(browser, args)
    await rig.live()
    const title = rig.tab.locator('h1')
    expect(await title.innerText()).toBe('motor')
    await rig.tab.getByRole('navigation', { name: 'Devices' }).getByText('radio').click()
    await until('radio', async () => (await title.innerText()) === 'radio')
    await until('the address has it', () => rig.query('device') === 'radio')
    await until('a curve of each', async () => (await rig.tab.locator('.spark path').count()) === 2)
    await rig.tab.reload()
    await until('radio again', async () => (await title.innerText()) === 'radio')
    await rig.tab.keyboard.press('1')
    await until('motor', async () => (await title.innerText()) === 'motor')
    await rig.close()
  })

  it('says what the address asks for in vain, and does not keep it', async () => {
    const rig = await PageRig.open(browser, ['--mock', '--device', 'bench'], {
      search: '?device=nope&span=x&end=2100-01-01T00:00:00.000Z',
    })
    const text = 'there is no device nope here: this is bench; not understood in the address: span'
    await rig.part('notice').filter({ hasText: text }).waitFor()
    expect(rig.query('device')).toBeNull()
    expect(rig.query('span')).toBeNull()
    expect(rig.query('end')).toBe('2100-01-01T00:00:00.000Z')
    await rig.close()
  })

  it('has no figure of one device with those of another', async () => {
    const args = ['--mock', 'motor', '--device', 'motor', '--mock', 'radio', '--device', 'radio']
    const rig = await PageRig.open(browser, [...args, '--set', 'interval=20'], {
      search: '?device=radio',
    })
    await until('radio', async () => (await rig.tab.locator('h1').innerText()) === 'radio')
    const p95 = rig.tab.locator('.wide-table tbody tr').first().locator('td').nth(4)
    await until('its percentile', async () => /^\d/.test(await p95.innerText()))
    // The motor has 12 V.
    expect(Number(await p95.innerText())).toBeLessThan(4)
    await rig.close()
  })

  it('shows names in any script as text', async () => {
    const rig = await PageRig.open(browser, ['--mock', '--device', NAME])
    await rig.live()
    expect(await rig.tab.locator('h1').innerText()).toContain('<script>alert(1)</script>')
    await rig.close()
  })

  it('shows channels beside voltage, current and power', async () => {
    const rig = await PageRig.open(browser, ['--mock', 'solar-node', '--channel', 'soc:%:0..100'])
    await rig.live()
    const other = rig.tab.locator('.others .fact', { hasText: 'soc' })
    await until('soc', async () => /\d+\.\d+ %/.test(await other.innerText()))
    await rig.tab.locator('[data-plot="soc"]').waitFor()
    await rig.close()
  })

  it('says that there is no sample yet', async () => {
    const run = await startServe(['--stdin', '--no-log'])
    const rig = await PageRig.of(browser, run)
    await rig.tab.locator('[data-channel="v"]').waitFor()
    expect(await rig.value('v')).toBe('--')
    run.child.stdin?.write('{"v":5.02,"a":-0.000012,"seq":1}\n')
    await until('the one sample', async () => (await rig.value('v')) === '5.020')
    const current = rig.tab.locator('[data-channel="a"] .value')
    await until(
      'its unit',
      async () => (await current.innerText()).replace(/\s+/g, ' ') === '-12.0 µA',
    )
    await rig.close()
  })
})
