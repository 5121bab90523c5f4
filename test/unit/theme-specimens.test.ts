import { describe, expect, it } from 'vitest'
import { colourOf, THEME_NAMES, THEMES } from '../../src/theme/themes.ts'
import type { ColourDepth } from '../../src/tui/terminal/capabilities.ts'
import { FLAG } from '../../src/tui/terminal/rendition.ts'
import { attributeOf, renditionOf, styleOf } from '../../src/tui/terminal/theme-palette.ts'
import { type Line, lineText, type Piece, piece, type Style } from '../../src/tui/view/styled.ts'

/** Something of every meaning, as it stands on the screen; not the screen itself, whose look is not the theme's. */
const SPECIMEN: readonly Line[] = [
  [
    piece(' ina219 '),
    piece('bench-7', 'bold'),
    piece(' '),
    piece('LIVE', 'good'),
    piece(' lost 0'),
  ],
  [piece(' V    5.053 V ', 'voltage'), piece('████████', 'voltage'), piece('····', 'dim')],
  [piece(' A   3.2000 A ', 'current'), piece('████████', 'current'), piece('FULL !', 'bad')],
  [piece(' W    5.577 W ', 'power'), piece('███', 'power'), piece('·········', 'dim')],
  [piece(' soc ', 'extra0'), piece('temp ', 'extra1'), piece('lux ', 'extra2')],
  [piece(' humidity ', 'extra3'), piece('press ', 'extra4'), piece('rpm ', 'extra5')],
  [piece(' solar_v ', 'extra6'), piece('solar_a ', 'extra7')],
  [piece(' 14:02:57 ', 'dim'), piece('lost 12', 'warn'), piece(' '), piece('restart', 'remark')],
  [piece(' 60 s overlay ', 'invert'), piece(' q quit', 'dim')],
]

const DEPTHS: readonly ColourDepth[] = ['true', '256', '16', '8']

describe.each(THEME_NAMES)('theme %s', (name) => {
  const theme = THEMES[name]

  it('looks as it did', async () => {
    const rows = SPECIMEN.flatMap((line) => [`|${lineText(line)}`, ` ${runs(line)}`])
    const styles = [...new Set(SPECIMEN.flat().map(({ style }) => style))]
    const codes = styles.map((style) => `${style.padEnd(8)} ${DEPTHS.map(code(style)).join('  ')}`)
    const text = [...rows, '', `${'SGR'.padEnd(8)} ${DEPTHS.join('  ')}`, ...codes, ''].join('\n')
    await expect(text).toMatchFileSnapshot(`__snapshots__/theme-${name}.txt`)
  })

  function code(style: Style): (depth: ColourDepth) => string {
    return (depth) => {
      const { flags, foreground } = renditionOf(style, theme, depth)
      const bold = flags & FLAG.bold ? '1' : ''
      const inverse = flags & FLAG.inverse ? '7' : ''
      return [bold, inverse, foreground].filter((each) => each !== '').join(';') || '-'
    }
  }

  /** What each run of the line above looks like, in order. */
  function runs(line: Line): string {
    return line
      .filter(({ text }) => text.trim() !== '')
      .map(run)
      .join(', ')
  }

  function run({ text, style }: Piece): string {
    // By way of a cell, as on the screen.
    const shown = styleOf(attributeOf(style))
    const { flags } = renditionOf(shown, theme, 'true')
    const bold = flags & FLAG.bold ? ' bold' : ''
    const inverse = flags & FLAG.inverse ? ' inverse' : ''
    return `"${text.trim()}" ${colourOf(theme, shown) ?? 'default'}${bold}${inverse}`
  }
})
