import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { imported, recording } from '../support/import-rig.ts'
import { query, START_US } from '../support/log-fixture.ts'

const CHANNELS =
  'SELECT timestamp, device, channel, value, sequence, status FROM channel_log ORDER BY 1, 2, 3'

describe('import of an own export', () => {
  const frames = async (): Promise<{ folder: string; db: string }> => {
    const folder = temporaryFolder()
    const db = join(folder, 'old.db')
    for (const [scenario, seed] of [
      ['solar-node', 1],
      ['motor', 2],
    ] as const) {
      const faults = ['--fault', 'drop=0.02,duplicate=0.01,garbage=0.01,corrupt=0.01']
      const how = ['--rate', 'max', '--count', '900', '--interval', '7.3', '--start', '1790000000']
      const mock = await ina219(
        ['mock', '--scenario', scenario, '--seed', `${seed}`].concat(how, faults),
      )
      await ina219(
        ['monitor', '--stdin', '--keep-time', '--output', 'none', '--db', db].concat([
          '--device',
          seed === 1 ? '+solar, "1"' : 'motor',
        ]),
        mock.stdout,
      )
    }
    return { folder, db }
  }

  it.each(['csv', 'ndjson'])('gives the same %s again', async (format) => {
    const { folder, db } = await frames()
    const file = join(folder, `export.${format}`)
    const exporting = ['export', '--channels', 'all', '--format', format]
    await ina219([...exporting, '--db', db, '-o', file])
    const fresh = join(folder, 'new.db')
    const report = await imported(file, fresh)
    expect(report.devices.map(({ device }) => device).sort()).toEqual(['+solar, "1"', 'motor'])
    expect(report.refused).toBe(0)
    const again = await ina219([...exporting, '--db', fresh])
    expect(again.stdout).toBe(readFileSync(file, 'utf8'))
    // What was lost is known from the numbers.
    const lost = 'SELECT device, sum(count) FROM power_lost GROUP BY device ORDER BY device'
    expect(query(fresh, lost)).toEqual(query(db, lost))
    // Neither log takes any of it a second time.
    for (const each of [fresh, db]) {
      const before = query(each, 'SELECT count(*) FROM sample')
      const second = await imported(file, each)
      for (const device of second.devices) expect(device).toMatchObject({ added: 0, lost: 0 })
      expect(query(each, 'SELECT count(*) FROM sample')).toEqual(before)
    }
  })

  it.each([
    ['csv', []],
    ['csv', ['--channels', 'all']],
    ['ndjson', ['--channels', 'all']],
  ])('gives samples that could not be taken again: %s %j', async (format, channels) => {
    const folder = temporaryFolder()
    const [old, file, db] = ['old.db', `rows.${format}`, 'new.db'].map((each) => join(folder, each))
    if (old === undefined || file === undefined || db === undefined) throw new Error('three names')
    const sketch = [
      '{"voltage":5.0,"current":0.1}',
      '{"voltage":5.0,"current":nan}',
      '{"voltage":nan,"current":nan}',
      '{"voltage":5.1,"current":0.11,"temperature":21}',
      '{"voltage":nan,"current":0.12,"temperature":22}',
      '{"voltage":5.2,"current":0.1}',
    ]
    const monitor = ['monitor', '--stdin', '--output', 'none', '--db', old]
    await ina219(monitor, `${sketch.join('\n')}\n`)
    const exporting = ['export', '--format', format, ...channels]
    await ina219([...exporting, '--db', old, '-o', file])
    const text = readFileSync(file, 'utf8')
    expect(text.match(/error/g)).toHaveLength(3)
    expect(await imported(file, db)).toMatchObject({ refused: 0, devices: [{ added: 6 }] })
    expect((await ina219([...exporting, '--db', db])).stdout).toBe(text)
    expect(await imported(file, db)).toMatchObject({ devices: [{ added: 0, known: 6 }] })
    // With ok it would be a measurement of nothing.
    writeFileSync(file, text.replaceAll('error', 'ok'))
    expect((await imported(file, db)).refused).toBe(channels.length > 0 ? 2 : 3)
  })

  it('names the rows that it refuses', async () => {
    const { file, db } = recording(
      'time,device,voltage_v,current_a,power_w,seq,status,soc\n' +
        '2026-11-20T20:13:00.000Z,a,5,0.1,0.5,1,ok,7\n' +
        '2026-11-20T20:13:01.000Z,a,5,x,0.5,2,ok,\n' +
        '2026-11-31T20:13:01.000Z,a,5,0.1,0.5,3,ok,\n' +
        '2026-11-20T20:13:02.000Z,a,5,0.1,0.5\n' +
        '2026-11-20T20:13:03.000Z,"\'=b",,,,4,"ok, so",8\n' +
        '2026-11-20T20:13:04.000Z,a,5,0.1,0.5,-1,ok,\n',
    )
    const report = await imported(file, db)
    expect(report.refused_rows.map(({ line }) => line)).toEqual([3, 4, 5, 7])
    expect(report.refused_rows[0]?.reason).toContain("'x' in 'current_a'")
    expect(query(db, CHANNELS).map((row) => Object.values(row))).toEqual([
      [START_US / 1000, 'a', 'soc', 7, 1, 'ok'],
      [START_US / 1000 + 3000, '=b', 'soc', 8, 4, 'ok, so'],
    ])
  })
})
