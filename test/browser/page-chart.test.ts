import { join } from 'node:path'
import type { Browser, Locator } from 'playwright-core'
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

/** The middle of an element, and how large it is. */
async function area(of: Locator) {
  const box = await of.boundingBox()
  if (box === null) throw new Error('it is not shown')
  return { ...box, midX: box.x + box.width / 2, midY: box.y + box.height / 2 }
}

const ARGS = ['--mock', '--set', 'interval=20']

/** A page whose chart shows 1 s, full of samples. */
async function shown(args = ARGS): Promise<PageRig> {
  const rig = await PageRig.open(browser, args, { search: '?span=1000' })
  await rig.live()
  const samples = rig.tab.locator('.totals .fact', { hasText: 'samples' }).locator('dd')
  await until('the chart is full', async () => Number(await samples.innerText()) > 60)
  await until('curves', async () => (await rig.inked()) > 200)
  return rig
}

describe.skipIf(!hasBrowser)('the chart', () => {
  it('shows the span of each button', async () => {
    const rig = await PageRig.open(browser)
    await rig.live()
    for (const span of ['10 s', '5 min', '15 min', '1 h', '6 h', '24 h', '48 h']) {
      await rig.button(span).click()
      const ms = { s: 1000, min: 60_000, h: 3_600_000 }[span.replace(/\d+ /, '') as 's']
      const spanMs = Number.parseInt(span, 10) * ms
      await rig.tab.locator(`[data-drawn="${spanMs}"]`).waitFor()
      expect(await rig.button(span).getAttribute('aria-pressed'), span).toBe('true')
      await until(`the address has ${span}`, () => rig.query('span') === String(spanMs))
    }
    await rig.close()
  })

  it('zooms with the wheel at the pointer, which keeps its moment, and with buttons and keys', async () => {
    const rig = await shown()
    const { x, midY, width } = await area(rig.tab.locator('[data-plot="v"]'))
    await rig.button('freeze').click()
    const moment = () => rig.part('readout').locator('time').innerText()
    await rig.tab.mouse.move(x + width * 0.7, midY)
    await rig.part('readout').waitFor()
    const before = Number((await moment()).split(':').at(-1))
    await rig.tab.mouse.wheel(0, -100)
    await rig.tab.locator('[data-drawn="800"]').waitFor()
    await rig.tab.mouse.move(x + width * 0.7, midY + 1)
    // Within a sample.
    expect(Math.abs(Number((await moment()).split(':').at(-1)) - before)).toBeLessThan(0.03)
    await rig.tab.mouse.move(x + width / 2, 5)
    await rig.button('Zoom out').click()
    await rig.tab.locator('[data-drawn="10000"]').waitFor()
    await rig.tab.keyboard.press('-')
    await rig.tab.locator('[data-drawn="60000"]').waitFor()
    await rig.tab.keyboard.press('+')
    await rig.tab.locator('[data-drawn="10000"]').waitFor()
    await rig.close()
  })

  it('zooms with two fingers, and pans with one', async () => {
    const rig = await shown()
    const { x, midY, width } = await area(rig.tab.locator('[data-plot="a"]'))
    const finger = (type: string, pointerId: number, at: number): Promise<void> =>
      rig.tab.evaluate(
        ([kind, id, clientX, clientY]) => {
          const target = document.querySelector('[data-plot="a"]')
          const how = { pointerId: id, clientX, clientY, pointerType: 'touch', bubbles: true }
          // Fingers that no screen has felt can't be captured.
          Element.prototype.setPointerCapture = () => {}
          target?.dispatchEvent(new PointerEvent(kind, how))
        },
        [type, pointerId, at, midY] as const,
      )
    await finger('pointerdown', 1, x + width * 0.4)
    await finger('pointerdown', 2, x + width * 0.6)
    await finger('pointermove', 1, x + width * 0.2)
    await finger('pointermove', 2, x + width * 0.8)
    await finger('pointerup', 1, x + width * 0.2)
    await finger('pointerup', 2, x + width * 0.8)
    await rig.part('live').waitFor()
    await until('a third', async () => {
      const drawn = await rig.part('strips').getAttribute('data-drawn')
      return Math.abs(Number(drawn) - 333) < 5
    })
    await until('its end', () => rig.query('end') !== null)
    const end = rig.query('end')
    await finger('pointerdown', 1, x + width * 0.4)
    await finger('pointermove', 1, x + width * 0.6)
    await finger('pointerup', 1, x + width * 0.6)
    await until('earlier', () => (rig.query('end') ?? '') < (end ?? ''))
    await rig.close()
  })

  it('moves with a drag, says that it stands still, and runs again after a double click', async () => {
    const rig = await shown()
    const { midX, midY } = await area(rig.tab.locator('[data-plot="a"]'))
    await rig.tab.mouse.move(midX, midY)
    await rig.tab.mouse.down()
    await rig.tab.mouse.move(midX + 60, midY)
    await rig.tab.mouse.up()
    await rig.part('live').waitFor()
    await until('the address has its end', () => rig.query('end') !== null)
    await rig.tab.mouse.dblclick(midX, midY)
    await rig.part('freeze').waitFor()
    await until('the address has no end', () => rig.query('end') === null)
    await rig.close()
  })

  it('selects with Shift and drag; the figures are those of history, to the digit', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const rig = await shown([...ARGS, '--db', db])
    const { x, midY, width } = await area(rig.tab.locator('[data-plot="v"]'))
    await rig.tab.keyboard.press(' ')
    await rig.tab.keyboard.down('Shift')
    await rig.tab.mouse.move(x + width * 0.6, midY)
    await rig.tab.mouse.down()
    await rig.tab.mouse.move(x + width * 0.95, midY, { steps: 3 })
    await rig.tab.mouse.up()
    await rig.tab.keyboard.up('Shift')
    const selection = rig.part('selection')
    await selection.locator('table').waitFor()
    await until('the address has it', () => rig.query('from') !== null)
    const range = ['--from', rig.query('from') ?? '', '--to', rig.query('to') ?? '']
    const { stdout } = await ina219(['history', '--format', 'json', '--db', db, ...range])
    const [total] = JSON.parse(stdout).devices
    const voltage = await selection.locator('tbody tr').first().locator('td').allInnerTexts()
    expect(Number(voltage[0])).toBe(total.voltage_v.min)
    expect(Number(voltage[2])).toBe(total.voltage_v.max)
    expect(Number(voltage[1])).toBeCloseTo(total.voltage_v.avg, 4)
    await rig.close()
  })

  it('has a cursor for those without a mouse, which reads the very sample', async () => {
    const rig = await shown()
    await rig.part('strips').focus()
    await rig.tab.keyboard.press('c')
    const readout = rig.part('readout')
    await until('a value', async () => /\d V/.test(await readout.innerText()))
    const first = await readout.locator('time').innerText()
    await rig.tab.keyboard.press('Shift+ArrowLeft')
    await until('another', async () => (await readout.locator('time').innerText()) !== first)
    await rig.tab.keyboard.press('v')
    await rig.tab.keyboard.press('Shift+ArrowRight')
    await rig.tab.keyboard.press('v')
    await rig.part('selection').waitFor()
    await rig.tab.keyboard.press('Escape')
    await rig.part('selection').waitFor({ state: 'detached' })
    await rig.close()
  })

  it('has strips or one chart with an axis a quantity, and hides curves', async () => {
    const rig = await shown()
    expect(await rig.tab.locator('[data-plot]').count()).toBe(3)
    await rig.part('layout').click()
    await rig.tab.locator('[data-plot="v a w"]').waitFor()
    await rig.tab.keyboard.press('o')
    await rig.tab.locator('[data-plot="w"]').waitFor()
    await rig.button('Power, curve').click()
    await rig.tab.locator('[data-plot="w"]').waitFor({ state: 'detached' })
    await rig.close()
  })

  it('shows what its address says', async () => {
    const rig = await shown()
    await rig.tab.keyboard.press(' ')
    await until('the end', () => rig.query('end') !== null)
    const end = rig.query('end')
    await rig.tab.reload()
    await rig.part('live').waitFor()
    await rig.tab.locator('[data-drawn="1000"]').waitFor()
    expect(rig.query('end')).toBe(end)
    await rig.close()
  })

  it('can be moved in the overview, with pointer and keys', async () => {
    const rig = await shown()
    const overview = rig.part('overview')
    await overview.locator('path').waitFor()
    const { x, midY, width } = await area(overview)
    await rig.tab.mouse.click(x + width * 0.9, midY)
    await rig.part('live').waitFor()
    await overview.focus()
    await rig.tab.keyboard.press('End')
    await rig.part('freeze').waitFor()
    await rig.close()
  })
})
