import { outputWords } from '../../figures/output-words.ts'
import type { OutputsView } from '../../monitor/view.ts'
import { type Piece, piece } from '../view/styled.ts'

/** `A on  B off, unconfirmed  virtual`: as the device has said, never as it was asked. Empty: there are none. */
export function outputPieces(view: OutputsView): Piece[] {
  const words = outputWords(view)
  if (words.length === 0) return []
  return [
    ...words.map(({ name, isUnconfirmed, text }, i) =>
      piece(`${i === 0 ? '' : '  '}${name} ${text}`, isUnconfirmed ? 'warn' : 'plain'),
    ),
    ...(view.hasVirtualOutputs ? [piece('  virtual', 'warn')] : []),
  ]
}
