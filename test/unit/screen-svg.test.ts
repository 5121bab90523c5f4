import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STYLES, type Style } from '../../src/theme/themes.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import { pictureCells } from '../../src/tui/svg/picture-cells.ts'
import { type ScreenCells, screenSvg } from '../../src/tui/svg/screen-svg.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { sampleSnapshot, traceOf } from '../support/snapshots.ts'

const DARK = { theme: 'dark', title: 'a screen' } as const

function cellsOf(text: string, style: Style = 'plain'): ScreenCells {
  return text.split('\n').map((line) => Array.from(line, (char) => ({ char, style })))
}

describe('a picture of the screen', () => {
  it('is what it was', async () => {
    const rows = [
      ...cellsOf(' ina219 <&> 5.053 V', 'bold'),
      ...cellsOf(' ⣀⡠⠤│█▄·', 'voltage'),
      ...cellsOf('┌─┬─┐ ┤├ └┴┘', 'dim'),
      ...cellsOf(' HIGH !  lost 12', 'bad'),
      ...cellsOf('⠁', 'invert'),
    ]
    await expect(screenSvg([rows], DARK)).toMatchFileSnapshot('__snapshots__/screen.svg')
  })

  it('has each letter in the column of its cell', () => {
    const svg = screenSvg([cellsOf('  ab c   d')], DARK)
    expect(
      [...svg.matchAll(/<text [^>]*x="(\d+)"[^>]*?(?: textLength="(\d+)")?>([^<]*)</g)].map(
        (match) => match.slice(1),
      ),
    ).toEqual([
      ['16', '32', 'ab c'],
      ['72', undefined, 'd'],
    ])
  })

  it('is the same for the same snapshot, and has all of its words', () => {
    const points = Array.from({ length: 60 }, (_, slot) => ({
      slot,
      values: { v: 5 + slot / 100, a: 1, w: 5 },
    }))
    const draw = (): string => {
      const look = lookOf({ ascii: false, colour: true })
      const context = { size: { columns: 80, rows: 24 }, view: INITIAL_VIEW, look, trouble: null }
      const picture = buildPicture(sampleSnapshot(), traceOf(60, points), context)
      return screenSvg([pictureCells(picture)], DARK)
    }
    const svg = draw()
    expect(draw()).toBe(svg)
    expect(svg).toMatch(/>LIVE</)
    expect(svg).not.toMatch(/[\u2500-\u28ff]/)
    expect(Buffer.byteLength(svg)).toBeLessThan(60_000)
  })

  it('draws what stays once, and what changes for as long as it stands', () => {
    const frames = ['same\none', 'same\ntwo', 'same\ntwo', 'same\none'].map((text) => cellsOf(text))
    const svg = screenSvg(frames, { ...DARK, frameS: 2 })
    expect(svg.split('>same<')).toHaveLength(2)
    expect(svg.match(/class="f[\d-]+"/g)).toEqual(['class="f0-1"', 'class="f1-3"', 'class="f3-4"'])
    expect(svg).toContain('.f1-3{animation:f1-3 8s step-end infinite}')
    expect(svg).toContain(
      '@keyframes f1-3{0%{visibility:hidden}25%{visibility:visible}75%{visibility:hidden}}',
    )
  })

  it('can hold any text', () => {
    const cell = fc.record({
      char: fc.string({ unit: 'binary', maxLength: 1 }),
      style: fc.constantFrom(...STYLES),
    })
    const rows = fc.array(fc.array(cell, { maxLength: 12 }), { maxLength: 4 })
    fc.assert(
      fc.property(rows, (cells) => {
        const svg = screenSvg([cells], { theme: 'auto', title: '"<' })
        // Nothing of a cell begins a tag or an entity of its own, or is a control character.
        expect(svg.replace(/<[^<>]*>|&(amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[<>&"]/)
        const controls = [...svg].filter((char) => char < ' ' && !'\t\n\r'.includes(char))
        expect(controls).toEqual([])
      }),
    )
  })
})
