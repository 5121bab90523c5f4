import { BINDINGS } from '../view/keymap.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { fitLine, type Line, lineWidth, type Piece, piece } from '../view/styled.ts'

/** What makes keys of use. */
export interface KeyOffer {
  /** Devices. */
  readonly several: boolean
  /** The device has alarm rules. */
  readonly alarms: boolean
}

/** The keys worth a reminder, most needed first; what does not fit is left to help. */
export function keysLine(frozen: boolean, { several, alarms }: KeyOffer, width: number): Line {
  const items: readonly (readonly [string, string])[] = [
    ['q', 'quit'],
    ['?', 'help'],
    ...(several ? [['Tab', 'device'] as const] : []),
    ...(alarms ? [['a', 'acknowledge'] as const] : []),
    ['space', frozen ? 'go on' : 'freeze'],
    ['+/-', 'span'],
    ['<-/->', 'scroll'],
    ['o', 'overlay/strips'],
    ['e', 'expand'],
    ['r', 'reset'],
    ['s', 'statistics'],
  ]
  const line: Piece[] = []
  for (const [key, meaning] of items) {
    const next = [piece(` ${key}`, 'bold'), piece(` ${meaning} `, 'dim')]
    if (lineWidth([...line, ...next]) > width) break
    line.push(...next)
  }
  return fitLine(line, width)
}

const legend = ({ glyphs }: Look): readonly string[] => [
  'bars: newest value of full scale, mark: largest of the last minute',
  'chart: V, A, W at the right edge stand at the newest values;',
  `below it ${glyphs.gap} where samples are missing, ${glyphs.mark} where a value stood out`,
]

/** The help window with its border, at most `width` by `height` cells. */
export function helpLines(offer: KeyOffer, { width, height, look }: PanelArea): Line[] {
  const { glyphs } = look
  const bindings = BINDINGS.filter(
    (each) =>
      each.shown !== '' && (offer.several || !each.several) && (offer.alarms || !each.alarms),
  )
  const keys = bindings.map(({ shown, help }) => [
    piece(` ${shown.padEnd(10)}`, 'bold'),
    piece(`${help} `),
  ])
  const body: Line[] = [
    ...keys,
    [piece(' ')],
    ...legend(look).map((text) => [piece(` ${text} `, 'dim')]),
  ]
  const inner = Math.max(0, Math.min(width - 2, Math.max(...body.map(lineWidth))))
  const shown = body.slice(0, Math.max(0, height - 2))
  const title = fitLine([piece(' keys - any key closes ')], Math.min(inner, 23))
  const side = piece(glyphs.vertical, 'dim')
  const rule = (cells: number): Piece => piece(glyphs.horizontal.repeat(Math.max(0, cells)), 'dim')
  return [
    [
      piece(glyphs.topLeft, 'dim'),
      ...title,
      rule(inner - lineWidth(title)),
      piece(glyphs.topRight, 'dim'),
    ],
    ...shown.map((line) => [side, ...fitLine(line, inner), side]),
    [piece(glyphs.bottomLeft, 'dim'), rule(inner), piece(glyphs.bottomRight, 'dim')],
  ]
}
