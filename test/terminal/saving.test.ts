import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { CLI } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

let terminal: TestTerminal

afterEach(() => {
  terminal?.dispose()
})

/** `ina219 monitor` in a folder of its own, with its log elsewhere. */
function monitor(args: readonly string[] = []): string {
  const folder = temporaryFolder()
  const home = temporaryFolder()
  terminal = new TestTerminal(
    process.execPath,
    [CLI, 'monitor', '--mock', '--set', 'interval=20', ...args],
    {
      columns: 120,
      rows: 30,
      cwd: folder,
      env: { HOME: home },
    },
  )
  return folder
}

it.skipIf(!ptyAvailable)(
  'S and W write the screen and a chart as SVG, each in a new file',
  async () => {
    const folder = monitor(['--device', 'bench <7>'])
    await terminal.waitFor(/LIVE +\d\d\.\d S\/s/)
    terminal.press('S')
    await terminal.waitFor(/the screen is written to ina219-screen-\S+\.svg/)
    const [screen = ''] = readdirSync(folder)
    expect(screen).toMatch(/^ina219-screen-\d{8}T\d{6}\.\d{3}Z\.svg$/)
    const shown = readFileSync(join(folder, screen), 'utf8')
    expect(isSvg(shown)).toBe(true)
    expect(shown.includes('bench &lt;7&gt;')).toBe(true)

    // What stands still is what is written.
    terminal.press(' W')
    await terminal.waitFor(/[1-9]\d* samples written to ina219-bench\S+\.svg/)
    const chart = readdirSync(folder).find((name) => name !== screen) ?? ''
    const drawn = readFileSync(join(folder, chart), 'utf8')
    expect(isSvg(drawn)).toBe(true)
    expect(drawn.includes('bench &lt;7&gt;')).toBe(true)
    const samples = /([\d ]+) samples written/.exec(terminal.text)?.[1]?.trim()
    terminal.press('w')
    await terminal.waitFor(/samples written to ina219-bench\S+\.csv/)
    const csv = readdirSync(folder).find((name) => name.endsWith('.csv')) ?? ''
    const rows = readFileSync(join(folder, csv), 'utf8').trimEnd().split('\n').length - 1
    expect(String(rows)).toBe(samples?.replaceAll(' ', ''))
    // Never over another file.
    terminal.press('W')
    await terminal.waitFor(() => readdirSync(folder).length === 4)
    expect(readFileSync(join(folder, chart), 'utf8') === drawn).toBe(true)
  },
)

it.skipIf(!ptyAvailable)('without a log there is a picture of the screen alone', async () => {
  const folder = monitor(['--no-log'])
  await terminal.waitFor(/LIVE/)
  terminal.press('W')
  await terminal.waitFor(/there is no log whose samples could be written/)
  terminal.press('S')
  await terminal.waitFor(/the screen is written to/)
  expect(readdirSync(folder)).toHaveLength(1)
})

/** All of it: from its begin to its end. */
function isSvg(text: string): boolean {
  return /^<\?xml [^>]*>\s*<svg [\s\S]*<\/svg>\s*$/.test(text)
}
