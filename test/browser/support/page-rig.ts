import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { until } from '../../support/polling.ts'
import { type ServeRun, startServe } from '../../support/serve.ts'

/** A tab that shows the page of a real `serve`. */
export class PageRig {
  /** What went wrong in the browser: exceptions, blocked by the content security policy, failed requests. */
  readonly faults: string[] = []
  readonly tab: Page
  readonly run: ServeRun

  private constructor(tab: Page, run: ServeRun) {
    this.tab = tab
    this.run = run
    tab.on('pageerror', (error) => this.faults.push(String(error)))
    tab.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(message.text())
    })
  }

  static async open(
    browser: Browser,
    args: readonly string[] = ['--mock', '--set', 'interval=50'],
    options: BrowserContextOptions & { readonly search?: string } = {},
  ): Promise<PageRig> {
    const run = await startServe(args)
    return PageRig.of(browser, run, options)
  }

  static async of(
    browser: Browser,
    run: ServeRun,
    { search = '', ...options }: BrowserContextOptions & { readonly search?: string } = {},
  ): Promise<PageRig> {
    const viewport = { width: 1280, height: 900 }
    const context = await browser.newContext({ viewport, acceptDownloads: true, ...options })
    const rig = new PageRig(await context.newPage(), run)
    await rig.tab.goto(`${run.url}/${search}`)
    return rig
  }

  part(name: string): Locator {
    return this.tab.locator(`[data-part="${name}"]`)
  }

  /** The digits of a reading. */
  async value(channel: string): Promise<string> {
    return this.tab.locator(`[data-channel="${channel}"] .figure`).innerText()
  }

  button(name: string | RegExp): Locator {
    return this.tab.getByRole('button', { name, exact: typeof name === 'string' })
  }

  /** Enters the token as a user does. */
  async unlock(): Promise<void> {
    await this.part('unlock').click()
    await this.tab.getByLabel('token', { exact: true }).fill(this.run.token)
    await this.button('unlock').click()
    await this.button('lock').waitFor()
  }

  /** What the address says. */
  query(name: string): string | null {
    return new URL(this.tab.url()).searchParams.get(name)
  }

  /** Curves are on the canvas of a strip: pixels that are not empty, right of the axis. */
  async inked(channel = 'v'): Promise<number> {
    return this.tab.evaluate((id) => {
      const over = document.querySelector(`[data-plot~="${id}"]`)
      const canvas = over?.parentElement?.querySelector('canvas')
      const context = canvas?.getContext('2d')
      if (!canvas || !context) return 0
      const { data } = context.getImageData(80, 0, canvas.width - 80, canvas.height)
      let count = 0
      for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 200) count++
      return count
    }, channel)
  }

  async live(): Promise<void> {
    await until('the page is live', async () => (await this.part('state').innerText()) === 'LIVE')
  }

  /** The tab is closed; nothing may have gone wrong in it. */
  async close(): Promise<void> {
    await this.tab.context().close()
    expect(this.faults).toEqual([])
  }
}
