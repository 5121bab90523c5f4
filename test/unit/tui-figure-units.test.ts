import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gaugeLines } from '../../src/tui/panels/gauges.ts'
import { tableLines } from '../../src/tui/panels/table.ts'
import { FigureMemory } from '../../src/tui/view/figure-memory.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { magnitude } from '../support/magnitudes.ts'
import { sampleSnapshot, steady } from '../support/snapshots.ts'

const ASCII = lookOf({ ascii: true, colour: false })

describe('units from picture to picture', () => {
  /** What the gauge of the current says while its value changes. @param steps seconds and A */
  function units(
    steps: readonly (readonly [second: number, amps: number])[],
  ): (string | undefined)[] {
    const figures = new FigureMemory()
    const { nowUs } = sampleSnapshot()
    return steps.map(([second, amps]) => {
      const snapshot = steady({ v: 5, a: amps, w: 1 }, { nowUs: nowUs + second * 1e6 })
      figures.begin(snapshot, 'auto')
      const [, gauge] = gaugeLines(snapshot, 80, ASCII, figures)
      return /\d (\S*A) /.exec(lineText(gauge ?? []))?.[1]
    })
  }

  it('step up at once, and down after 10 s of clearly less', () => {
    expect(
      units([
        [0, 0.5],
        [1, 1.01],
        [2, 0.95],
        [30, 0.9],
        [40, 0.5],
        [49, 0.5],
        [51, 0.5],
        [52, 1],
      ]),
    ).toEqual(['mA', 'A', 'A', 'A', 'A', 'A', 'mA', 'A'])
  })

  it('stay where a load comes and goes', () => {
    const pulses = Array.from({ length: 40 }, (_, i) => [i, i % 4 === 0 ? 1.2 : 0.002] as const)
    expect(new Set(units(pulses))).toEqual(new Set(['A']))
  })

  it('are as the user fixed them, at once', () => {
    const figures = new FigureMemory()
    const snapshot = steady({ v: 5, a: 0.245, w: 1.225 })
    const row = (choice: 'auto' | 'base' | 'milli' | 'micro'): string => {
      figures.begin(snapshot, choice)
      return tableLines(snapshot, { width: 80, height: 4, look: ASCII }, figures)
        .slice(1)
        .map((line) => lineText(line).slice(1, 12).replace(/\s+/, ' ').trim())
        .join(', ')
    }
    expect(row('auto')).toBe('V 5.000, mA 245.0, W 1.225')
    expect(row('base')).toBe('V 5.000, A 0.2450, W 1.225')
    expect(row('milli')).toBe('mV 5000, mA 245.0, mW 1225')
    expect(row('micro')).toBe('mV 5000, uA 245000, uW 1225000')
  })

  it('cost no digits where they are fixed: windows go before these, and ends of bars stay short', () => {
    const figures = new FigureMemory()
    const snapshot = steady({ v: 5, a: 1.1104, w: 5.552 })
    figures.begin(snapshot, 'micro')
    const at = (width: number): string =>
      tableLines(snapshot, { width, height: 4, look: ASCII }, figures).map(lineText).join('\n')
    for (const width of [50, 60, 80, 100, 120, 200]) {
      expect(at(width)).not.toMatch(/\de\d/)
      expect(at(width)).toMatch(/uA +1110400(\.0)? [|]/)
    }
    const [, current = ''] = gaugeLines(snapshot, 100, ASCII, figures).map(lineText)
    expect(current).toMatch(/1110400(\.0)? uA .*[|] 0\.\.1\.5 A +35% of 3\.2 A/)
  })

  it('are those of the value also where its bar ends', () => {
    const snapshot = steady({ v: 5, a: 0.245, w: 0.807 })
    const [, , power = ''] = gaugeLines(snapshot, 80, ASCII).map(lineText)
    expect(power).toMatch(/807 mW [|].*[|] 0\.\.1000 mW /)
  })

  it('look the same for the same snapshot, however often it is drawn', () => {
    fc.assert(
      fc.property(fc.array(magnitude, { minLength: 2, maxLength: 8 }), (values) => {
        const figures = new FigureMemory()
        for (const a of values) {
          const snapshot = steady({ v: 5, a, w: a * 5 })
          figures.begin(snapshot, 'auto')
          const draw = (): string =>
            gaugeLines(snapshot, 120, ASCII, figures).map(lineText).join('\n')
          expect(draw()).toBe(draw())
        }
      }),
    )
  })
})
