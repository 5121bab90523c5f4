import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finished } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { startServe } from '../support/serve.ts'
import { hasBrowser, openBrowser } from './support/browser.ts'
import { PageRig } from './support/page-rig.ts'

let browser: Browser

beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser()
})
afterAll(() => browser?.close())

describe.skipIf(!hasBrowser)('a page whose server goes', () => {
  it('says so, greys what is old, comes back by itself and says what was missed', async () => {
    const folder = temporaryFolder()
    const files = ['--db', join(folder, 'log.db'), '--token-file', join(folder, 'token')]
    const rig = await PageRig.open(browser, ['--mock', '--set', 'interval=50', ...files])
    await rig.live()
    rig.run.child.kill('SIGTERM')
    await finished(rig.run.child)
    const state = rig.part('state')
    await until('said', async () => /^RECONNECTING \d+ s !$/.test(await state.innerText()))
    const reading = rig.tab.locator('[data-channel="v"]')
    await until(
      'pale',
      async () => (await reading.getAttribute('class'))?.includes('stale') === true,
    )
    expect(await reading.locator('.word').innerText()).toMatch(/^as of \d+ s ago$/)
    const address = new URL(rig.run.url).host
    await startServe(['--mock', '--set', 'interval=50', '--listen', address, ...files])
    await rig.live()
    const missed = rig.part('missed')
    await until('filled', async () =>
      /samples of that time are filled in/.test(await missed.innerText()),
    )
    expect(await missed.innerText()).toContain('from a server that was started anew')
    await rig.button('Close this message').click()
    await missed.waitFor({ state: 'detached' })
    await until(
      'values again',
      async () => !(await reading.getAttribute('class'))?.includes('stale'),
    )
    // The browser reports each attempt that failed.
    expect(rig.faults.every((fault) => /WebSocket|ERR_/.test(fault))).toBe(true)
    rig.faults.length = 0
    await rig.close()
  })
})

describe.skipIf(!hasBrowser)('a page from another address than loopback', () => {
  it('asks for the token before it shows anything', async () => {
    const run = await startServe(['--mock', '--set', 'interval=50'])
    // What a proxy on this machine stands for is anybody.
    const rig = await PageRig.of(browser, run, {
      extraHTTPHeaders: { 'x-forwarded-for': '192.0.2.7' },
    })
    await rig.part('state').filter({ hasText: 'TOKEN WANTED' }).waitFor()
    expect(await rig.tab.locator('[data-channel]').count()).toBe(0)
    await rig.tab.getByLabel('token', { exact: true }).fill(run.token)
    await rig.button('unlock').click()
    await rig.live()
    await rig.close()
  })
})
