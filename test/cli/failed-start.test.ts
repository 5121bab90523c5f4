import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { finished, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLogV1 } from '../support/log-v1.ts'
import { until } from '../support/polling.ts'

const FRAME = '{"v":5,"a":0.1,"seq":0}\n'
const ABSENT = ['monitor', '--port', '/dev/nonexistent']
/** There, but no port: that shows only when it is opened, after the log. */
const REFUSED = ['monitor', '--port', '/dev/null']

describe('a start that fails', () => {
  it.each([
    [ABSENT, 3],
    [REFUSED, 3],
    [[...REFUSED, '--mock', 'sine', '--output', 'ndjson'], 3],
    [['monitor', '--mock', '--output', 'tui'], 2],
  ])('leaves nothing behind: %j', async (args, code) => {
    const home = temporaryFolder()
    expect((await ina219(args, '', { HOME: home })).code).toBe(code)
    expect(readdirSync(home)).toEqual([])
    // Folders that were there are none of its business.
    const db = join(home, 'deep', 'down', 'x.db')
    expect((await ina219([...args, '--db', db])).code).toBe(code)
    expect(readdirSync(home)).toEqual([])
    expect((await ina219([...args, '--db', join(home, 'x.db')])).code).toBe(code)
    expect(readdirSync(home)).toEqual([])
  })

  it('leaves what was there: a log without samples, an empty file, a link', async () => {
    const folder = temporaryFolder()
    const db = join(folder, 'x.db')
    await ina219(['monitor', '--stdin', '--db', db])
    expect((await ina219([...REFUSED, '--db', db])).code).toBe(3)
    expect(existsSync(db)).toBe(true)
    const empty = join(folder, 'empty.db')
    writeFileSync(empty, '')
    await ina219([...REFUSED, '--db', empty])
    expect(existsSync(empty)).toBe(true)
    const link = join(folder, 'link.db')
    symlinkSync(join(folder, 'nowhere.db'), link)
    await ina219([...REFUSED, '--db', link])
    expect(readdirSync(folder)).toContain('link.db')
  })

  it('brings no log of an older layout up to date for a port that is absent', async () => {
    const db = join(temporaryFolder(), 'x.db')
    makeLogV1(db, 100)
    const before = readFileSync(db)
    expect((await ina219([...ABSENT, '--db', db])).code).toBe(3)
    expect(readFileSync(db).equals(before)).toBe(true)
  })

  it("leaves another monitor's log alone, which has no samples yet", async () => {
    const db = join(temporaryFolder(), 'x.db')
    const other = start(['monitor', '--stdin', '--output', 'ndjson', '--db', db])
    const end = finished(other)
    await until('it has its log', () => existsSync(db))
    expect((await ina219([...REFUSED, '--db', db])).code).toBe(4)
    other.stdin?.end(FRAME)
    expect((await end).code).toBe(0)
    expect((await ina219(['export', '--db', db])).stdout).toContain(',5,0.1,0.5,0,ok')
  })
})

it('a run that ends well keeps its log, however empty', async () => {
  const db = join(temporaryFolder(), 'x.db')
  expect((await ina219(['monitor', '--stdin', '--db', db])).code).toBe(0)
  expect(existsSync(db)).toBe(true)
})
