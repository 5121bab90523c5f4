import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { burstOf } from '../support/bursts.ts'
import { type Finished, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { addTo, batchesOf, EPOCH, START_US, series } from '../support/log-fixture.ts'

let folder: string
let file: string
let empty: string

beforeAll(() => {
  folder = temporaryFolder()
  file = join(folder, 'log.db')
  empty = join(folder, 'empty.db')
  const fall = burstOf(START_US + 1.5e6, {
    number: 2,
    trigger: { level: -0.2, slope: 'fall' },
    counts: Int16Array.from([0, 0, -2500]),
    pre: 2,
    dtUs: 84.25,
  })
  const bursts = [
    { ...burstOf(START_US + 123_456), device: 'bench' },
    { ...fall, device: 'store, second' },
    { ...burstOf(START_US + 3e6, { trigger: null }), device: 'bench' },
  ]
  addTo(file, batchesOf(series(10, 1e6), { epochs: [EPOCH], bursts }))
  addTo(empty, batchesOf(series(10, 1e6)))
})

function bursts(...args: string[]): Promise<Finished> {
  return ina219(['bursts', '--db', file, ...args], '', { TZ: 'Europe/Berlin' })
}

/** One line on stderr, and nothing on stdout. */
function expectRefused({ code, stdout, stderr }: Finished, pattern: RegExp): void {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(pattern)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
}

describe('the list', () => {
  test('says when, of which device, what was waited for, and how whole it is', async () => {
    const { code, stdout, stderr } = await bursts()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(`times in UTC+01:00

burst  time                     device         trigger         readings  dt        peak     missing
1      2026-11-20 21:13:00.123  bench          rise to 1 A     40        84 us     1.492 A  2
2      2026-11-20 21:13:01.500  store, second  fall to -0.2 A  3         84.25 us  -0.25 A  0
3      2026-11-20 21:13:03.000  bench          -               40        84 us     1.492 A  2
`)
  })

  test('of a time and a device, for programs', async () => {
    const csv = await bursts('--format', 'csv', '--from', '2026-11-20T20:13:01Z')
    expect(
      csv.stdout,
    ).toBe(`burst,time,device,level_a,slope,readings,pre,dt_us,peak_a,peak_us,missing
2,2026-11-20T20:13:01.500Z,"store, second",-0.2,fall,3,2,84.25,-0.25,0,0
3,2026-11-20T20:13:03.000Z,bench,,,40,10,84,1.492,0,2
`)
    const json = await bursts('--format', 'json', '--device', 'bench')
    expect(JSON.parse(json.stdout)).toEqual({
      version: 1,
      bursts: [
        {
          burst: 1,
          time: '2026-11-20T20:13:00.123Z',
          device: 'bench',
          level_a: 1,
          slope: 'rise',
          readings: 40,
          pre: 10,
          dt_us: 84,
          peak_a: 1.492,
          peak_us: 0,
          missing: 2,
        },
        expect.objectContaining({ burst: 3, level_a: null, slope: null }),
      ],
    })
  })

  test('where there is none, says so on stderr', async () => {
    const none = await ina219(['bursts', '--db', empty, '--format', 'csv'])
    expect(none.code).toBe(0)
    expect(none.stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(none.stderr).toMatch(/^ina219: the log has no bursts; .*--set trigger=1\.5\n$/)
    const later = await bursts('--from', '2026-11-21')
    expect(later).toMatchObject({ code: 0, stdout: '' })
    expect(later.stderr).toMatch(/no burst lies in that time; the newest is of 2026-11-20T20:13:03/)
    expectRefused(await bursts('--device', 'bnch'), /no device 'bnch'.*bench/)
  })
})

describe('one of them', () => {
  test('as CSV and JSON has a row for each reading that was received', async () => {
    const { code, stdout } = await bursts('1', '--format', 'csv')
    const rows = stdout.trimEnd().split('\n')
    expect(code).toBe(0)
    expect(rows).toHaveLength(39)
    expect(rows.slice(0, 2)).toEqual(['t_us,a', '-840,0.0012'])
    expect(rows.slice(10, 13)).toEqual(['-84,0.0012', '0,1.492', '84,1.4912'])
    const json = JSON.parse((await bursts('2', '--format', 'json')).stdout)
    expect(json).toMatchObject({ version: 1, burst: 2, device: 'store, second', pre: 2 })
    expect(json.values).toEqual([
      { t_us: -168.5, a: 0 },
      { t_us: -84.25, a: 0 },
      { t_us: 0, a: -0.25 },
    ])
  })

  test('is drawn over the ms before and after the trigger', async () => {
    const { code, stdout } = await bursts('1', '--ascii')
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toBe(
      'bench: burst 1 at 2026-11-20 21:13:00.123 (UTC+01:00), trigger: rise to 1 A',
    )
    expect(lines[1]).toBe(
      '40 readings in 3.36 ms, peak 1.492 A 0 ms after the trigger, incomplete: 2 missing',
    )
    const plot = lines.slice(2, -3)
    // Flat at 0 up to the trigger, then up to the peak; nothing where readings are missing.
    expect(plot.at(-1)).toMatch(/^ +0\.0 A\+a{17,18}$/)
    const top = plot.find((line) => line.includes('a')) as string
    const mark = lines.at(-3)?.indexOf('^') as number
    expect(Math.abs(top.indexOf('a') - mark)).toBeLessThanOrEqual(1)
    const missing = (lines.at(-2) as string).indexOf('x')
    expect(lines.at(-2)).toMatch(/^ +missing\| +x/)
    for (const line of plot) expect(line.lastIndexOf('a')).toBeLessThan(missing)
    expect(lines.at(-1)).toMatch(/^ +ms +-0\.5 +0\.0 +0\.5 +1\.0 +1\.5 +2\.0$/)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
    expect((await bursts('1')).stdout).toMatch(/[\u2801-\u28ff]/)
  })

  test('that is not there is a mistake', async () => {
    expectRefused(await bursts('7'), /no burst 7; the newest it has: 1, 2, 3/)
    expectRefused(await bursts('first'), /'first' is not the number of a burst; .*ina219 bursts/)
    expectRefused(await bursts('1', '--last', '1h'), /--last is about the list/)
  })
})

test('they come along with a log that is imported, once', async () => {
  const other = join(folder, 'other.db')
  for (let time = 0; time < 2; time++) {
    expect((await ina219(['import', file, '--db', other])).code).toBe(0)
  }
  const [own, theirs] = [
    await bursts(),
    await ina219(['bursts', '--db', other], '', { TZ: 'Europe/Berlin' }),
  ]
  expect(theirs.stdout).toBe(own.stdout)
})
