import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { setKey } from '../../src/config/set-key.ts'

const set = (text: string, label = 'bench') =>
  setKey(text, {
    table: ['device', label],
    key: 'calibration',
    value: 'gain=1.1',
    withNewTable: { serial: 'A5' },
  })

describe('a key of the configuration file', () => {
  it.each([
    ['', '[device.bench]\nserial = "A5"\ncalibration = "gain=1.1"\n'],
    [
      '# mine\nretain = "48h"  # long\n',
      '# mine\nretain = "48h"  # long\n\n[device.bench]\nserial = "A5"\ncalibration = "gain=1.1"\n',
    ],
    [
      '[device.bench] # the good one\nbaud = 9600\n\n[mock]\nseed = 1\n',
      '[device.bench] # the good one\ncalibration = "gain=1.1"\nbaud = 9600\n\n[mock]\nseed = 1\n',
    ],
    [
      '[device.a]\ncalibration = "gain=2"\n[device.bench]\n  calibration = "gain=3" # of May\nbaud = 1\n',
      '[device.a]\ncalibration = "gain=2"\n[device.bench]\n  calibration = "gain=1.1" # of May\nbaud = 1\n',
    ],
    [
      '[device.bench]\ncalibration = [\n  "gain=3",\n  "vgain=2",\n]\nbaud = 1',
      '[device.bench]\ncalibration = "gain=1.1"\nbaud = 1',
    ],
    [
      '[device.bench]\r\nbaud = 1\r\n',
      '[device.bench]\r\ncalibration = "gain=1.1"\r\nbaud = 1\r\n',
    ],
  ])('%j', (before, after) => expect(set(before)).toBe(after))

  it('a label with other characters is quoted', () => {
    const text = set('', 'R=0.1 "x"')
    expect(parse(text ?? '')).toMatchObject({ device: { 'R=0.1 "x"': { serial: 'A5' } } })
  })

  it('what can not be changed safely is left alone', () => {
    expect(set('device = { bench = { baud = 1 } }\n')).toBeNull()
    expect(set('device = "bench"\n')).toBeNull()
  })

  it('a text within another one is not taken for the key', () => {
    const before = '[device.bench]\nset = """\ncalibration = "x"\n"""\n'
    const after = set(before) ?? ''
    expect(parse(after)).toEqual({
      device: { bench: { set: 'calibration = "x"\n', calibration: 'gain=1.1' } },
    })
  })
})
