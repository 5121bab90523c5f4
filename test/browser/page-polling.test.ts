import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { PlcMemory } from '../../mock/mc3e/memory.ts'
import { noRequestFaults } from '../../mock/mc3e/request-faults.ts'
import { McServer } from '../../mock/mc3e/server.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasBrowser, openBrowser } from './support/browser.ts'
import { PageRig } from './support/page-rig.ts'

let browser: Browser

beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser()
})
afterAll(() => browser?.close())

/** A file that reads a PLC, and the PLC. */
async function plcFile(): Promise<string> {
  const memory = new PlcMemory()
  const plc = new McServer({ memory, code: 'ascii', faults: noRequestFaults(), seed: 1 })
  const port = await plc.listen(0)
  onTestFinished(() => plc.close())
  const file = join(temporaryFolder(), 'p.toml')
  writeFileSync(
    file,
    `[plc.press1]\nurl = "mc3e://127.0.0.1:${port}"\nline = "A"\n` +
      '[[plc.press1.group]]\nname = "power"\ninterval = "200ms"\ntags = [{channel="v",address="D1"},{channel="a",address="D2"}]\n' +
      '[[plc.press1.group]]\nname = "part"\nmode = "handshake"\ntags = [{channel="n",address="D3"}]\n',
  )
  return file
}

describe.skipIf(!hasBrowser)('the polling groups of a PLC', () => {
  it('are shown with how they are doing, stopped, started and read', async () => {
    const rig = await PageRig.open(browser, ['--poll-source', await plcFile()])
    await rig.live()
    const panel = rig.tab.getByLabel('Polling', { exact: true })
    const group = (name: string) => panel.locator(`[data-group="${name}"]`)
    await until('it runs', async () => (await group('power').innerText()).includes('running'))
    expect(await panel.innerText()).toMatch(/127\.0\.0\.1:\d+, \d of 5 connections/)
    expect(await group('part').innerText()).toContain('on demand')
    await rig.unlock()
    await group('part').getByRole('button', { name: 'read' }).click()
    const notice = (): Promise<string> => rig.part('notice').innerText()
    await until('it is read', async () => (await notice()).includes('group part: 1 of 1 tags read'))
    await group('power').getByRole('button', { name: 'stop' }).click()
    await until('it is stopped', async () =>
      (await group('power').innerText()).startsWith('power stopped'),
    )
    expect(await group('power').getByRole('button', { name: 'read' }).isDisabled()).toBe(true)
    await group('power').getByRole('button', { name: 'start' }).click()
    await until('it runs again', async () =>
      (await group('power').innerText()).startsWith('power running'),
    )
    await rig.close()
  })

  it('have a tab of their own where there is little room, and none of a board', async () => {
    const narrow = { viewport: { width: 600, height: 800 } }
    const rig = await PageRig.open(browser, ['--poll-source', await plcFile()], narrow)
    await rig.live()
    await rig.tab.getByRole('tab', { name: 'Polling' }).click()
    await rig.tab.locator('[data-group="part"]').waitFor()
    await rig.close()
    const board = await PageRig.open(browser)
    await board.live()
    expect(await board.tab.getByLabel('Polling', { exact: true }).count()).toBe(0)
    await board.close()
  })
})
