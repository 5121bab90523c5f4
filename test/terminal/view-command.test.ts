import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CLI, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  EPOCH,
  makeLog,
  openWriter,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

let terminal: TestTerminal | undefined

afterEach(() => terminal?.dispose())

function view(db: string, columns = 80, rows = 24, cwd = process.cwd()): TestTerminal {
  const args = [CLI, 'view', '--db', db]
  terminal = new TestTerminal(process.execPath, args, { columns, rows, cwd })
  return terminal
}

/** An hour at 2 Hz, with one sample that stands out. */
function spikedLog(): string {
  const file = join(temporaryFolder(), 'log.db')
  const samples = series(7200, 500_000).map((each, i) =>
    i === 2345
      ? { ...each, voltage: 4.611, current: 2.4137, power: 11.129571 }
      : { ...each, voltage: 5.02, current: 0.2 + (i % 10) / 1000, power: 1.1 },
  )
  makeLog(file, samples)
  return file
}

describe.skipIf(!ptyAvailable)('ina219 view', () => {
  it('shows all of a log, finds its one spike with a key, and reads it off', async () => {
    const shown = view(spikedLog())
    await shown.waitFor(/ina219 bench LOG n=7 200 lost 0 \| log\.db/)
    await shown.waitFor(/─ 1 h /)
    shown.press('l')
    await shown.waitFor(/largest current: 2\.4137 A at 2026-11-20 20:32:32\.500/)
    await shown.waitFor(/2026-11-20 20:32:32\.500 {2}4\.611 V {2}2\.4137 A {2}11\.129571 W/)
    // Nobody writes it: what could stand still?
    expect(shown.text).not.toContain('FROZEN')
    shown.press('r')
    await shown.waitFor(/this is a log, which is only looked at/)
    shown.press('q')
    expect((await shown.ended()).exitCode).toBe(0)
    expect(shown.buffer).toBe('normal')
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it as q does', async (signal) => {
    const shown = view(spikedLog())
    await shown.waitFor(/LOG n=7 200/)
    shown.kill(signal)
    expect(await shown.ended()).toMatchObject({ exitCode: 0, signal: 0 })
    expect(shown.buffer).toBe('normal')
  })

  it('selects with the figures of history for the same span', async () => {
    const file = spikedLog()
    const shown = view(file, 120, 30)
    await shown.waitFor(/LOG n=7 200/)
    shown.press('l')
    await shown.waitFor(/2\.4137 A {2}11/)
    shown.press('v')
    await shown.waitFor(/selected/)
    for (let i = 0; i < 8; i++) shown.press('\x1b[C')
    // Begin and end are in a row of their own.
    await shown.waitFor(/selected [\d.]+ s {2}n=9 .*\n +from [-\d]+ [\d:.]{12}/)
    const line = shown.lines.find((each) => each.includes('selected ')) ?? ''
    const [, seconds] = /selected ([\d.]+) s/.exec(line) ?? []
    const [, from] = /\n +from (\S+ \S+)/.exec(shown.text) ?? []
    const begin = `${from?.replace(' ', 'T')}Z`
    const end = String(Date.parse(begin) / 1000 + Number(seconds))
    const args = ['history', '--db', file, '--from', begin, '--to', end, '--format', 'json']
    const { devices } = JSON.parse((await ina219(args)).stdout)
    expect(line).toContain(`n=${devices[0].samples} `)
    expect(line).toMatch(/Q [0-9.]+ [uµm]?Ah/)
    const milli = (name: string): number => {
      const [, digits, prefix] = new RegExp(`${name} ([0-9.]+) ([uµm])[AW]h`).exec(line) ?? []
      return Number(digits) / (prefix === 'm' ? 1 : 1000)
    }
    expect(milli('Q')).toBeCloseTo(devices[0].charge_mah, 3)
    expect(milli('E')).toBeCloseTo(devices[0].energy_mwh, 3)
    // The figures are asked for when the selection is made, and come when they have been read.
    await shown.waitFor(/^ A( +[\d.]+){3}│( +[\d.]+){4} *$/m)
    const row = shown.lines.find((each) => /^ A( +[\d.]+){3}│/.test(each)) ?? ''
    const [min, avg, max, p95] = row.split('│')[1]?.trim().split(/\s+/).map(Number) ?? []
    const { current_a } = devices[0]
    expect([min, max, p95]).toEqual([current_a.min, current_a.max, current_a.p95])
    expect(avg).toBeCloseTo(current_a.avg, 6)
  })

  it('writes what is shown or selected to a file of its own, byte by byte as export does', async () => {
    const file = spikedLog()
    const folder = temporaryFolder()
    const shown = view(file, 120, 30, folder)
    await shown.waitFor(/LOG n=7 200/)
    shown.press('w')
    await shown.waitFor(/7 200 samples written to ina219-bench-\S+\.csv/)
    shown.press('l')
    await shown.waitFor(/2\.4137 A {2}11/)
    shown.press('v')
    await shown.waitFor(/selected [\d.]+ s {2}n=1 /)
    shown.press('w')
    await shown.waitFor(/ 1 sample written to ina219-bench-/)
    // Once more: nothing that is there is written over.
    shown.press('w')
    await shown.waitFor(/written to ina219-bench-\S+s-2\.csv/)
    const names = readdirSync(folder).sort()
    expect(names).toHaveLength(3)
    for (const name of names) {
      const [, text = '', seconds] = /-(\d{8}T[\d.]+Z)-([\d.]+)s(?:-2)?\.csv$/.exec(name) ?? []
      const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:')
      const to = String(Date.parse(iso) / 1000 + Number(seconds))
      const args = ['export', '--db', file, '--device', 'bench', '--from', iso, '--to', to]
      const { stdout } = await ina219(args)
      expect(readFileSync(join(folder, name), 'utf8')).toBe(stdout)
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    }
  })

  it('follows a log that another process writes', async () => {
    const file = join(temporaryFolder(), 'log.db')
    const log = openWriter(file)
    log.writer.write(batchesOf(series(100, 1_000_000), { epochs: [EPOCH] }))
    const shown = view(file)
    await shown.waitFor(/LOG n=100 /)
    const more = [100, 101, 102].map((i) => sampleAt(START_US + i * 1e6, i, { voltage: 7.5 }))
    log.writer.write(batchesOf(more, { epochs: [EPOCH] }))
    await shown.waitFor(/LOG n=103 /)
    await shown.waitFor(/ V +7\.50/)
  })

  it('says why it can not show a log, on a terminal that is as it was', async () => {
    const missing = view(join(temporaryFolder(), 'none.db'))
    expect((await missing.ended()).exitCode).toBe(4)
    expect(missing.buffer).toBe('normal')
    expect(missing.text).toMatch(/^ina219: /)
    missing.dispose()
    const empty = join(temporaryFolder(), 'empty.db')
    openWriter(empty).end()
    const shown = view(empty)
    expect((await shown.ended()).exitCode).toBe(4)
    expect(shown.text.replace(/\n/g, '')).toMatch(/has no samples yet/)
  })

  it('without a terminal names the commands that need none', async () => {
    const { code, stderr } = await ina219(['view', '--db', spikedLog()])
    expect(code).toBe(2)
    expect(stderr).toMatch(/no terminal to show the log on.*history/)
  })
})
