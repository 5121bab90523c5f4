import { beforeAll, describe, expect, it } from 'vitest'
import { finestHeight } from '../../src/chart/axis-form.ts'
import { ELECTRIC } from '../../src/domain/channels.ts'
import { chartPanel } from '../../src/tui/panels/chart-panel.ts'
import { histogramPanel } from '../../src/tui/panels/histogram.ts'
import { figuresOf } from '../../src/tui/view/figure-memory.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

const ASCII = lookOf({ ascii: true, colour: false })
const BRAILLE = lookOf({ ascii: false, colour: true })
/** A radio that sleeps with 1 mA and sends with 0.3 A. */
const radio = (slot: number): number => (slot % 30 < 3 ? 0.3 : 0.001)

function loadOf(current: (slot: number) => number, volts = 5) {
  const points = Array.from({ length: 62 }, (_, slot) => {
    return { slot, values: electric(volts, current(slot)) }
  })
  const limits = [{ channel: 'a', low: null, high: 0.5 }]
  const values = electric(volts, current(61))
  return { trace: traceOf(62, points), snapshot: sampleSnapshot({ windows: [], values, limits }) }
}

/** The chart of a load, a strip of four rows a quantity. */
function strips(
  current: (slot: number) => number,
  { volts = 5, look = BRAILLE, units = INITIAL_VIEW.units } = {},
): string[] {
  const { trace, snapshot } = loadOf(current, volts)
  const area = { width: 60, height: 14, look }
  return chartPanel({ snapshot, trace, view: { ...INITIAL_VIEW, units } }, area).lines.map(lineText)
}

/** Units and labels of the strips, without the plot. */
function axes(lines: readonly string[]): string[] {
  return lines.slice(1, -1).map((line) => line.slice(0, line.search(/[|+╌│├┤]/)).trimEnd())
}

describe('the axes', () => {
  it('show 12 uA as such, as far as its digits carry', () => {
    const lines = strips((slot) => (slot % 2 === 0 ? 0.00001204 : 0.00001203))
    expect(lines.slice(5, 9)).toEqual([
      ' µA  12.10 ┤·↑500 mA· · · · · · · · · · · · · · · · · · · ·│',
      '     12.05 ┤· · · · · · · · · · · · · · · · · · · · · · · ·│',
      '     12.00 ┤⠊⠒⠑⠊⠒⠑⠊⠒⠉⠊⠑⠉⠊⠑⠉⠊⠑⠉⠊⠑⠊⠒⠑⠊⠒⠑⠊⠒⠑⠊⠒⠉⠊⠑⠉⠊⠑⠉⠊⠑⠉⠊⠑⠊⠒⠑⠂A',
      '     11.95 ┤· · · · · · · · · · · · · · · · · · · · · · · ·│',
    ])
    expect(axes(lines)).toEqual(
      [
        [' V    5.04', '      5.02', '      5.00', '      4.98'],
        [' µA  12.10', '     12.05', '     12.00', '     11.95'],
        [' µW  60.25', '     60.20', '     60.15', '     60.10'],
      ].flat(),
    )
  })

  it('show a sleeping radio and its bursts in mA, with a limit in that unit', () => {
    expect(strips(radio).slice(4, 12)).toEqual([
      '      4.98 ┤· · · · · · · · · · · · · · · · · · · · · · · ·│',
      ' mA    500 ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│',
      '           │                                               │',
      '           │⠙⡄                    ⡏⠙⡄                    ⡏⠁A',
      '         0 ┤·⢣⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣸· ⢣⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣸ ·│',
      ' W     1.5 ┤⣀ · · · · · · · · · · ⣀⣀· · · · · · · · · · ·⣀⡀W',
      '       1.0 ┤⠘⡄· · · · · · · · · · ⡇⠘⡄ · · · · · · · · · ·⡇·│',
      '       0.5 ┤·⡇· · · · · · · · · ·⢠⠃ ⡇ · · · · · · · · · ⢠⠃·│',
    ])
  })

  it('have no more digits than the values deserve at 480 W and at 1 MW', () => {
    expect(axes(strips((slot) => 20 + slot / 100, { volts: 24 })).slice(4)).toEqual([
      ' A   20.6',
      '     20.4',
      '     20.2',
      '     20.0',
      ' W    495',
      '      490',
      '      485',
      '      480',
    ])
    expect(axes(strips((slot) => 900 + 2 * slot, { volts: 1000 })).slice(4)).toEqual([
      ' kA     1.05',
      '        1.00',
      '        0.95',
      '        0.90',
      ' kW     1050',
      '        1000',
      '         950',
      '         900',
    ])
  })

  it('keep the unit that u fixes, and say it in an overlay below the axis', () => {
    expect(axes(strips(radio, { units: 'micro' }))[4]).toBe(' µA   500000')
    expect(axes(strips(radio, { units: 'base' }))[4]).toBe(' A    0.5')
    const { trace, snapshot } = loadOf(radio)
    const area = { width: 60, height: 9, look: ASCII }
    const lines = chartPanel({ snapshot, trace, view: INITIAL_VIEW }, area).lines.map(lineText)
    expect([lines[2], lines.at(-1)]).toEqual([
      '       --A- - - - - -A- - - - - -A- - - - - -A-W   500      ',
      '     V +--+14:02:30----------+14:03:00---------+    mA     W',
    ])
  })

  it('of the histogram, too', () => {
    const { trace, snapshot } = loadOf(radio)
    const area = { width: 40, height: 5, look: ASCII }
    expect(histogramPanel(snapshot, trace, area, figuresOf(snapshot)).map(lineText)).toEqual([
      ' mA share of 62 samples                 ',
      ' 300 +####                        12.9 %',
      ' 200 +                                  ',
      ' 100 +                                  ',
      '   0 +##########################  87.1 %',
    ])
  })
})

describe('the smallest height of an axis', () => {
  it.each([
    ['steps of the sensor', 4, 0.245, 0.002],
    ['of large values a part of them', 4, 1000, 0.1],
    ['ten last digits where there are finer ones', 8, 12e-6, 1e-7],
    ['of larger values a part of them, so that labels stay short', 8, 0.245, 0.000245],
    ['never more than without finer digits', 5, 10, 0.002],
  ])('is %s', (_, decimals, magnitude, height) => {
    expect(finestHeight(ELECTRIC.current, decimals, magnitude)).toBeCloseTo(height, 12)
  })
})
