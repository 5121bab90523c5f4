import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseColumns } from '../../mock/replay/column-spec.ts'
import { parseRecording, type Recording } from '../../mock/replay/recording.ts'
import { closeLine } from '../../src/protocol/crc.ts'
import { isInaError } from '../../src/util/errors.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const read = (lines: readonly string[], columns?: string): Recording =>
  parseRecording(lines.join('\n'), 'test', columns === undefined ? [] : parseColumns(columns))

/** Each sample as `seconds v a`. */
const samples = (recording: Recording): string[] =>
  recording.samples.map(({ offsetUs, v, a }) => `${offsetUs / 1e6} ${v} ${a}`)

const rows = (count: number, row: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => row(i))

describe('what a recording is refused for, with the row', () => {
  it.each<[string, string[], string | undefined, string]>([
    ['text in the voltage', ['time,V,A', ...rows(9, (i) => `${i},5.0x,0.1`)], undefined, 'row 2'],
    [
      'a number with rubbish behind it',
      ['time,V,A', ...rows(21, (i) => `${i},${i % 4 === 3 ? '5.0.1' : '5.01'},0.1`)],
      undefined,
      "row 5: '5.0.1' in 'V' is no number, and 4 more of 21",
    ],
    [
      'cells of another unit',
      ['time,V,A', ...rows(20, (i) => `${i},${i % 4 === 3 ? '245mA' : '5.01V'},0.1`)],
      undefined,
      "row 5: '245mA' in 'V' is not in V",
    ],
    ['a time that is none', ['time,V,A', 'noon,5,0.1', 'night,5,0.1'], undefined, 'row 2'],
    [
      'a date in another language',
      ['time;V;A', 'Mi 3. Apr 2019 21:46:07;5;0.1', 'Mi 3. Apr 2019 21:46:08;5;0.1'],
      undefined,
      'row 2',
    ],
    [
      'an unknown zone',
      rows(4, (i) => `Wed Apr  3 21:46:0${i} IST 2019;5V;0.1A`),
      undefined,
      "row 1: '2019-04-03T21:46:00IST' in column 1 is no time",
    ],
    ['a date without a year', rows(4, (i) => `Apr  3 21:46:0${i};5V;0.1A`), undefined, 'row 1'],
    [
      'rows cut in bulk',
      ['time,V,A', ...rows(40, (i) => (i % 4 ? `${i},5,0.1` : `${i},5`))],
      undefined,
      'row 2',
    ],
    [
      'nothing measured in most rows',
      ['time,V,A', ...rows(9, (i) => `${i},${i < 4 ? 5 : 'nan'},0.1`)],
      undefined,
      'row 6: nothing was measured',
    ],
    [
      'a time that goes back',
      ['time,V,A', '5,5,0.1', '4,5,0.1', '3.5,5,0.1', '3,5,0.1'],
      undefined,
      'row 3',
    ],
    [
      'a header with other columns in the middle',
      ['time,V,A', ...rows(9, (i) => `${i},5,0.1`), 'time,A,V', ...rows(9, (i) => `${i},0.1,5`)],
      undefined,
      'row 11: a header with other columns begins',
    ],
    ['a header of another width', ['time,V,A', '0,5,0.1,7', '1,5,0.1,7'], undefined, 'row 1'],
    ['two voltages', ['time,v1,v2,A', '0,5,3,0.1', '1,5,3,0.1'], undefined, 'row 2'],
    ['a lone column', ['5.02', '5.01', '5.03'], undefined, 'row 1'],
    ['power without current', ['time,V,W', '0,5,1', '1,5,1'], undefined, 'row 2'],
    ['thousands or decimals', ['time;V;mA', '0;5,02;1,245', '1;5,03;999'], undefined, "'1,245'"],
    [
      'one outlier that would make mA of A',
      ['time,V,current', ...rows(50, (i) => `${i},5,${i === 7 ? '245' : '0.245'}`)],
      undefined,
      'row 9 is 7 | 5 | 245',
    ],
    [
      'damaged JSON',
      rows(20, (i) => (i % 3 ? `{"v":5,"a":0.${i},"ms":${i}}` : `{"v":5,"a":0.${i}x,"ms":${i}}`)),
      undefined,
      'row 1',
    ],
    [
      'labelled values in part',
      rows(40, (i) => (i % 8 ? `V=5 I=0.${i}` : `V=5 I=0.${i}q`)),
      undefined,
      'row 1',
    ],
    [
      'a spec of counts for dates',
      rows(5, (i) => `2024-03-01 10:00:0${i},5,0.1`),
      'time:s,voltage:V,current:A',
      'row 1',
    ],
    [
      'a spec of a voltage for text',
      rows(5, (i) => `${i},INA219,5`),
      'time:s,voltage:V,current:A',
      'row 1',
    ],
    ['a spec of mV for V', rows(5, (i) => `${i},5V,0.1`), 'time:s,voltage:mV,current:A', 'row 1'],
    [
      'a spec with too many columns',
      rows(5, (i) => `${i},5,0.1`),
      'time:s,voltage:V,current:A,power:W',
      'it has 3',
    ],
    [
      'a spec with too few columns',
      rows(5, (i) => `${i},5,0.1`),
      'time:s,voltage:V',
      'no column is the current',
    ],
    [
      'a spec of the wrong order of days',
      rows(5, (i) => `03/25/2024 10:00:0${i},5,0.1`),
      'time:dmy,voltage:V,current:A',
      'row 1',
    ],
  ])('%s', (_what, lines, columns, reason) => {
    try {
      read(lines, columns)
      expect.fail('read')
    } catch (error) {
      if (!isInaError(error)) throw error
      expect(error.code).toBe('input_invalid')
      expect(error.message).toContain(reason)
      expect(error.hint).toContain('--columns')
    }
  })

  it.each(['voltage,voltage', 'time,time,time', 'current:A,current:mA'])('--columns %s', (text) => {
    expect(() => parseColumns(text)).toThrowError(
      expect.objectContaining({ code: 'usage_invalid' }),
    )
  })
})

describe('what is passed over', () => {
  it('a broken row here and there, and the last one', () => {
    const lines = ['time,V,A', ...rows(30, (i) => (i === 9 ? '9,5.0x,0.1' : `${i},5,0.1`)), '30,5']
    const recording = read(lines)
    expect(recording.samples).toHaveLength(29)
    expect(recording.samples[9]?.offsetUs).toBe(10e6)
    expect(recording.skipped).toBe(2)
  })

  it('banners, comments, blank lines and repeated headers, however many', () => {
    const block = ['logger v1', 'time,V,A', '# note', '']
    const lines = rows(9, (i) => [...block, ...rows(4, (k) => `${4 * i + k},5,0.1`)].join('\n'))
    expect(read(lines).samples).toHaveLength(36)
  })

  it('one damaged digit of a time does not move the rows behind it', () => {
    const lines = rows(9, (i) => `${i === 4 ? 904_000 : 1000 * i},5,0.1`)
    expect(samples(read(['ms,V,A', ...lines])).at(-1)).toBe('8 5 0.1')
  })

  it('a lost label does not mix two records', () => {
    const lines = rows(9, (i) => `>voltage:5.${i}\n>current:${i + 50}.5`)
      .join('\n')
      .split('\n')
    lines.splice(8, 1)
    expect(samples(read(lines)).map((text) => text.slice(2))).toEqual(
      [0, 1, 2, 3, 5, 6, 7, 8].map((i) => `5.${i} 0.0${i + 50}5`),
    )
  })

  it('frames whose CRC is not right, where others have one that is', () => {
    const lines = rows(9, (i) => closeLine(`{"v":5.${i},"a":0.1,"ms":${i}`))
    lines[4] = (lines[4] as string).replace('5.4', '7.4')
    lines[6] = (lines[6] as string).replace('"crc"', '"crb"').replace('5.6', '5.7')
    const recording = read(['boot noise', ...lines])
    expect(recording.samples.map(({ v }) => v)).toEqual([0, 1, 2, 3, 5, 7, 8].map((i) => `5.${i}`))
    expect(recording.skipped).toBe(3)
  })

  it('JSON that is no sample', () => {
    const lines = [
      '{"hello":"ina219"}',
      '{"v":5,"a":1,"ms":0}',
      '{"ack":1}',
      '{"v":5,"a":2,"ms":9}',
    ]
    expect(samples(read(lines))).toEqual(['0 5 1', '0.009 5 2'])
  })
})

describe('ina219 mock --replay', () => {
  const ctime = rows(
    240,
    (i) =>
      `Wed Apr  3 21:${46 + Math.floor(i / 60)}:${String(i % 60).padStart(2, '0')} 2019;${i};5.0${i % 10}`,
  )

  it('plays a ctime recording with its voltages', async () => {
    const file = join(temporaryFolder(), 'log.csv')
    writeFileSync(file, `${ctime.join('\n')}\n`)
    const args = ['mock', '--replay', file, '--rate', 'max', '--plain-frames', '--columns']
    const { code, stdout } = await ina219([...args, 'time,-,voltage:V'])
    const frames = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect([code, frames.length]).toEqual([0, 240])
    for (const [i, frame] of frames.entries()) {
      expect([frame.ts, frame.v]).toEqual([1554327960 + i, Number(`5.0${i % 10}`)])
    }
    const counted = await ina219([...args, '-,time:s,voltage:V'])
    expect(
      counted.stdout
        .split('\n')
        .slice(0, 240)
        .map((line) => JSON.parse(line).v),
    ).toEqual(frames.map(({ v }) => v))
  })

  it('refuses with one line and exit code 2', async () => {
    const file = join(temporaryFolder(), 'log.csv')
    writeFileSync(file, `${ctime.join('\n')}\n`)
    const { code, stdout, stderr } = await ina219([
      'mock',
      '--replay',
      file,
      '--columns',
      'time:s,-,voltage:V',
    ])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^ina219: .*row 1: '2019-04-03T21:46:00' .*--columns.*\n$/)
  })
})
