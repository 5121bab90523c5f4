import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { query, START_US } from '../support/log-fixture.ts'
import { damaged, idsIn, makeTwoDeviceLog, PAGE } from '../support/repair-rig.ts'

describe('the command repair', () => {
  it('says what it saved, and what it could not', async () => {
    const folder = temporaryFolder()
    const file = makeTwoDeviceLog(folder)
    const bytes = readFileSync(file)
    const leaves = Array.from({ length: bytes.length / PAGE }, (_, i) => i + 1).filter(
      (page) => idsIn(bytes, page).length > 0,
    )
    const page = leaves[Math.floor(leaves.length / 2)] as number
    const copy = damaged(file, [page], () => 0)
    writeFileSync(`${copy}.spill.csv`, 'spill,1\n')
    const monitor = await ina219([
      'monitor',
      '--mock',
      '--count',
      '1',
      '--output',
      'none',
      '--db',
      copy,
    ])
    expect(monitor.code).toBe(4)
    expect(monitor.stderr).toContain(`ina219 repair ${copy}`)
    const run = await ina219(['repair', copy, '--json'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const report = JSON.parse(run.stdout)
    expect(report.identity).not.toBe(report.former_identity)
    const numbered = idsIn(bytes, page).filter((id) => (id - START_US) % 100_000 === 0).length
    expect(report).toMatchObject({
      sound: false,
      repaired: `${copy}.repaired`,
      identity: expect.stringMatching(/^[0-9a-f]{32}$/),
      former_identity: query(file, "SELECT value FROM meta WHERE key = 'identity'")[0]?.['value'],
      damaged_pages: 1,
      damaged_tables: { sample: 1 },
      leftovers: [`${copy}.spill.csv`],
    })
    expect(report.missing).toBeGreaterThanOrEqual(numbered)
    const again = await ina219(['repair', copy])
    expect(again).toMatchObject({ code: 2, stdout: '' })
    const history = await ina219(['history', '--db', report.repaired])
    expect(history).toMatchObject({ code: 0, stderr: '' })
    const sound = await ina219(['repair', report.repaired])
    expect(sound).toMatchObject({ code: 0, stderr: '' })
    expect(sound.stdout).toContain('is sound')
    expect(existsSync(`${report.repaired}.repaired`)).toBe(false)
  })

  it('ends with 4 where there is nothing to save', async () => {
    const file = join(temporaryFolder(), 'noise.db')
    writeFileSync(file, Buffer.alloc(5 * PAGE, 0x33))
    const run = await ina219(['repair', file])
    expect(run).toMatchObject({ code: 4, stdout: '' })
    expect(run.stderr).toContain('nothing could be saved')
    expect(existsSync(`${file}.repaired`)).toBe(false)
    expect((await ina219(['repair', `${file}.not`])).code).toBe(4)
  })
})
