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

describe('what the page is made of', () => {
  it('is one document, one script and one style sheet, less than 120 KB compressed in all', async () => {
    const run = await startServe()
    const html = await (await run.fetch('/')).text()
    const paths = [...html.matchAll(/(?:src|href)="(page\/[^"]+)"/g)].map(([, path]) => `/${path}`)
    expect(paths).toHaveLength(2)
    let bytes = 0
    for (const path of ['/', ...paths]) {
      const head = { 'accept-encoding': 'gzip' }
      const answer = await run.fetch(path, { method: 'HEAD', headers: head })
      expect(answer.headers.get('content-encoding')).toBe('gzip')
      bytes += Number(answer.headers.get('content-length'))
    }
    expect(bytes).toBeGreaterThan(20_000)
    expect(bytes).toBeLessThan(120_000)
  })

  it('is kept by browsers as long as it is the same, and never longer', async () => {
    const run = await startServe()
    const page = await run.fetch('/')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const tag = page.headers.get('etag') ?? ''
    const again = await run.fetch('/', { headers: { 'if-none-match': tag } })
    expect(again.status).toBe(304)
    const [, script = ''] = /src="([^"]+)"/.exec(await page.text()) ?? []
    const answer = await run.fetch(`/${script}`)
    expect(answer.headers.get('cache-control')).toContain('immutable')
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'")
  })

  it('is all that its paths lead to', async () => {
    const run = await startServe()
    for (const path of [
      '/page/files.json',
      '/page/..%2f..%2fpackage.json',
      '/page/index.html',
      '/page/',
    ]) {
      expect((await run.fetch(path)).status, path).toBe(404)
    }
  })
})

describe.skipIf(!hasBrowser)('the page', () => {
  it('shows the newest values of the device, its state, losses and log', async () => {
    const rig = await PageRig.open(browser)
    await rig.live()
    await until('a value', async () => /^\d\.\d{3}$/.test(await rig.value('v')))
    expect(await rig.tab.title()).toBe('mock:normal · ina219')
    const state = await rig.tab.locator('header').innerText()
    expect(state).toMatch(/\bVIRTUAL\b/)
    expect(state).toMatch(/lost\s+0/)
    expect(state).toMatch(/log\s+recording/)
    await until('curves', async () => (await rig.inked()) > 50)
    await rig.close()
  })

  it('loads nothing from elsewhere', async () => {
    const run = await startServe()
    const context = await browser.newContext()
    const tab = await context.newPage()
    const urls: string[] = []
    tab.on('request', (request) => urls.push(request.url()))
    await tab.goto(run.url)
    await tab.locator('[data-channel="v"]').waitFor()
    expect(urls.length).toBeGreaterThan(2)
    for (const url of urls) expect(url.startsWith(run.url) || url.startsWith('data:')).toBe(true)
    await context.close()
  })
})
