import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { CLI, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { type ServeRun, startServe } from '../support/serve.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'
import { hasBrowser, openBrowser } from './support/browser.ts'
import { PageRig } from './support/page-rig.ts'

let browser: Browser

beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser()
})
afterAll(() => browser?.close())

/** A log with an hour of a panel of 36 W, and a battery that gets 1.2 % of it, until a minute ago. */
async function loggedHour(): Promise<string> {
  const folder = temporaryFolder()
  const [file, db] = [join(folder, 'store.ndjson'), join(folder, 'log.db')]
  const endS = Math.floor(Date.now() / 1000) - 60
  const lines = Array.from({ length: 121 }, (_, i) => {
    const soc = (500 + i / 10).toFixed(0)
    return `{"soc":${Number(soc) / 10},"solar_w":36,"lux":52345,"ts":${endS - 3600 + i * 30},"seq":${i}}\n`
  })
  writeFileSync(file, lines.join(''))
  const made = await ina219(['import', file, '--device', 'energy-store', '--db', db])
  expect(made).toMatchObject({ code: 0 })
  return db
}

const energy = (rig: PageRig) => rig.tab.getByRole('region', { name: 'Energy' })
const row = async (rig: PageRig, name: string): Promise<string> =>
  (await energy(rig).locator('tr', { hasText: name }).innerText()).replace(/\s+/g, ' ')

/** A board that switches relays over HTTP, as long as it is told to. */
async function relayBoard() {
  const board = { states: { A: false, B: false, C: false, D: false }, isObeying: true }
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += String(part)
    if (board.isObeying && text !== '') Object.assign(board.states, JSON.parse(text))
    response.end(JSON.stringify(board.states))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/relays`
  return { board, url }
}

/** A terminal elsewhere that may change things; null: this machine has none. */
function terminalOn({ url, errors }: ServeRun): TestTerminal | null {
  if (!ptyAvailable) return null
  const tokenFile = errors().match(/needs the token in (.*)\n/)?.[1] ?? ''
  const args = ['monitor', '--no-hints', '--connect', url, '--token-file', tokenFile]
  const env = { XDG_DATA_HOME: temporaryFolder(), XDG_CONFIG_HOME: temporaryFolder() }
  const terminal = new TestTerminal(process.execPath, [CLI, ...args], {
    columns: 80,
    rows: 24,
    env,
  })
  onTestFinished(() => terminal.dispose())
  return terminal
}

describe.skipIf(!hasBrowser)('an energy store on the page', () => {
  it('has battery, sun and light before anything was posted, and what is stored and used from the log', async () => {
    const db = await loggedHour()
    const run = await startServe(['--energy-store', '--battery', '512Wh', '--db', db])
    const rig = await PageRig.of(browser, run, { search: '?span=86400000' })
    const readings = rig.tab.locator('.readings')
    await until('what it will measure', async () => {
      const text = (await readings.innerText()).replace(/\s+/g, ' ')
      return /Battery soc .*-- %.*Sun solar_w .*-- W.*Light lux .*--/.test(text)
    })
    // An hour of 36 W are 36 Wh; 1.2 % of 512 Wh are 6.144 Wh.
    await until('the balance', async () => /^24 h 36\.00 \+6\.14 /.test(await row(rig, '24 h')))
    expect(await row(rig, '24 h')).toMatch(/^24 h 36\.00 \+6\.14 29\.86 4\.1 %$/)
    await until('the chart has what the log has', async () => (await rig.inked('soc')) > 0)
    expect((await run.change('/api/data/solar', { soc: 51.2, solar_w: 0, lux: 9 })).status).toBe(
      202,
    )
    await until('live', async () => (await readings.innerText()).includes('51.2'))
    expect(await energy(rig).innerText()).toMatch(/262\.14 Wh of 512\.00 Wh/)
    await rig.close()
  })

  it('invents no capacity', async () => {
    const run = await startServe(['--energy-store', '--db', await loggedHour()])
    const rig = await PageRig.of(browser, run)
    await until('the balance', async () => /\+1\.2 %/.test(await row(rig, '24 h')))
    const text = await energy(rig).innerText()
    expect(text).toContain('capacity not known')
    expect(text).toContain('--battery')
    expect(await row(rig, '24 h')).toMatch(/^24 h 36\.00 \+1\.2 % -- 4\.1 %$/)
    await rig.close()
  })

  it('scrolls nowhere sideways and cuts nothing, with a name of 60 characters', async () => {
    const name = 'x'.repeat(60)
    const run = await startServe(['--energy-store', name, '--battery', '512Wh'])
    for (const width of [320, 390, 1280, 2560]) {
      const rig = await PageRig.of(browser, run, { viewport: { width, height: 844 } })
      await rig.part('outputs').waitFor()
      const over = await rig.tab.evaluate(() => {
        const cut = [...document.querySelectorAll('[data-part=outputs] *, .balance *')].filter(
          ({ scrollWidth, clientWidth, className }) =>
            className !== 'for-readers' && clientWidth > 0 && scrollWidth > clientWidth + 1,
        )
        return [document.documentElement.scrollWidth - innerWidth, cut.length]
      })
      expect([width, ...over]).toEqual([width, 0, 0])
      await rig.close()
    }
  })

  it('shows its relays to whoever looks, and has them switched by who has the token', async () => {
    const run = await startServe(['--energy-store'])
    const rig = await PageRig.of(browser, run)
    const relay = rig.tab.getByRole('switch', { name: 'A', exact: true })
    await relay.waitFor()
    expect(await relay.getAttribute('aria-disabled')).toBe('true')
    expect(await relay.getAttribute('aria-checked')).toBe('false')
    const described = (await relay.getAttribute('aria-describedby')) ?? ''
    expect(await rig.tab.locator(`#${described.split(' ')[1]}`).innerText()).toContain('token')
    expect(await rig.part('outputs').innerText()).toContain('virtual: nothing is switched')
    await relay.focus()
    await rig.tab.keyboard.press('Space')
    await rig.tab.getByLabel('token', { exact: true }).fill(run.token)
    await rig.tab.keyboard.press('Enter')
    await rig.button('lock').waitFor()
    await relay.focus()
    await rig.tab.keyboard.press('Space')
    await until('on', async () => (await relay.getAttribute('aria-checked')) === 'true')
    await rig.close()
  })

  it('shows the relays of a board beside it, by its name', async () => {
    const run = await startServe(['--energy-store', '--mock'])
    const rig = await PageRig.of(browser, run, { search: '?device=energy-store' })
    await rig.part('outputs').filter({ hasText: 'of mock:normal' }).waitFor()
    await rig.unlock()
    await rig.tab.getByRole('switch', { name: 'B', exact: true }).click()
    await until('switched there', async () => {
      const { B } = (await (await run.fetch('/api/relay/status')).json()) as { B: boolean }
      return B
    })
    await rig.close()
  })

  it('shows a relay that does not confirm as it was, in two browsers and a terminal, and offers to ask for either', async () => {
    const { board, url } = await relayBoard()
    const run = await startServe(['--energy-store', '--relay-url', url])
    const [one, two] = await Promise.all([PageRig.of(browser, run), PageRig.of(browser, run)])
    const terminal = terminalOn(run)
    const relay = (rig: PageRig) => rig.tab.getByRole('switch', { name: 'C', exact: true })
    const word = (rig: PageRig): Promise<string> => rig.tab.locator('#output-C').innerText()
    await one.unlock()
    await relay(one).click()
    for (const rig of [one, two]) {
      await until('on at both', async () => (await word(rig)) === 'on')
      expect(await relay(rig).getAttribute('aria-checked')).toBe('true')
    }
    await terminal?.waitFor(/relays A off {2}B off {2}C on {2}D off/)
    board.isObeying = false
    await relay(one).click()
    for (const rig of [one, two]) {
      await until('unconfirmed at both', async () => (await word(rig)) === 'on, unconfirmed')
      expect(await relay(rig).getAttribute('aria-checked')).toBe('true')
    }
    await terminal?.waitFor(/C on, unconfirmed {2}D off/)
    expect(await one.part('notice').innerText()).toMatch(/unconfirmed|not confirmed/)
    board.isObeying = true
    await one.button('ask C to be on').click()
    for (const rig of [one, two]) await until('confirmed', async () => (await word(rig)) === 'on')
    // The third of them switches another one, for all to see.
    if (terminal !== null) {
      await terminal.waitFor(/C on {2}D off/)
      terminal.press(':output.D=on\r')
      for (const rig of [one, two]) {
        const other = rig.tab.locator('#output-D')
        await until('switched from the terminal', async () => (await other.innerText()) === 'on')
      }
      await terminal.waitFor(/C on {2}D on/)
    }
    await one.close()
    await two.close()
  })

  it('offers a virtual one while nothing comes, as a device of its own that says what it is', async () => {
    const run = await startServe(['--energy-store', 'shed'])
    const rig = await PageRig.of(browser, run)
    await rig.part('offer').filter({ hasText: 'shed-virtual' }).waitFor()
    expect(await rig.tab.getByRole('navigation', { name: 'Devices' }).count()).toBe(0)
    await rig.button('start it').click()
    await rig.tab.getByLabel('token', { exact: true }).fill(run.token)
    await rig.tab.keyboard.press('Enter')
    await rig.button('lock').waitFor()
    await rig.button('start it').click()
    await rig.part('virtual').waitFor()
    await until(
      'its name',
      async () => (await rig.tab.locator('h1').innerText()) === 'shed-virtual',
    )
    const devices = rig.tab.getByRole('navigation', { name: 'Devices' })
    expect((await devices.innerText()).match(/VIRTUAL/g)).toHaveLength(1)
    await rig.part('simulator').click()
    await rig.part('state').filter({ hasText: 'WAITING' }).waitFor()
    await rig.button(/^shed SILENT/).click()
    await rig.part('offer').waitFor()
    await until('not among the devices', async () => (await devices.count()) === 0)
    await rig.close()
  })
})
