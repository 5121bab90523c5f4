import { describe, expect, it } from 'vitest'
import { parseSettings } from '../../src/cli/device-settings.ts'
import type { NamedDevice } from '../../src/cli/named-devices.ts'
import { DEVICE_NAMES, DEVICE_WORDS } from '../../src/protocol/words/device-words.ts'
import type { Clock } from '../../src/util/clock.ts'
import { readQuantity } from '../../src/util/quantity.ts'

const CLOCK: Clock = { wallMs: () => 1_790_000_000_500, monoMs: () => 0 }
const BENCH: NamedDevice = {
  source: { kind: 'port', path: '/dev/board' },
  sourceName: '/dev/board',
  label: 'bench',
  profile: null,
}

const read = (...texts: string[]) => parseSettings(texts, [BENCH], CLOCK)
const commands = (...texts: string[]): unknown[] => read(...texts).map(({ value }) => value)

describe('the words of send and --set', () => {
  it.each([
    ['interval=500', { cmd: 'set_interval', value: 500 }],
    ['interval=500ms', { cmd: 'set_interval', value: 500 }],
    ['interval=2s', { cmd: 'set_interval', value: 2000 }],
    ['interval=0', { cmd: 'set_interval', value: 0 }],
    ['interval=-5', { cmd: 'set_interval', value: -5 }],
    ['range=16V', { cmd: 'set_range', value: 16 }],
    ['range=16 shunt_mv=160mV', { cmd: 'set_range', value: 16, shunt_mv: 160 }],
    ['range=16 shunt_mv=80', { cmd: 'set_range', value: 16, shunt_mv: 80 }],
    ['averaging=1 bits=9', { cmd: 'set_averaging', value: 1, bits: 9 }],
    ['bits=9 averaging=1', { cmd: 'set_averaging', bits: 9, value: 1 }],
    ['trigger=1.5,rise,25', { cmd: 'set_trigger', value: { level: 1.5, slope: 'rise', pre: 25 } }],
    ['trigger=250mA', { cmd: 'set_trigger', value: { level: 0.25, slope: 'rise', pre: 25 } }],
    ['trigger=-0.2A,fall', { cmd: 'set_trigger', value: { level: -0.2, slope: 'fall', pre: 25 } }],
    ['trigger=1,50%,fall', { cmd: 'set_trigger', value: { level: 1, slope: 'fall', pre: 50 } }],
    ['trigger=off', { cmd: 'set_trigger', value: 'off' }],
    ['mode=stream', { cmd: 'set_mode', value: 'stream' }],
    ['mode=poll', { cmd: 'set_mode', value: 'poll' }],
    ['poll', { cmd: 'set_mode', value: 'poll' }],
    ['threshold=1.5A', { cmd: 'set_threshold', value: 1.5 }],
    ['threshold=250mA', { cmd: 'set_threshold', value: 0.25 }],
    ['threshold=4.75V', { cmd: 'set_threshold', value: 4.75, quantity: 'v' }],
    ['threshold=off', { cmd: 'set_threshold', value: null }],
    [
      'threshold=1.5 low=1.4 quantity=w',
      { cmd: 'set_threshold', value: 1.5, low: 1.4, quantity: 'w' },
    ],
    ['threshold=1.5A low=1400mA', { cmd: 'set_threshold', value: 1.5, low: 1.4 }],
    ['threshold=1.5A quantity=a', { cmd: 'set_threshold', value: 1.5, quantity: 'a' }],
    ['threshold=4.75V low=4.5', { cmd: 'set_threshold', value: 4.75, quantity: 'v', low: 4.5 }],
    [
      'low=1.4V threshold=1.5 quantity=V',
      { cmd: 'set_threshold', value: 1.5, quantity: 'v', low: 1.4 },
    ],
    ['shunt=0.1', { cmd: 'set_shunt', value: 0.1 }],
    ['shunt=100mohm', { cmd: 'set_shunt', value: 0.1 }],
    ['shunt=100mΩ amax=800mA', { cmd: 'set_shunt', value: 0.1, amax: 0.8 }],
    ['baud=500000', { cmd: 'set_baud', value: 500_000 }],
    ['time', { cmd: 'set_time', value: 1_790_000_000.5 }],
    ['time=now', { cmd: 'set_time', value: 1_790_000_000.5 }],
    ['time=1790000000', { cmd: 'set_time', value: 1_790_000_000 }],
    ['read', { cmd: 'read' }],
    ['hello', { cmd: 'hello' }],
    ['save', { cmd: 'save' }],
    ['defaults', { cmd: 'defaults' }],
    ['zero', { cmd: 'set_zero' }],
    ['zero=1.2mA', { cmd: 'set_zero', value: 0.0012 }],
    ['zero=off', { cmd: 'set_zero', value: 0 }],
    ['gain=1.0042', { cmd: 'set_gain', value: 1.0042 }],
    ['output.A=on', { cmd: 'set_output', value: { A: true } }],
    ['output.D=off', { cmd: 'set_output', value: { D: false } }],
    [
      'threshold=1.5A after=3 latch=on lost=hold',
      { cmd: 'set_threshold', value: 1.5, conversions: 3, latch: true, lost: 'hold' },
    ],
    ['keep=on', { cmd: 'set_output', keep: true }],
    ['cutoff.A=2.5A', { cmd: 'set_cutoff', value: { output: 'A', above: 2.5, conversions: 1 } }],
    [
      'cutoff.B=250mA conversions=3',
      { cmd: 'set_cutoff', value: { output: 'B', above: 0.25, conversions: 3 } },
    ],
    ['cutoff=off', { cmd: 'set_cutoff', value: 'off' }],
    ['detail=on', { cmd: 'set_detail', value: true }],
  ])('%s', (text, command) => {
    expect(commands(text)).toEqual([command])
    expect(commands(...text.split(' '))).toEqual([command])
  })

  it('each has an example that is read, and reads back under its own text', () => {
    for (const { example } of DEVICE_WORDS) {
      expect(
        read(example)
          .map(({ text }) => text)
          .join(' '),
      ).toBe(example)
    }
  })

  it('a comma ends a word, unless a part of its value stands behind', () => {
    expect(commands('trigger=1.5,fall,interval=100,bench:trigger=2,50')).toEqual([
      { cmd: 'set_trigger', value: { level: 1.5, slope: 'fall', pre: 25 } },
      { cmd: 'set_interval', value: 100 },
      { cmd: 'set_trigger', value: { level: 2, slope: 'rise', pre: 50 } },
    ])
  })

  it('a member goes with the setting before it, and with that of its own device', () => {
    expect(commands('threshold=1 low=0.9 threshold=2 low=1.8')).toEqual([
      { cmd: 'set_threshold', value: 1, low: 0.9 },
      { cmd: 'set_threshold', value: 2, low: 1.8 },
    ])
    const scoped = read('threshold=1 bench:threshold=2', 'bench:low=1.8')
    expect(scoped.map(({ device, value }) => [device, value['low']])).toEqual([
      [null, undefined],
      ['bench', 1.8],
    ])
    expect(read('bench:threshold=2 low=1')[0]).toMatchObject({ device: 'bench', value: { low: 1 } })
  })

  it.each([
    ['intervall=5', /'intervall' is no setting of a device/, /did you mean 'interval'/],
    ['output.E=on', /no setting/, /did you mean 'output/],
    ['constructor=1', /no setting/, /the settings are/],
    ['interval', /has no value/, /write interval=500/],
    ['save=', /has no value/, /write save/],
    ['save=yes', /takes no value/, /write save/],
    ['interval=soon', /not a number of ms or a duration/, /interval=500/],
    ['threshold=1.5Ω', /not a number.*A, V, W/, /threshold=1.5/],
    ['averaging=8x', /not a number/, /averaging=8/],
    ['low=3', /goes with threshold/, /threshold=1.5 low=1.4/],
    ['bench:low=3 threshold=4', /goes with threshold/, /threshold=1.5/],
    ['bits=9', /goes with averaging/, /averaging=1 bits=9/],
    ['threshold=4V quantity=a', /'quantity=a' contradicts 'threshold=4V'$/, /quantity=v/],
    ['threshold=1.5A quantity=v', /'quantity=v' contradicts 'threshold=1.5A'$/, /quantity=v/],
    ['threshold=4.75V low=4.5A', /'low=4.5A' contradicts 'threshold=4.75V'$/, /low=1.4/],
    ['threshold=2W low=1900mA', /'low=1900mA' contradicts 'threshold=2W'$/, /low=1.4/],
    ['low=1.4V threshold=1.5', /'low=1.4V' contradicts 'threshold=1.5', which is in A/, /low/],
    ['low=1.4A threshold=1.5 quantity=v', /'low=1.4A' contradicts 'quantity=v'$/, /low=1.4/],
    ['threshold=1 quantity=v quantity=w', /'quantity=w' contradicts 'quantity=v'$/, /quantity/],
    ['threshold=off low=1', /'low=1' needs a threshold that is on/, /low=1.4/],
    ['threshold=off quantity=v', /'quantity=v' needs a threshold that is on/, /quantity=v/],
    ['output.A=yes', /neither on nor off/, /output.A=on/],
    ['threshold=1 lost=never', /'lost=never' is none of off, on, hold/, /lost=on/],
    ['threshold=off latch=on', /'latch=on' needs a threshold that is on/, /latch=on/],
    ['trigger=rise', /not a number/, /trigger=1.5,rise,25/],
    ['trigger=1.5,95', /no whole share of 0 to 90 %/, /trigger=1.5,rise,25/],
    ['trigger=1.5,rise,fall', /says the same twice/, /trigger=1.5/],
    ['trigger=1.5,rice', /'rice' is no setting/, /./],
    ['cutoff=2.5', /does not name an output/, /cutoff.A=2.5A/],
    ['cutoff=off conversions=3', /needs a cutoff that is on/, /conversions=3/],
  ])('refuses %s', (text, message, hint) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'usage_invalid' }))
    try {
      read(text)
    } catch (error) {
      expect((error as Error).message).toMatch(message)
      expect((error as { hint: string }).hint).toMatch(hint)
    }
  })

  it('every name is there once', () => {
    expect(new Set(DEVICE_NAMES).size).toBe(DEVICE_NAMES.length)
  })
})

describe('readQuantity', () => {
  it.each([
    ['0.1mA', 0.0001],
    ['1e3uA', 0.001],
    ['250 mA', 0.25],
    ['-1.5A', -1.5],
    ['.5', 0.5],
    ['2kA', 2000],
  ])('%s is %d A', (text, value) => expect(readQuantity(text, ['A'])?.value).toBe(value))

  it.each(['', 'A', '1.5B', '1,5A', '1.5 xA', '0x10', 'constructorA', '1constructorA', '1e400'])(
    'refuses %j',
    (text) => expect(readQuantity(text, ['A'])).toBeNull(),
  )
})
