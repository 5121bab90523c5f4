import {
  type BalanceRow,
  balanceRemark,
  balanceWords,
  storedText,
} from '../../figures/balance-words.ts'
import { offerOf } from '../../figures/offer.ts'
import { shownOutputs } from '../../figures/output-words.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { cellText, cutEnd } from '../view/cell-text.ts'
import type { FigureMemory } from '../view/figure-memory.ts'
import type { Size } from '../view/layout.ts'
import type { Look } from '../view/look.ts'
import { fitWhole, type Line, type Piece, piece } from '../view/styled.ts'
import { outputPieces } from './outputs.ts'

/** From this height on each span has a line. */
const ROWS_FROM = 30
const DEVICE_CELLS = 20
const NAME_CELLS = 8
/** Below, the capacity makes room for the balance of today. */
const CAPACITY_FROM = 100

/** Rows of an energy store and of its relays, and of any outputs that are not confirmed. */
export function energyRows(size: Size, snapshot: Snapshot): number {
  const { energyStore } = snapshot
  const relays = outputPieces(shownOutputs(snapshot).view).length > 0 && areShown(snapshot) ? 1 : 0
  if (energyStore === null) return relays
  const isOffered = offerOf(snapshot)?.isRunning === false
  if (size.rows < ROWS_FROM) return relays + 1
  return relays + Math.max(1, energyStore.balances?.length ?? 0) + Number(isOffered)
}

/** What came in and went out, then the relays. @param rows of `energyRows` */
export function energyLines(
  snapshot: Snapshot,
  width: number,
  look: Look,
  figures: FigureMemory,
  rows: number,
): Line[] {
  const relays = areShown(snapshot) ? relayLines(snapshot, width, look) : []
  const offer = offerLines(snapshot, width, look)
  const left = rows - relays.length - offer.length
  return [...offer, ...storeLines(snapshot, width, look, figures, left), ...relays].slice(0, rows)
}

/** What stands in for a board that does not answer: where there is one line, it is this. */
function offerLines(snapshot: Snapshot, width: number, look: Look): Line[] {
  const offer = offerOf(snapshot)
  if (offer === null || offer.isRunning || snapshot.energyStore === null) return []
  const text = `nothing comes: ':simulator start' begins ${cellText(offer.device, look)}`
  const room = Math.max(0, width - NAME_CELLS)
  const head = piece(` ${'offer'.padEnd(NAME_CELLS - 2)} `, 'dim')
  return [fitWhole([head, piece(cutEnd(text, room, look), 'warn')], width)]
}

function storeLines(
  snapshot: Snapshot,
  width: number,
  look: Look,
  figures: FigureMemory,
  rows: number,
): Line[] {
  const { energyStore, nowUs } = snapshot
  if (energyStore === null || rows < 1) return []
  const head = piece(` ${'energy'.padEnd(NAME_CELLS - 2)} `, 'dim')
  const { unit, rows: balances } = balanceWords(snapshot, figures, look)
  const stored = storedText(snapshot, figures, look, width >= CAPACITY_FROM)
  const remark = balanceRemark(energyStore, nowUs)
  const first = stored === null ? [] : [piece(stored, 'bold'), piece('  ')]
  const of = (row: BalanceRow): Piece[] => balancePieces(row, unit, look)
  const [today, ...others] = balances
  if (today === undefined) return [fitWhole([head, ...first, piece(remark, 'dim')], width)]
  const said = remark === '' ? [] : [piece(`  ${remark}`, 'dim')]
  const isTall = rows >= balances.length
  const rest = isTall ? said : [...others.flatMap((row) => [piece('  '), ...of(row)]), ...said]
  return [
    fitWhole([head, ...first, ...of(today), ...rest], width),
    ...(isTall
      ? others.map((row) => fitWhole([piece(' '.repeat(NAME_CELLS)), ...of(row)], width))
      : []),
  ]
}

/** `today sun 160.7 battery -14.3 used 175.1 Wh, covered 99.9 %` */
function balancePieces(row: BalanceRow, unit: string, { ascii }: Look): Piece[] {
  const { name, sun, stored, used, isLeast, covered, isCovered } = row
  const bound = isLeast ? (ascii ? '>=' : '≥') : ''
  return [
    piece(`${name} `, 'dim'),
    piece(`sun ${sun} battery ${stored} used ${bound}${used} ${unit}`),
    piece(` covered ${covered}`, isCovered ? 'dim' : 'warn'),
  ]
}

/** Of other devices they stand with the link; what is not confirmed has to be seen. */
function areShown(snapshot: Snapshot): boolean {
  return snapshot.energyStore !== null || Object.keys(snapshot.unconfirmed).length > 0
}

function relayLines(snapshot: Snapshot, width: number, look: Look): Line[] {
  const { view, of } = shownOutputs(snapshot)
  const pieces = outputPieces(view)
  if (pieces.length === 0) return []
  const name = snapshot.energyStore === null ? 'outputs' : 'relays'
  const whose = of === null ? '' : `  of ${cutEnd(cellText(of, look), DEVICE_CELLS, look)}`
  const head = piece(` ${name.padEnd(NAME_CELLS - 2)} `, 'dim')
  return [fitWhole([head, ...pieces, piece(whose, 'dim')], width)]
}
