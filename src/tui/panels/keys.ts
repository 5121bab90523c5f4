import type { KeyOffer } from '../view/keymap.ts'
import { fitLine, type Line, lineWidth, type Piece, piece } from '../view/styled.ts'

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
    ['p', 'panels'],
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
