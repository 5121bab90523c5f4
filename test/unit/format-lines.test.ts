import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeLine } from '../../src/protocol/codec.ts'
import { withCrc } from '../../src/protocol/crc.ts'
import { capture, FormatRig } from '../support/format-rig.ts'

/** What each sketch measured, as a person reads its lines: V, A, W, further channels, status. */
const CAPTURES: Readonly<Record<string, readonly string[]>> = {
  'adafruit-ina219-getcurrent': [
    '5.02 -0.0123 0.062 shunt_mv=-1.23 ok',
    '5.03 0.245 1.232 shunt_mv=24.5 ok',
  ],
  'load-voltage-alone': ['4.72 0.2062 0.97 ok', '- - - ovf', '- - - ovf'],
  'ina219-we-continuous': [
    '4.7 0.2062 0.97 shunt_mv=20.58 load_v=4.72 ok',
    '4.6 3.2 14.72 shunt_mv=320 load_v=4.92 ovf',
  ],
  'robtillaart-ina226-demo': ['5 0.25 1.25 shunt_mv=20 ok', '5.01 -0.3 -1.5 shunt_mv=30 ok'],
  'robtillaart-ina219-table': [
    '5.02 0.0245 0.123 shunt_mv=2.45 ok',
    '5.024 0.025 0.1256 shunt_mv=2.5 ok',
    '5 3.2 16 shunt_mv=320 ovf',
  ],
  'adafruit-ina260': ['5.02 0.245 1.23 ok', '5.01875 -0.00375 0.02 ok'],
  'adafruit-ina260-first': ['5.02 0.245 1.23 ok', '5.01875 0.24625 1.24 ok'],
  'adafruit-ina3221': [
    '5.02 0.245 - v2=3.3 a2=-0.012 v3=12.1 a3=0.0015 ok',
    '5.03 0.246 - v2=3.31 a2=-0.013 v3=12.11 a3=0.0016 ok',
  ],
  'beastdevices-ina3221': [
    '5.02 0.245 - v2=3.3 a2=-0.012 v3=12.1 a3=0.001 ok',
    '5.03 0.246 - v2=3.31 a2=-0.013 v3=12.11 a3=0.002 ok',
  ],
  'circuitpython-ina3221': [
    '5.02 0.245 - shunt_mv=24.5 v2=3.3 a2=-0.012 shunt_mv2=-1.2 v3=12.1 a3=0.0015 shunt_mv3=0.15 ok',
    '5.03 0.246 - shunt_mv=24.6 ok',
  ],
  'sdl-ina3221': [
    '3.9 -0.051 - shunt_mv=-5.1 load_v=3.89 v2=5.5 a2=0.012 shunt_mv2=1.2 load_v2=5.5 v3=5.02 a3=0.245 shunt_mv3=24.5 load_v3=5.04 ok',
    '3.91 -0.051 - shunt_mv=-5.1 load_v=3.9 v2=5.51 a2=0.012 shunt_mv2=1.2 load_v2=5.51 v3=5.03 a3=0.245 shunt_mv3=24.5 load_v3=5.05 ok',
  ],
  'robtillaart-ina3221-table': [
    '5.02 0.245 1.2299 shunt_mv=24.5 v2=3.3 a2=-0.012 w2=0.0396 shunt_mv2=-1.2 v3=12.1 a3=0.0015 w3=0.01815 shunt_mv3=0.15 ok',
    '5.03 0.246 1.23738 shunt_mv=24.6 v2=3.31 a2=-0.013 w2=0.04303 shunt_mv2=-1.3 v3=12.11 a3=0.0016 w3=0.019376 shunt_mv3=0.16 ok',
  ],
  'plotter-comma': ['5.02 0.245 - ok', '5.03 -0.2465 - ok'],
  'plotter-tab': ['5.02 0.2451 1.23 ok', '5.03 -0.0001 0 ok'],
  teleplot: ['5.02 0.2451 - ok', '5.03 0.2461 - ok'],
  'teleplot-timed': ['5.02 0.2451 - ok', '5.03 0.2461 - ok'],
  'csv-header': ['5.02 0.2451 - ok', '5.03 -0.0001 - ok'],
  'csv-banner': ['5.02 0.245 1.23 ok', '5.03 0.246 1.237 ok'],
  'csv-cell-units': ['4.98 0.24 - ok', '4.97 0.25 - ok'],
  'csv-bare': Array.from(
    { length: 10 },
    (_, i) => `${(502 + i) / 100} ${(2455 + 10 * i) / 1e4} - ok`,
  ),
  'zanduino-fixed-width': ['5.02', '5.021', '5.022'].map(
    (v) => `${v} 0.0024 0.012048 shunt_mv=0.24 ok`,
  ),
  'trombik-overflow': ['5.02 0.0245 0.123 shunt_mv=2.45 ok', '- - - ovf'],
  'json-other-names': ['5.02 0.245 - ok', '- - - error', '5.04 -0.1 - ok'],
  'json-nested': ['5.02 0.2451 - temp_c=23.5 ok', '5.03 -0.0001 - temp_c=23.6 ok'],
  'json-pretty': ['5.02 0.2451 1.23 ok', '- - - ovf'],
  'milhagem-ina226': ['5.02 0.2451 1.23 ok', '5.03 0.2461 1.24 ok'],
  'majenko-ina219': ['5.02 0.245 - ok', '5.03 -0.001 - ok'],
}

const lineCount = (bytes: Uint8Array): number => bytes.filter((byte) => byte === 0x0a).length

describe('lines of sketches', () => {
  it('has an expectation for each capture', () => {
    const files = readdirSync(new URL('../captures/', import.meta.url))
    expect(files.map((name) => name.replace('.txt', '')).sort()).toEqual(
      Object.keys(CAPTURES).sort(),
    )
  })

  it.each(Object.keys(CAPTURES))('recognises %s, and reads its values', (name) => {
    const rig = new FormatRig().push(capture(name)).end()
    expect(rig.samples).toEqual(CAPTURES[name])
    expect(rig.formats).toHaveLength(1)
    expect(rig.changes).toEqual([false])
    expect(rig.count('malformed')).toBe(0)
    // Each line is counted once.
    expect(rig.frames).toHaveLength(lineCount(capture(name)))
  })

  it.each(Object.keys(CAPTURES))(
    'reads %s alike byte by byte, and with pauses between lines',
    (name) => {
      const bytes = new FormatRig()
      for (const byte of capture(name)) bytes.push(Uint8Array.of(byte))
      expect(bytes.end().samples).toEqual(CAPTURES[name])
      expect(bytes.frames).toHaveLength(lineCount(capture(name)))
    },
  )

  it.each(Object.keys(CAPTURES))('reads %s to the last block, however long it goes on', (name) => {
    const rig = new FormatRig().push(Buffer.concat(Array(40).fill(capture(name)))).end()
    expect(rig.samples).toEqual(Array(40).fill(CAPTURES[name]).flat())
    expect(rig.changes).toEqual([false])
  })

  it.each(Object.keys(CAPTURES))('%s at the end of a serial monitor with time stamps', (name) => {
    const text = capture(name).toString()
    const stamped = text
      .split('\n')
      .slice(0, -1)
      .map((line, i) => `20:38:0${i % 5 === 0 ? 5 : 5}.${String(100 + i)} -> ${line}\n`)
    const rig = new FormatRig().push(stamped.join('')).end()
    expect(rig.samples).toEqual(CAPTURES[name])
    expect(rig.stamps.every(({ kind }) => kind !== 'none')).toBe(true)
    expect(rig.frames).toHaveLength(stamped.length)
  })

  it('says which units it assumed, and takes the word of the user', () => {
    const assumed = new FormatRig().push(capture('plotter-comma')).end()
    expect(assumed.formats[0]).toContain(
      "assumed: 'voltage' in V, 'current' in mA (--format text/A",
    )
    const said = new FormatRig('plotter/A').push('voltage:5.02,current:0.245,power:1.23\n').end()
    expect(said.samples).toEqual(['5.02 0.245 1.23 ok'])
    expect(said.formats[0]).not.toContain('assumed')
    expect(new FormatRig().push(capture('csv-header')).end().formats[0]).not.toContain('assumed')
  })

  it('takes the prefix of one unit for the other', () => {
    const rig = new FormatRig().push('V,I,P_mW\n5.02,245,1230\n').end()
    expect(rig.samples).toEqual(['5.02 0.245 1.23 ok'])
  })

  it('splits the channels of an INA3221 into three devices', () => {
    const rig = new FormatRig('ina3221').push(capture('adafruit-ina3221')).end()
    expect(rig.samples).toEqual([
      '5.02 0.245 - ok',
      '2: 3.3 -0.012 - ok',
      '3: 12.1 0.0015 - ok',
      '5.03 0.246 - ok',
      '2: 3.31 -0.013 - ok',
      '3: 12.11 0.0016 - ok',
    ])
    expect(rig.frames).toHaveLength(lineCount(capture('adafruit-ina3221')))
    for (const name of ['beastdevices-ina3221', 'sdl-ina3221', 'robtillaart-ina3221-table']) {
      const other = new FormatRig('ina3221').push(capture(name)).end()
      expect(other.samples.map((text) => text.slice(0, 2)).join('|')).toMatch(
        /^\d\.\|2:\|3:\|\d\.\|2:\|3:$/,
      )
      expect(other.frames).toHaveLength(lineCount(capture(name)))
    }
  })

  it('reads a channel in few digits, between others in many', () => {
    const round = (v: string, ma: string): string =>
      [0, 1, 2].map((n) => `Channel ${n}: Voltage = ${v} V, Current = ${ma} mA\n`).join('')
    const shown = ['5.95 0.806 - ok', '2: 5.95 0.806 - ok', '3: 5.95 0.806 - ok']
    const text = `${round('12.345', '1234.5')}${round('5.95', '806')}${round('5', '0')}`
    const samples = new FormatRig('ina3221').push(text).end().samples
    expect(samples).toHaveLength(9)
    expect(samples.slice(3)).toEqual([...shown, '5 0 - ok', '2: 5 0 - ok', '3: 5 0 - ok'])
  })

  it('knows that channels count from 0 also where it joins in the middle of a round', () => {
    const text = capture('adafruit-ina3221').toString()
    const rig = new FormatRig('ina3221').push(text.slice(text.indexOf('Channel 1'))).end()
    expect(rig.samples.slice(0, 3)).toEqual([
      '2: 3.3 -0.012 - ok',
      '3: 12.1 0.0015 - ok',
      '5.03 0.246 - ok',
    ])
  })
})

describe('where a block ends', () => {
  const BLOCK = 'Bus Voltage: 5.02 V\nCurrent: 245.00 mA\n'

  it('at a pause, once it has voltage and current', () => {
    const rig = new FormatRig('text').push('Bus Voltage: 5.02 V\n')
    expect(rig.isWaiting).toBe(true)
    rig.pause()
    expect(rig.samples).toEqual([])
    rig.push('Current: 245.00 mA\n')
    rig.nowMs = 300
    rig.pause()
    expect(rig.samples).toEqual(['5.02 0.245 - ok'])
    expect(rig.isWaiting).toBe(false)
    // It was measured when its last line came.
    expect(rig.ages).toEqual([300])
  })

  it('where its first name comes again', () => {
    const rig = new FormatRig('text').push(BLOCK).push('Bus Voltage: 5.03 V\n')
    expect(rig.samples).toEqual(['5.02 0.245 - ok'])
  })

  it('at an empty line', () => {
    expect(new FormatRig('text').push(`${BLOCK}\n`).samples).toEqual(['5.02 0.245 - ok'])
  })

  it('one that was joined in the middle, or lost a line, is no sample', () => {
    const rig = new FormatRig()
      .push(`Current: 240.00 mA\n\n${BLOCK}\nBus Voltage: 5.03 V\nCurr 24@@5 mA\n\n${BLOCK}\n`)
      .end()
    expect(rig.samples).toEqual(['5.02 0.245 - ok', '5.02 0.245 - ok'])
    expect(rig.count('malformed')).toBe(3)
    expect(rig.frames).toHaveLength(11)
  })
})

describe('which form it is', () => {
  const WIRE = '{"v":5.02,"a":0.245,"seq":1}\n'

  it('lines of the wire go straight through, with the faults of the line', () => {
    const lines = [
      'x{"v":5',
      WIRE.trim(),
      '',
      '{"v":5.02,"a":0.2',
      withCrc('{"v":5.02,"a":0.245,"seq":2}'),
      'noise of 3 words',
      '{"v":5.02,"a":0.245,"seq":3,"crc":"0000"}',
      '{"soc":85,"lux":35000}',
      '{"type":"status","message":"hi"}',
      'a:1',
      WIRE.trim(),
    ]
    const rig = new FormatRig().push(`${lines.join('\n')}\n`).end()
    const expected = lines.map((line) => decodeLine(Buffer.from(line)))
    // Those that could have been of another form come a line later.
    expect(rig.frames).toEqual(expected)
    expect(rig.formats).toEqual([])
  })

  it('a sketch that was flashed anew is recognised, and nothing of it is lost', () => {
    const rig = new FormatRig().push(WIRE).push(capture('adafruit-ina219-getcurrent'))
    expect(rig.samples).toEqual([
      '5.02 0.245 - ok',
      ...(CAPTURES['adafruit-ina219-getcurrent'] ?? []),
    ])
    expect(rig.changes).toEqual([true])
    rig.push(capture('csv-header'))
    expect(rig.samples.slice(3)).toEqual(CAPTURES['csv-header'])
    rig.push('{"hello":"ina219"}\n').push(WIRE)
    expect(rig.samples.slice(5)).toEqual(['5.02 0.245 - ok'])
    expect(rig.formats).toHaveLength(3)
    expect(rig.changes).toEqual([true, true, true])
  })

  it('words of an unknown device are shown, once', () => {
    const rig = new FormatRig().push('Failed to find INA219 chip\n').pause()
    expect(rig.notes).toEqual(['Failed to find INA219 chip'])
    expect(rig.isWaiting).toBe(false)
  })

  it('gives up on lines that make no sample: memory stays bounded', () => {
    const rig = new FormatRig()
    for (let i = 0; i < 1000; i++) rig.push(`counter: ${i}\n`)
    expect(rig.frames.length).toBeGreaterThan(900)
  })

  it('rows without names and units are not guessed at from how large they are', () => {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `${(5 + (i % 3) / 100).toFixed(2)},${(0.2 + (i % 5) / 100).toFixed(2)}\n`,
    ).join('')
    expect(new FormatRig().push(rows).end().samples).toEqual([])
    // Said to be a table, the two are voltage and current, and what was assumed is reported.
    const said = new FormatRig('csv/A').push(rows).end()
    expect(said.samples).toHaveLength(20)
    expect(said.samples[1]).toBe('5.01 0.21 - ok')
  })

  it.each(['text', 'csv', 'tab', 'json', 'plotter'])(
    'garbage is malformed with --format %s',
    (format) => {
      const rig = new FormatRig(format).push('\x01\x02@@1;;{{{\n}}}"\n').end()
      expect(rig.count('malformed')).toBe(2)
    },
  )

  it('reads the time that the sketch prints', () => {
    expect(new FormatRig().push(capture('csv-header')).end().stamps[1]).toEqual({
      kind: 'ms',
      value: 1100,
    })
    expect(new FormatRig().push(capture('csv-banner')).end().stamps[0]).toEqual({
      kind: 'ts',
      value: 1712345678,
    })
    expect(new FormatRig().push('time_s,V,mA\n1.5,5,2\n').end().stamps[0]).toEqual({
      kind: 'ms',
      value: 1500,
    })
    const micros = new FormatRig().push('micros,V,mA\n4294967000,5,2\n704,5,2\n').end()
    expect(
      micros.stamps.map((stamp) => (stamp.kind === 'ms' ? Math.round(stamp.value * 1000) : null)),
    ).toEqual([4294967000, 4294968000])
  })

  it('times of day go on past midnight', () => {
    const at = (time: string): string => `${time} -> Bus Voltage: 5 V, Current: 2 mA\n`
    const rig = new FormatRig().push(at('23:59:59.900') + at('00:00:00.100')).end()
    expect(rig.stamps).toEqual([
      { kind: 'ms', value: 86_399_900 },
      { kind: 'ms', value: 86_400_100 },
    ])
  })
})
