import { wrapText } from '../../util/wrap-text.ts'
import { type HelpExtent, helpTop } from '../view/help-place.ts'
import { KEY_GROUPS } from '../view/key-bindings.ts'
import { helpEntries, type KeyOffer } from '../view/keymap.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { SIGNS } from '../view/signs.ts'
import { fitLine, type Line, lineWidth, type Piece, piece } from '../view/styled.ts'

const KEY_CELLS = 13
/** Longer lines are hard to read. */
const WIDEST = 76
/** Where so few cells were left at a side, bits of what is below would stand beside it: it takes them, too. */
const LEAST_MARGIN = 4

/** The signs of the screen and what they mean. */
const legend = ({ glyphs }: Look): readonly (readonly [string, string])[] => [
  [
    `${glyphs.barFull}${glyphs.barFull}${glyphs.barEmpty}`,
    'bar: the newest value; where it ends stands beside it',
  ],
  [glyphs.peak, 'in a bar: the largest value of the last minute'],
  ['V A W', 'at the right edge of the chart: the newest values'],
  ...SIGNS.map(({ glyph, meaning }) => [glyphs[glyph], `below the chart: ${meaning}`] as const),
  ['!', 'something needs a look'],
]

/** How much there is of help, and how much of it a window has room for. */
export function helpExtent(offer: KeyOffer, area: PanelArea): HelpExtent {
  return { lines: helpBody(offer, area).length, room: Math.max(0, area.height - 2) }
}

/**
 * The help window with its border, at most as large as the area.
 *
 * @param at the first line of help that is shown
 */
export function helpLines(offer: KeyOffer, at: number, area: PanelArea): Line[] {
  const { glyphs } = area.look
  const body = helpBody(offer, area)
  const extent = { lines: body.length, room: Math.max(0, area.height - 2) }
  const top = helpTop(at, extent)
  const shown = body.slice(top, top + extent.room)
  const inner = innerWidth(area)
  const isWhole = extent.lines <= extent.room
  const title = isWhole ? 'any key closes' : 'arrows scroll, any other key closes'
  const place = isWhole ? '' : ` ${top + 1}-${top + shown.length} of ${extent.lines} `
  const side = piece(glyphs.vertical, 'dim')
  return [
    border(` help - ${title} `, inner, [glyphs.topLeft, glyphs.topRight], area.look),
    ...shown.map((line) => [side, ...fitLine(line, inner), side]),
    border(place, inner, [glyphs.bottomLeft, glyphs.bottomRight], area.look),
  ].slice(0, Math.max(0, area.height))
}

function innerWidth({ width }: PanelArea): number {
  const most = Math.max(0, width - 2)
  return most - WIDEST < 2 * LEAST_MARGIN ? most : WIDEST
}

function border(
  text: string,
  inner: number,
  [left, right]: readonly [string, string],
  { glyphs }: Look,
): Line {
  const title = fitLine([piece(text)], Math.min(inner, text.length))
  const rule = glyphs.horizontal.repeat(Math.max(0, inner - lineWidth(title)))
  return [piece(left, 'dim'), ...title, piece(rule, 'dim'), piece(right, 'dim')]
}

function helpBody(offer: KeyOffer, area: PanelArea): Line[] {
  const cells = Math.max(1, innerWidth(area) - KEY_CELLS - 1)
  const keys = KEY_GROUPS.flatMap((group) => {
    const entries = helpEntries(group, offer)
    if (entries.length === 0) return []
    return [
      heading(group, area.look),
      ...entries.flatMap(({ shown, help }) => entry(shown, help, cells)),
    ]
  })
  const signs = legend(area.look).flatMap(([sign, meaning]) => entry(sign, meaning, cells))
  return [...keys, heading('signs', area.look), ...signs]
}

function heading(text: string, { glyphs }: Look): Line {
  return [piece(`${glyphs.horizontal.repeat(2)} ${text}`, 'dim')]
}

function entry(name: string, about: string, cells: number): Line[] {
  return wrapText(about, cells).map((text, i): readonly Piece[] => [
    piece(` ${(i === 0 ? name : '').padEnd(KEY_CELLS - 1)}`, 'bold'),
    piece(text),
  ])
}
