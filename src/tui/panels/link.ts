import { rateText } from '../../figures/format.ts'
import { outputWords } from '../../figures/output-words.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { countText, cutPercent, fixed, numberText } from '../../util/number-text.ts'
import { FigureMemory } from '../view/figure-memory.ts'
import type { PanelArea } from '../view/look.ts'
import { fitLine, type Line, type Piece, piece } from '../view/styled.ts'
import { outputPieces } from './outputs.ts'

interface Fact {
  readonly name: string
  readonly value: string
  /** Something is not as it should be. */
  readonly isBad?: boolean
}

/** Of the name of a fact. */
const NAME_CELLS = 13

/** Rows of it: what came over the line, only the monitor has seen. */
export function linkRows(snapshot: Snapshot): number {
  if (snapshot.of === 'log') return 3
  return 6 + (outputWords(snapshot).length === 0 ? 0 : 1)
}

/** How well the samples of the device come through, two facts a row. */
export function linkLines(
  snapshot: Snapshot,
  { width, height }: PanelArea,
  figures: FigureMemory = new FigureMemory(),
): Line[] {
  const { ledger, unnumbered, rate, totals, delayMs } = snapshot
  /** Bad for a minute after it has gone up, as in the totals. */
  const count = (name: string, value: number): Fact => {
    const isBad = figures.hasRisen(`${name} ${snapshot.number}`, value)
    return { name, value: `${countText(value)}${isBad ? ' !' : ''}`, isBad }
  }
  const covered = totals.elapsedS > 0 ? Math.min(1, totals.coveredS / totals.elapsedS) : 0
  const lost: Fact = unnumbered
    ? { name: 'lost', value: '?', isBad: true }
    : { name: 'lost', value: countText(ledger.lost), isBad: ledger.lost > 0 }
  const gaps: Fact = { name: 'gaps', value: countText(ledger.gaps) }
  const coverage: Fact = { name: 'covered', value: coveredText(covered) }
  const restarts: Fact = { name: 'restarts', value: countText(ledger.reboots) }
  const bad = ledger.malformed + ledger.crc_errors + ledger.overlong
  const facts: readonly (readonly [Fact, Fact])[] = [
    [
      { name: 'rate', value: rateText(rate) },
      { name: 'lines', value: countText(ledger.lines) },
    ],
    [
      lost,
      { name: 'healed', value: healedText(ledger.recovered, ledger.samples + ledger.out_of_range) },
    ],
    [gaps, coverage],
    [count('bad lines', bad), count('out of range', ledger.out_of_range)],
    [{ name: 'duplicates', value: countText(ledger.duplicates) }, restarts],
    [
      { name: 'lag', value: `${numberText(delayMs, 0, 8)} ms` },
      { name: 'asked again', value: countText(ledger.nacks_sent) },
    ],
  ]
  // A log has its samples and losses; what else came over the line, only the monitor has seen.
  const ofLog: readonly (readonly [Fact, Fact])[] = [
    [{ name: 'rate', value: rateText(rate) }, restarts],
    [lost, gaps],
    [coverage, { name: 'not measured', value: countText(unmeasured(ledger)) }],
  ]
  const half = Math.floor(width / 2)
  const lines: Line[] = (snapshot.of === 'log' ? ofLog : facts).map(([left, right]) => [
    ...fitLine(factPieces(left), half),
    ...fitLine(factPieces(right), width - half),
  ])
  const outputs = outputPieces(snapshot)
  // First of all: it is the only fact that somebody may have to act on.
  const name = piece(` ${'outputs'.padEnd(NAME_CELLS)}`, 'dim')
  if (outputs.length > 0) lines.unshift(fitLine([name, ...outputs], width))
  return lines.slice(0, height)
}

function factPieces({ name, value, isBad }: Fact): Piece[] {
  return [piece(` ${name.padEnd(NAME_CELLS)}`, 'dim'), piece(value, isBad ? 'warn' : 'plain')]
}

/** Samples of a log without a value, or with one out of range, as in `history`. */
export function unmeasured({ logged, samples }: Snapshot['ledger']): number {
  return logged - samples
}

/** `30 (0.04 %)`: how many had to be sent again, and of all that came which share that is. */
function healedText(recovered: number, received: number): string {
  if (recovered === 0) return '0'
  return `${countText(recovered)} (${numberText((100 * recovered) / Math.max(1, received), 2, 5)} %)`
}

/** `100 %`, `99.9 %`: which part of a time is covered. */
export function coveredText(part: number): string {
  return part >= 1 ? '100 %' : `${fixed(cutPercent(part), 1)} %`
}
