import { BINDINGS } from '../view/keymap.ts'
import type { Look } from '../view/look.ts'
import { fitLine, type Line, lineWidth, type Span, span } from '../view/styled.ts'

/**
 * The keys worth a reminder, most needed first; what does not fit is left to help.
 *
 * @param several devices
 */
export function keysLine(frozen: boolean, several: boolean, width: number): Line {
  const items: readonly (readonly [string, string])[] = [
    ['q', 'quit'],
    ['?', 'help'],
    ...(several ? [['Tab', 'device'] as const] : []),
    ['space', frozen ? 'go on' : 'freeze'],
    ['+/-', 'span'],
    ['<-/->', 'scroll'],
    ['o', 'overlay/strips'],
    ['e', 'expand'],
    ['r', 'reset'],
  ]
  const line: Span[] = []
  for (const [key, meaning] of items) {
    const next = [span(` ${key}`, 'bold'), span(` ${meaning} `, 'dim')]
    if (lineWidth([...line, ...next]) > width) break
    line.push(...next)
  }
  return fitLine(line, width)
}

const LEGEND: readonly string[] = [
  'bars: newest value of full scale, mark: largest of the last minute',
  'chart: V, A, W at the right edge stand at the newest values;',
  'below it a mark wherever samples are missing; a gap stays empty',
]

/** The help window with its frame, at most `width` by `height` cells. */
export function helpLines(several: boolean, width: number, height: number, look: Look): Line[] {
  const { glyphs } = look
  const bindings = BINDINGS.filter((each) => each.shown !== '' && (several || !each.several))
  const keys = bindings.map(({ shown, help }) => [
    span(` ${shown.padEnd(10)}`, 'bold'),
    span(`${help} `),
  ])
  const body: Line[] = [...keys, [span(' ')], ...LEGEND.map((text) => [span(` ${text} `, 'dim')])]
  const inner = Math.max(0, Math.min(width - 2, Math.max(...body.map(lineWidth))))
  const shown = body.slice(0, Math.max(0, height - 2))
  const title = fitLine([span(' keys - any key closes ')], Math.min(inner, 23))
  const side = span(glyphs.vertical, 'dim')
  const rule = (cells: number): Span => span(glyphs.horizontal.repeat(Math.max(0, cells)), 'dim')
  return [
    [
      span(glyphs.topLeft, 'dim'),
      ...title,
      rule(inner - lineWidth(title)),
      span(glyphs.topRight, 'dim'),
    ],
    ...shown.map((line) => [side, ...fitLine(line, inner), side]),
    [span(glyphs.bottomLeft, 'dim'), rule(inner), span(glyphs.bottomRight, 'dim')],
  ]
}
