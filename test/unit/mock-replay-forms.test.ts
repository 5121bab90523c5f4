import { describe, expect, it } from 'vitest'
import { parseColumns } from '../../mock/replay/column-spec.ts'
import { parseRecording, type Recording } from '../../mock/replay/recording.ts'
import { isInaError } from '../../src/util/errors.ts'

/** Each sample as `seconds v a w`. */
function samples(recording: Recording): string[] {
  return recording.samples.map(({ offsetUs, v, a, w }) => `${offsetUs / 1e6} ${v} ${a} ${w}`)
}

const read = (lines: readonly string[], columns?: string): Recording =>
  parseRecording(lines.join('\n'), 'test', columns === undefined ? [] : parseColumns(columns))

describe('forms of recordings', () => {
  it.each<[string, string[], string[]]>([
    [
      'plain CSV',
      ['time,voltage,current', '0,5.02,0.245', '1,5.01,0.25'],
      ['0 5.02 0.245 null', '1 5.01 0.25 null'],
    ],
    [
      'units in names',
      [
        'time_ms,bus_voltage,shunt_voltage_mV,current_mA,power_mW',
        '0,5.02,24.5,245.0,1230',
        '500,5.00,25,250,1250',
      ],
      ['0 5.02 0.2450 1.230', '0.5 5.00 0.250 1.250'],
    ],
    [
      'units in brackets',
      ['Time (s);U (V);I (mA)', '0.0;5.0;-12', '0.5;5.1;13'],
      ['0 5.0 -0.012 null', '0.5 5.1 0.013 null'],
    ],
    [
      'units in cells, no header',
      ['4.98V,0.24A', '4.97V,0.25A'],
      ['0 4.98 0.24 null', '0 4.97 0.25 null'],
    ],
    [
      'decimal commas, in German',
      ['Zeit;Spannung;Strom', '0,0;12,5;0,24', '0,5;12,4;0,25'],
      ['0 12.5 0.24 null', '0.5 12.4 0.25 null'],
    ],
    [
      'millis, no header',
      ['1000,5.02,245.3', '1500,5.01,246'],
      ['0 5.02 0.2453 null', '0.5 5.01 0.246 null'],
    ],
    [
      'a banner before the header',
      [
        'INA219 logger v1',
        'Measuring, please wait',
        'ts,V,mA,mW',
        '1000,5.02,245,1230',
        '2000,5,250,1250',
      ],
      ['0 5.02 0.245 1.230', '1 5 0.250 1.250'],
    ],
    [
      'tab tables whose header comes again, with an overflow',
      [
        'BUS\tSHUNT\tCURRENT\tPOWER\tOVF\tCNVR',
        '5.02\t24.5\t245.0\t1230\t0\t1',
        'BUS\tSHUNT\tCURRENT\tPOWER\tOVF\tCNVR',
        'nan\tnan\tnan\tnan\t1\t1',
        '5.00\t25.0\t250.0\t1250\t0\t1',
      ],
      ['0 5.02 0.2450 1.230', '0 5.00 0.2500 1.250'],
    ],
    [
      'fixed width',
      ['   V        mA', '  5.020   245.00', '-XXXXX.XX  1.0', '  5.010    12.50'],
      ['0 5.020 0.24500 null', '0 5.010 0.01250 null'],
    ],
    [
      'date and time in two columns',
      ['date,time,V,A', '2024-03-01,23:59:59,5,0.1', '2024-03-02,00:00:01,5,0.2'],
      ['0 5 0.1 null', '2 5 0.2 null'],
    ],
    [
      'date and time set apart by blanks',
      ['2024-03-01 10:00:00 5.02V 0.245A', '2024-03-01 10:00:02 5.01V 0.250A'],
      ['0 5.02 0.245 null', '2 5.01 0.250 null'],
    ],
    [
      'time of day across midnight',
      ['time,v,a', '23:59:59.5,5,0.1', '00:00:00.5,5,0.2'],
      ['0 5 0.1 null', '1 5 0.2 null'],
    ],
    [
      'our own export',
      [
        'time,device,voltage_v,current_a,power_w,seq,status',
        '2026-11-20T20:13:00.123Z,mock,5.02,0.245,1.2299,1,ok',
        '2026-11-20T20:13:01.123Z,mock,5.03,0.246,1.23738,2,clip',
      ],
      ['0 5.02 0.245 1.2299', '1 5.03 0.246 1.23738'],
    ],
    [
      'our own frames, with what else is on the wire',
      [
        '{"hello":"ina219","boot":3,"seq":0}',
        '{"v":5.020,"a":0.2450,"w":1.230,"ms":1000,"seq":7,"status":"ok","crc":"0000"}',
        '{"v":5.010,"a":-0.2450,"w":1.230,"ms":1500,"seq":8,"status":"ok","crc":"0000"}',
      ],
      ['0 5.020 0.2450 1.230', '0.5 5.010 -0.2450 1.230'],
    ],
    [
      'pretty-printed JSON with other names',
      [
        '{',
        '  "result": {',
        '    "vbus": 5.02,',
        '    "ima": 245',
        '  }',
        '}',
        '{',
        '  "result": {',
        '    "vbus": 5.01,',
        '    "ima": 246',
        '  }',
        '}',
      ],
      ['0 5.02 0.245 null', '0 5.01 0.246 null'],
    ],
    [
      'plotter lines',
      ['voltage:5.02,current:245', 'voltage:5.01,current:246'],
      ['0 5.02 0.245 null', '0 5.01 0.246 null'],
    ],
    [
      'teleplot',
      ['>voltage:5.02', '>current:245', '>voltage:5.01', '>current:246'],
      ['0 5.02 0.245 null', '0 5.01 0.246 null'],
    ],
    [
      'teleplot with times, units and texts',
      [
        '>voltage:1712345678000:5.02§V|np',
        '>state:1712345678000:on|t',
        '>current:1712345678000:245§mA',
        '>voltage:1712345678500:5.01§V|np',
        '>current:1712345678500:-246§mA',
      ],
      ['0 5.02 0.245 null', '0.5 5.01 -0.246 null'],
    ],
    [
      'blocks of INA219_WE, units in brackets behind the names',
      ['5.02|24.5|5.04|245.0|1230.0', '5.01|-25.0|4.98|-250.0|1252.0']
        .map((text) => text.split('|'))
        .flatMap(([v, mv, load, ma, mw]) => [
          `Shunt Voltage [mV]: ${mv}`,
          `Bus Voltage [V]: ${v}`,
          `Load Voltage [V]: ${load}`,
          `Current[mA]: ${ma}`,
          `Bus Power [mW]: ${mw}`,
          'Values OK - no overflow',
          '',
        ]),
      ['0 5.02 0.2450 1.2300', '0 5.01 -0.2500 1.2520'],
    ],
    [
      "Adafruit's blocks, today's units after a tab",
      [
        'Hello!',
        'Bus Voltage:   5.02\tV',
        'Shunt Voltage: 24.5\tmV',
        'Current:       245.0\tmA',
        'Bus Power:     1230\tmW',
        '',
        'Bus Voltage:   5.00\tV',
        'Shunt Voltage: 25.0\tmV',
        'Current:       250.0\tmA',
        'Bus Power:     1250\tmW',
        '',
      ],
      ['0 5.02 0.2450 1.230', '0 5.00 0.2500 1.250'],
    ],
    [
      'quoted cells with the separator in them',
      ['time,note,v,a', '0,"a, ""b""",5,0.1', '1,"c",6,0.2'],
      ['0 5 0.1 null', '1 6 0.2 null'],
    ],
    [
      'Windows line ends and a byte order mark',
      ['\ufefftime,v,a\r', '0,5,0.1\r', '1,6,0.2\r'],
      ['0 5 0.1 null', '1 6 0.2 null'],
    ],
    [
      'Unix time in ms',
      ['ts,v,a', '1712345678123,5,0.1', '1712345679123,6,0.2'],
      ['0 5 0.1 null', '1 6 0.2 null'],
    ],
    [
      'microseconds that wrap at 2^32',
      ['micros,v,a', '4294967000,5,0.1', '704,6,0.2'],
      ['0 5 0.1 null', '0.001 6 0.2 null'],
    ],
    [
      'rows of one time',
      ['time,v,a', '1,5,0.1', '1,6,0.1', '1,7,0.1', '2,8,0.1'],
      ['0 5 0.1 null', '0 6 0.1 null', '0 7 0.1 null', '1 8 0.1 null'],
    ],
    ['voltage alone', ['time,vBatt', '0,4.1', '6,4.0'], ['0 4.1 0 null', '6 4.0 0 null']],
    [
      'mA and W told apart by their product',
      ['0,INA219,9.1,41.0,0.373', '1,INA219,9.2,42.0,0.386'],
      ['0 9.1 0.0410 0.373', '1 9.2 0.0420 0.386'],
    ],
    ['one row', ['time,v,a', '7,5,0.1'], ['0 5 0.1 null']],
  ])('%s', (_what, lines, expected) => {
    expect(samples(read(lines))).toEqual(expected)
  })

  it('keeps recorded status and mode, and the day', () => {
    const recording = read([
      'timestamp,voltage,current,sensor_status,simulation_mode',
      '"2025-08-13 10:33:10.996241",5,0.1,ok,NOISE',
      '"2025-08-13 10:33:11.000000",5,0.1,clip,',
    ])
    expect(recording.startUs).toBe(Date.UTC(2025, 7, 13, 10, 33, 10) * 1000 + 996_241)
    expect(recording.samples.map(({ status, mode }) => [status, mode])).toEqual([
      ['ok', 'NOISE'],
      ['clip', 'NORMAL'],
    ])
  })

  it('takes the time that tells most rows apart', () => {
    const recording = read([
      'device_time,pc_time,v,a',
      '00:00:01,2025-01-01 10:00:00.1,5,0.1',
      '00:00:01,2025-01-01 10:00:00.6,5,0.1',
    ])
    expect(recording.columns[0]).toBe("time: 'pc_time'")
    expect(recording.samples[1]?.offsetUs).toBe(500_000)
  })
})

describe('what is not clear', () => {
  it.each<[string, string[], string, string]>([
    ['two numbers, no header', ['5.02,0.245', '5.01,0.25'], 'voltage:V,current:A', '5.02 0.245'],
    [
      'a current that could be A or mA',
      ['time,voltage,current', '0,5,12', '1,5,13'],
      'time,voltage,current:mA',
      '5 0.012',
    ],
    [
      'a counter that could be s or ms',
      ['time,v,a', '0,5,0.1', '20,5,0.1'],
      'time:ms,?,?',
      '5 0.1',
    ],
    [
      'a day that could be a month',
      ['time,v,a', '03/04/2024 10:00,5,0.1', '03/04/2024 10:01,5,0.1'],
      'time:dmy',
      '5 0.1',
    ],
    [
      'unknown names',
      ['x,y,z,t', '1.5,2.5,3.5,0', '1.6,2.6,3.7,1'],
      'voltage:V,current:A,-,time:s',
      '1.5 2.5',
    ],
    [
      'a power that is not their product',
      ['time,V,A,power', '0,5,1,7', '1,5,1,7'],
      'time,?,?,-',
      '5 1',
    ],
  ])('%s: an error, and --columns helps', (_what, lines, columns, expected) => {
    try {
      read(lines)
      expect.fail('read')
    } catch (error) {
      if (!isInaError(error)) throw error
      expect(error.code).toBe('input_invalid')
      expect(error.hint).toContain('--columns')
    }
    const first = read(lines, columns).samples[0]
    expect(`${first?.v} ${first?.a}`).toBe(expected)
  })

  it.each(['', 'no numbers in here', 'time,voltage\n'])('refuses %j', (text) => {
    expect(() => parseRecording(text, 'test')).toThrowError(
      expect.objectContaining({ code: 'input_invalid' }),
    )
  })

  it.each(['tension', 'voltage:A', 'time:V', 'voltage:V:V', ''])('refuses --columns %j', (text) => {
    expect(() => parseColumns(text)).toThrowError(
      expect.objectContaining({ code: 'usage_invalid' }),
    )
  })
})
