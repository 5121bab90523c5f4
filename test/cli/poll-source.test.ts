import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { finished, heard, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'

/** A PLC of the mock, and the file that the mock prints for it. */
async function plc(): Promise<{ readonly file: string; readonly stop: () => Promise<void> }> {
  const child = start(['mock', '--mc3e', '0'])
  const done = finished(child)
  const printed = heard(child.stdout)
  await until('it says its URL', () => printed().endsWith('\n'))
  const port = /:(\d+)/.exec(printed())?.[1] as string
  const { stdout } = await ina219(['mock', '--mc3e', port, '--print-config'])
  const file = join(temporaryFolder(), 'press.toml')
  writeFileSync(file, stdout)
  return {
    file,
    stop: async () => {
      child.kill('SIGTERM')
      await done
    },
  }
}

describe('--poll-source', () => {
  it('reads the mock by the file that the mock prints', async () => {
    const { file, stop } = await plc()
    const folder = temporaryFolder()
    const db = join(folder, 'log.db')
    const run = await ina219([
      'monitor',
      '--poll-source',
      file,
      '--db',
      db,
      '--output',
      'ndjson',
      '--count',
      '4',
      '--summary',
      join(folder, 'summary.json'),
    ])
    await stop()
    expect(run.code).toBe(0)
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))
    const [power, ...others] = summary.devices[0].polling
    expect(power).toMatchObject({ name: 'power', failed_turns: 0, failed_readings: 0 })
    expect(power.turns).toBeGreaterThanOrEqual(2)
    const sums = await ina219(['export', '--db', db, '--events'])
    for (const { name, turns } of [power, ...others]) {
      const said = new RegExp(`poll_sums,.*group ${name}: ${turns} turns? with values, 0 failed, `)
      expect(sums.stdout).toMatch(said)
    }
    const samples = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(samples).toHaveLength(4)
    expect(new Set(samples.map((each) => each['device']))).toEqual(new Set(['press1']))
    expect(samples.map((each) => each['seq'])).toEqual([0, 1, 2, 3])
    const electric = samples.filter((each) => each['voltage_v'] !== null)
    expect(electric.length).toBeGreaterThanOrEqual(2)
    for (const each of electric) {
      expect(each['voltage_v']).toBeGreaterThan(23)
      expect(each).toMatchObject({ status: 'ok', running: expect.any(Number) })
    }
    const exported = await ina219(['export', '--db', db, '--channels', 'all', '--last', '1h'])
    expect(exported.stdout.split('\n')[0]).toMatch(/pressure.*speed|speed.*pressure/)
    expect(exported.stdout.trim().split('\n')).toHaveLength(5)
  })

  it('starts nothing where the file has mistakes, and names all of them', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'p.toml')
    const db = join(folder, 'log.db')
    writeFileSync(
      file,
      '[plc.a]\nurl = "mc3e://127.0.0.1:1"\ncode = "X"\n[[plc.a.group]]\nname = "g"\ninterval = "1s"\ncsv = "t.csv"\n',
    )
    writeFileSync(join(folder, 't.csv'), 'channel,address\nx,D1\ny,Q2\nx,D3\n')
    const run = await ina219(['monitor', '--poll-source', file, '--db', db])
    expect(run.code).toBe(2)
    const [first, second, third, ...more] = run.stderr.trim().split('\n')
    expect(first).toMatch(/^ina219: 3 mistakes in what --poll-source names, the first: .*p\.toml, /)
    expect(second).toMatch(/^ {2}.*t\.csv, row 3: .*Q2/)
    expect(third).toMatch(/^ {2}.*t\.csv, row 4: 'a' has a channel 'x' already, in .*row 2$/)
    expect(more).toEqual([])
    expect(existsSync(db)).toBe(false)
    const doctor = await ina219(['doctor', '--db', db], '', { INA219_POLL_SOURCE: file })
    expect(doctor.stdout).toMatch(/PROBLEM .*3 mistakes in what --poll-source names/)
  })

  it('waits for a PLC that is away, and ends at a signal', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'p.toml')
    writeFileSync(
      file,
      '[plc.a]\nurl = "mc3e://127.0.0.1:1"\n[[plc.a.group]]\nname = "g"\ninterval = "100ms"\ntags = [{ channel = "x", address = "D1" }]\n',
    )
    const child = start(['monitor', '--poll-source', file, '--no-log', '--output', 'plain'])
    const done = finished(child)
    const said = heard(child.stderr)
    const printed = heard(child.stdout)
    await until('it says so', () => /nobody listens there/.test(said() + printed()))
    child.kill('SIGTERM')
    expect((await done).code).toBe(0)
  })
})
