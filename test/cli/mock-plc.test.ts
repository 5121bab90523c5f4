import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { parseTag } from '../../src/protocol/mc3e/tag.ts'
import { PlcPool } from '../../src/sources/mc/plc-pool.ts'
import { parsePlcUrl } from '../../src/sources/mc/plc-url.ts'
import { TagReader } from '../../src/sources/mc/tag-reader.ts'
import { configFile, finished, heard, ina219, start } from '../support/cli.ts'
import { until } from '../support/polling.ts'

interface PrintedTag {
  readonly channel: string
  readonly address: string
  readonly type: string
  readonly scale?: number
}

interface PrintedFile {
  readonly plc: Record<string, { url: string; code: string; group: { tags: PrintedTag[] }[] }>
}

describe('ina219 mock --mc3e', () => {
  it.each(['ascii', 'binary'] as const)(
    'is a PLC that the printed file reads, %s',
    async (code) => {
      const child = start(['mock', '--mc3e', '0', '--code', code, '--summary', '-'])
      const printed = heard(child.stdout)
      const done = finished(child)
      await until('it says its URL', () => printed().endsWith('\n'))
      const port = /:(\d+)/.exec(printed())?.[1] as string
      const file = await ina219(['mock', '--mc3e', port, '--code', code, '--print-config'])
      expect([file.code, file.stderr]).toEqual([0, ''])
      const { press1 } = (parse(file.stdout) as unknown as PrintedFile).plc
      expect([press1?.url, press1?.code]).toEqual([printed().trim(), 'KRCWO12ELOA101'])
      const tags = press1?.group.flatMap((group) => group.tags) ?? []
      expect(tags).toHaveLength(15)
      const plc = new PlcPool(parsePlcUrl(printed().trim()))
      const reader = new TagReader(tags.map(parseTag), code)
      const readings = await reader.read(plc)
      const values = Object.fromEntries(
        readings.map((reading, i) => [
          tags[i]?.channel,
          reading.kind === 'value' ? reading.value : reading.reason,
        ]),
      )
      plc.close()
      expect(values).toMatchObject({ running: 1, fault: 0, setpoint: 62.5, position: 250 })
      expect(values['v']).toBeGreaterThan(23)
      expect(values['v']).toBeLessThan(24.2)
      expect(values['a']).toBeGreaterThan(1)
      expect(values['temp']).toBeGreaterThan(59)
      expect(values['temp']).toBeLessThan(65)
      for (const value of Object.values(values)) expect(typeof value).toBe('number')

      child.kill('SIGTERM')
      const { code: exit, stderr } = await done
      expect(exit).toBe(0)
      expect(JSON.parse(stderr)).toMatchObject({
        source: printed().trim(),
        seed: 1,
        code,
        requests: reader.requests,
        answers: reader.requests,
        refusals: 0,
        ignored: 0,
        faults: { slow: 0, drop: 0, reset: 0, refuse: 0, garble: 0 },
      })
    },
  )

  it.each([
    [['--print-config'], /--print-config is about a PLC, but none is asked for/],
    [['--code', 'binary'], /--code is about a PLC/],
    [['--mc3e', '0', '--print-config'], /needs to know the port/],
    [['--mc3e', '65536'], /not a whole number of 0 to 65535/],
    [['--mc3e', '0', '--rate', '5'], /--rate does not go with --mc3e/],
    [['--mc3e', '0', '--board'], /--board does not go with --mc3e/],
    [
      ['--mc3e', '0', '--fault', 'corrupt=0.1'],
      /'corrupt' is not a kind of fault of a request; the kinds are slow/,
    ],
    [['--mc3e', '0', '--fault', 'drop=0.6,garble=0.6'], /add up to more than 1/],
    [['--fault', 'slow=0.1'], /'slow' is not a kind of fault of a line; the kinds are drop/],
    [['--fault', 'slow=2'], /'slow=2' has no probability/],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await ina219(['mock', ...args])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  it('names the file that says wrong faults', async () => {
    const config = configFile('[mock]\nfault = "corrupt=0.1"\n')
    const { code, stderr } = await ina219(['mock', '--mc3e', '0', '--config', config])
    expect(code).toBe(2)
    expect(stderr).toMatch(/line 2, key 'fault': 'corrupt' is not a kind/)
  })

  it('ends with 3 where the port is taken', async () => {
    const child = start(['mock', '--mc3e', '0'])
    const printed = heard(child.stdout)
    await until('it says its URL', () => printed().endsWith('\n'))
    const port = /:(\d+)/.exec(printed())?.[1] as string
    const { code, stderr } = await ina219(['mock', '--mc3e', port])
    expect([code, stderr]).toEqual([
      3,
      `ina219: port ${port} is taken by another program; choose another one: --mc3e 0 takes any that is free\n`,
    ])
  })
})
