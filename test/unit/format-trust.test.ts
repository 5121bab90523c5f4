import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeLine } from '../../src/protocol/codec.ts'
import { FormatRig } from '../support/format-rig.ts'

const lines = (...each: string[]): string => `${each.join('\n')}\n`
const times = (count: number, line: string): string[] => Array.from({ length: count }, () => line)
const rising = (count: number, row: string): string[] =>
  Array.from({ length: count }, (_, i) => `${i * 1000},${row}`)

/** What came of lines to the end of the input. */
function read(text: string, format = 'auto'): FormatRig {
  const rig = new FormatRig(format).push(text).end()
  const unterminated = text === '' || text.endsWith('\n') ? 0 : 1
  // Each line is counted once, whatever it was.
  expect(rig.frames).toHaveLength(text.split('\n').length - 1 + unterminated)
  return rig
}

describe('columns', () => {
  it.each([
    ['millis,V,A,W', rising(8, '5.02,0.245,')],
    ['millis,V,A,temp', rising(8, '5.02,0.245,')],
    ['V,A,W', times(8, '5.02,0.245,')],
    ['V,A,', times(8, '5.02,0.245,')],
    ['V;A;W;temp', times(8, '5.02;0.245;;')],
  ])('of the header %s stay what they are where one is empty', (header, rows) => {
    const rig = read(lines(header, ...rows))
    expect(rig.samples).toEqual(times(8, '5.02 0.245 - ok'))
    expect(rig.formats[0]).not.toContain('assumed')
  })

  it('are not guessed where the header has others', () => {
    const rig = read(lines('millis,V,A', ...rising(80, '5.02,0.245,1.2299')))
    expect(rig.samples).toEqual([])
    expect(rig.formats).toEqual([expect.stringContaining('not recognised')])
    // Words that only look like a header hold nothing back for long.
    const banner = read(lines('Voltage Logger,Current Logger', ...rising(80, '5.02,245')))
    expect(banner.samples.at(-1)).toBe('5.02 0.245 - ok')
  })

  it.each([
    ['V,mA', '5.02,245', 'V,A', '5.02,0.245'],
    ['V,mA', '5.02,245', 'mA,V', '245,5.02'],
    ['millis,V,mA', '1000,5.02,245', 'V,mA,millis', '5.02,245,2000'],
    ['# V;mA', '5.02;245', '# V;mA;mW', '5.02;245;1230'],
  ])('%s of %s become those of a new header %s', (header, row, next, nextRow) => {
    const rig = read(lines(header, row, row, next, nextRow, nextRow, header, row))
    expect(rig.samples.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(
      times(5, '5.02 0.245'),
    )
    expect(rig.formats).toHaveLength(3)
    expect(rig.changes).toEqual([false, true, true])
    expect(rig.formats[2]).toBe(rig.formats[0])
  })

  it('take other units below the same header', () => {
    const rig = read(
      lines('BUS\tCURRENT', 'V\tmA', '5.02\t245', 'BUS\tCURRENT', 'V\tA', '5.02\t0.2'),
    )
    expect(rig.samples).toEqual(['5.02 0.245 - ok', '5.02 0.2 - ok'])
    expect(rig.changes).toEqual([false, true])
  })

  it('that change with each block are not said for ever', () => {
    const block = ['V,mA', '5.02,245', 'V,A', '5.02,0.245']
    const rig = read(lines(...Array.from({ length: 50 }, () => block).flat()))
    expect(rig.samples).toEqual(times(100, '5.02 0.245 - ok'))
    expect(rig.formats).toHaveLength(17)
  })
})

describe('damaged and empty cells', () => {
  it.each(['5.0x,248', '5#02,248', '5.02,24x', '5.02,2´5', '5.02,2_5', '5.02,24k', '5.02 %,1'])(
    'the row %s is malformed',
    (row) => {
      const rig = read(lines('V,mA', '5.02,245', row, '5.03,246'))
      expect(rig.samples).toEqual(['5.02 0.245 - ok', '5.03 0.246 - ok'])
      expect(rig.count('malformed')).toBe(1)
    },
  )

  it('a time that can no longer be read is damage, too', () => {
    const rig = read(lines('millis,V,mA', '1000,5.02,245', '1#00,5.02,245', '1200,5.02,245'))
    expect([rig.samples.length, rig.count('malformed')]).toEqual([2, 1])
  })

  it('in JSON and named values as well', () => {
    const json = read(
      lines('{"u":"5#02","i":"0.2x"}', '{"u":5.02,"i":"0.2"}', '{"u":"5.0x","i":0.2}'),
    )
    expect(json.samples).toEqual(['5.02 0.2 - ok'])
    expect(json.count('malformed')).toBe(2)
    const named = 'voltage:5.02,current:247'
    const text = read(lines(named, named, 'voltage:5.0x,current:247'))
    expect([text.samples.length, text.count('malformed')]).toEqual([2, 1])
    expect(text.notes).toEqual([])
  })

  it('known units may stand behind any number', () => {
    const rig = read(lines('V,mA,temp,hum,cap', '5.02 V,245 mA,23.5 *C,87 %,12.4 mAh'))
    expect(rig.samples).toEqual(['5.02 0.245 - temp_c=23.5 hum=87 cap=12.4 ok'])
  })

  it.each(['5.03,', ',246', '5.03,nan', '5.03,--', 'nan,246'])(
    'the row %s is one that could not be measured',
    (row) => {
      for (const rows of [
        ['5.02,245', row],
        [row, '5.02,245'],
      ]) {
        const rig = read(lines('V,mA', ...rows))
        expect([...rig.samples].sort()).toEqual(['- - - error', '5.02 0.245 - ok'])
      }
    },
  )

  it('power that is not there is computed', () => {
    const rig = read(lines('V,A,W', '5.02,0.245,', '5.02,0.245,nan', '5.02,0.245,ovf'))
    expect(rig.samples).toEqual([...times(2, '5.02 0.245 - ok'), '5.02 0.245 - ovf'])
  })

  it('null is the same from the first line on', () => {
    const none = '{"voltage":5.02,"current_ma":null}'
    const rig = read(
      lines(none, '{"voltage":5.02,"current_ma":3}', none, '{"voltage":null,"current_ma":3}'),
    )
    expect(rig.samples).toEqual(['- - - error', '5.02 0.003 - ok', '- - - error', '- - - error'])
    expect(rig.formats).toHaveLength(1)
  })
})

describe('lines of which a part may be missing', () => {
  const joined = (...each: string[]): FormatRig => new FormatRig('auto', true).push(lines(...each))

  it.each([
    ['2,245.0', ['V,mA', '5.02,245', '5.03,246']],
    ['0,5.02,245.0', rising(8, '5.02,245')],
    ['age:5.02,current:245', times(2, 'voltage:5.02,current:245')],
    ['5,"i":0.245}', ['{"u":5.02,"i":0.245}']],
  ])('the first of a connection to a port, %s, is malformed', (part, whole) => {
    const rig = joined(part, ...whole).end()
    expect(rig.frames[0]?.kind).toBe('malformed')
    expect(rig.samples).not.toContain('2 0.245 - ok')
    expect(rig.samples.length).toBe(whole.filter((line) => line !== 'V,mA').length)
  })

  it('the first one holds nothing back that measures nothing, or that shows that it is whole', () => {
    expect(joined('V,mA', '5.02,245').samples).toEqual(['5.02 0.245 - ok'])
    expect(joined('{"u":5.02,"i":0.245}').samples).toEqual(['5.02 0.245 - ok'])
    expect(joined('INA219 demo', 'V,mA', '5.02,245').samples).toEqual(['5.02 0.245 - ok'])
    for (const line of ['{"v":5.02,"a":0.245,"seq":1}', '.02,"a":0.245}', '']) {
      expect(joined(line).end().frames).toEqual([decodeLine(Buffer.from(line))])
    }
  })

  it('the first one is as little believed where the user named the form', () => {
    const rig = new FormatRig('csv', true).push(lines('2,245', ...times(3, '5.02,245'))).end()
    expect(rig.samples).toEqual(times(3, '5.02 0.245 - ok'))
    expect(rig.count('malformed')).toBe(1)
  })

  it.each([
    ['voltage:5.02,current:247\n', 'voltage:5.02,current:2', 0],
    ['Bus Voltage: 5.02 V\nCurrent: 247.00 mA\n\nBus Voltage: 5.02 V\n', 'Current:       25', 1],
    ['V,mA,mW\n5.02,247,1239\n', '5.02,247,12', 0],
    ['{"u":5.02,"i":0.247}\n', '{"u":5.02,"i":0.2', 0],
  ])('the last of the input after %j, %j, is malformed', (whole, part, incomplete) => {
    const rig = read(whole + part)
    expect(rig.samples).toHaveLength(1)
    expect(rig.count('malformed')).toBe(1 + incomplete)
  })

  it('the values of a channel with its heading are as little believed', () => {
    const rig = read(
      'Channel 1: Voltage = 5.02 V, Current = 245.00 mA\nChannel 1: Voltage = 5.02 V, Current = 24',
    )
    expect([rig.samples.length, rig.count('malformed')]).toEqual([1, 1])
  })

  it('an object shows that it is whole', () => {
    expect(read('{"u":5.02,"i":0.2}\n{"u":5.03,"i":0.2}').samples).toHaveLength(2)
    expect(read('{"v":5.02,"a":0.2}\n{"v":5.03,"a":0.2}').samples).toHaveLength(2)
    expect(read('{\n"u":5.02,\n"i":0.2\n}').samples).toEqual(['5.02 0.2 - ok'])
  })
})

describe('another sketch', () => {
  const ROWS = lines('V,mA', ...times(5, '5.02,245'))

  it.each([
    ['named values', times(20, 'voltage:5.02,current:245')],
    ['JSON', times(20, '{"voltage":5.02,"current_ma":245}')],
    ['more columns', Array.from({ length: 20 }, (_, i) => `${i},5.02,245,1.23`)],
    ['fewer columns with units', times(20, '5.02V\t245mA')],
  ])('is recognised behind rows: %s', (_name, next) => {
    const rig = read(ROWS + lines(...next))
    expect(rig.samples).toHaveLength(25)
    expect(rig.samples.every((text) => text.startsWith('5.02 0.245 '))).toBe(true)
    expect(rig.changes).toEqual([false, true])
  })

  it('is recognised behind named values: rows, other names, and no more than a temperature', () => {
    const named = lines(...times(5, 'voltage:5.02,current:245'))
    const rows = read(named + lines(...rising(20, '5.02,245')))
    expect([rows.samples.length, rows.changes]).toEqual([25, [false, true]])
    const others = read(named + lines(...times(200, 'U:5.02,I:245')))
    expect(others.samples.at(-1)).toBe('5.02 0.245 - ok')
    expect(others.changes.at(-1)).toBe(true)
    const warm = read(named + lines(...times(200, 'temp:23.5,hum:40')))
    expect(warm.samples.at(-1)).toBe('- - - temp_c=23.5 hum=40 ok')
    expect(warm.changes).toEqual([false, true])
  })

  it('is recognised behind JSON: a block, a line each, is no remark of it', () => {
    const block = ['Bus Voltage:   5.02 V', 'Current:       245.00 mA', '']
    const rig = read(lines(...times(5, '{"voltage":5.02,"current_ma":245}'), ...block, ...block))
    expect(rig.samples).toEqual(times(7, '5.02 0.245 - ok'))
    expect([rig.changes, rig.notes]).toEqual([[false, true], []])
  })

  it('is looked for with --format csv, too', () => {
    const rig = read(ROWS + lines(...rising(20, '5.02,245')), 'csv')
    expect([rig.samples.length, rig.changes]).toEqual([25, [false, true]])
  })

  it.each([
    ['text', 'voltage:5.02,current:245'],
    ['json', '{"voltage":5.02,"current_ma":245}'],
  ])(
    'is not one of another form than --format %s says, however long it goes on',
    (format, line) => {
      const rows = lines('voltage,current', 'nan,nan', ...times(200, '5.03,246'))
      const rig = read(lines(...times(5, line)) + rows, format)
      expect(rig.samples).toEqual(times(5, '5.02 0.245 - ok'))
      expect(rig.changes.slice(1)).not.toContain(true)
    },
  )

  it('is not seen in noise: the columns are what they were before it', () => {
    const rig = read(ROWS + lines(...times(300, '5#02,2x5'), ...times(5, '5.02,245')))
    expect(rig.samples).toEqual(times(10, '5.02 0.245 - ok'))
    expect(rig.count('malformed')).toBe(300)
    expect(rig.formats.slice(1)).toEqual([expect.stringMatching(/^not recognised/)])
  })
})

describe('what is not recognised', () => {
  it('is said once, with what to do', () => {
    const rows = read(lines(...times(80, '5.02,245.0')))
    expect(rows.count('malformed')).toBe(80)
    expect(rows.formats).toEqual([
      expect.stringMatching(/^not recognised: .*'5\.02,245\.0'.*--format csv/),
    ])
    expect(read(lines(...times(20, '5.02\t245.0'))).formats[0]).toContain('--format tab')
    const behind = read(
      lines(...times(5, 'voltage:5.02,current:245'), ...times(200, '1000,5.02,245')),
    )
    expect(behind.formats).toEqual([expect.anything(), expect.stringContaining("'1000,5.02,245'")])
  })

  it('words alone are notes, and an event', () => {
    const rig = read('Failed to find INA219 chip\n')
    expect(rig.notes).toEqual(['Failed to find INA219 chip'])
    expect(rig.formats).toEqual([expect.stringContaining('Failed to find INA219 chip')])
  })

  it('is no matter of a device that speaks the protocol', () => {
    const rig = read(lines('{"v":5.02,"a":0.245,"seq":1}', ...times(200, '5.02,245.0')))
    expect(rig.formats).toEqual([])
  })
})

describe('names', () => {
  it('T is a temperature, t a time', () => {
    expect(read(lines(...times(3, 'V:5.02,I:245,T:23.5'))).samples[0]).toBe(
      '5.02 0.245 - temp_c=23.5 ok',
    )
    expect(read(lines('V=5.02V I=245mA T=23.5C')).samples).toEqual(['5.02 0.245 - temp_c=23.5 ok'])
    expect(read(lines('t,V,mA', '1.5,5,2')).stamps).toEqual([{ kind: 'ts', value: 1500 }])
    expect(read(lines('T[ms],V,mA', '1500,5,2')).stamps).toEqual([{ kind: 'ms', value: 1500 }])
  })

  it('two circuits are not one device in turn', () => {
    const rig = read(lines('PV: 5.02V PC: 245mA', 'BV: 4.02V BC: -100mA', 'PV: 5.03V PC: 246mA'))
    expect(rig.samples).toEqual(['5.02 0.245 - ok', '- - - bv=4.02 bc=-0.1 ok', '5.03 0.246 - ok'])
    expect(rig.formats[1]).toContain("v from 'PV' in V, a from 'PC' in mA, bv in V, bc in A")
    expect(rig.changes).toEqual([false, false])
    expect(rig.units).toEqual({ bv: 'V', bc: 'A' })
  })

  it.each([
    'Ch1 V: 5.02 A: 0.245 Ch2 V: 3.3 A: 0.1',
    'voltage1:5.02V,current1:245mA,voltage2:3.3V,current2:100mA',
    '{"ch1":{"voltage":5.02,"current":0.245},"ch2":{"voltage":3.3,"current":0.1}}',
  ])('channels in one line are all there: %s', (line) => {
    const rig = read(lines(line, line))
    expect(rig.samples).toEqual(times(2, '5.02 0.245 - v2=3.3 a2=0.1 ok'))
    expect(rig.units).toEqual({ v2: 'V', a2: 'A' })
  })

  it('a sketch with a voltage alone is read from its first line on', () => {
    for (const line of ['{"v":1,"status":"ok"}', '{"v":1}', 'voltage: 1']) {
      const rig = read(lines(...times(5, line)))
      expect(rig.samples).toEqual(times(5, '- - - v=1 ok'))
    }
    // Two are too few to say so.
    expect(read(lines(...times(2, 'voltage: 1'))).count('malformed')).toBe(2)
  })
})

describe('lines of many forms in any order', () => {
  const POOL = [
    ...[
      'V,mA',
      'V,A',
      'millis,V,mA',
      '5.02,245',
      '1000,5.02,245',
      '5.0x,2',
      '5.02,',
      'BUS\tCURRENT',
    ],
    ...['V\tmA', '5.02\t245', 'voltage:5.02,current:245', 'voltage:5.0x,current:2', 'U:5,I:200'],
    ...[
      'temp:23',
      'Bus Voltage: 5.02 V',
      'Current: 245 mA',
      '',
      '-----',
      'Channel 1:',
      '>current:12.3',
    ],
    ...['Channel 1: Voltage = 5.02 V, Current = 245.00 mA', 'Ch1 V: 5 A: 0.2 Ch2 V: 3.3 A: 0.1'],
    ...['PV: 5.02V PC: 245mA', 'BV: 4.02V BC: -100mA', '{"u":5,"i":2}', '{"u":5', '"i":2}', '}'],
    ...['{"v":5,"a":1}', '{"v":5}', '{"voltage":5,"current_ma":null}', '{"hello":"ina219"}'],
    ...['Failed to find INA219 chip', 'garbage@@'],
  ]

  const repeated = fc.tuple(
    fc.array(fc.constantFrom(...POOL), { minLength: 1, maxLength: 3 }),
    fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 100 })),
    fc.boolean(),
  )

  it.each(['auto', 'text', 'csv', 'tab', 'json', 'ina3221'])(
    'are each counted once: %s',
    (format) => {
      fc.assert(
        fc.property(fc.array(repeated, { maxLength: 8 }), fc.boolean(), (blocks, isJoined) => {
          const rig = new FormatRig(format, isJoined)
          let count = 0
          for (const [some, repeats, isPaused] of blocks) {
            for (let i = 0; i < repeats; i++) rig.push(lines(...some))
            count += some.length * repeats
            if (isPaused) rig.pause()
          }
          expect(rig.end().frames).toHaveLength(count)
        }),
        { seed: 219 },
      )
    },
  )
})
