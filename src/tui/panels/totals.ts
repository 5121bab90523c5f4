import type { Snapshot } from '../../monitor/view.ts'
import { countText, numberText } from '../../util/number-text.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import { type FigureMemory, figuresOf } from '../view/figure-memory.ts'
import { amountText, momentText } from '../view/format.ts'
import type { Look } from '../view/look.ts'
import { deviceWord } from '../view/reading.ts'
import { fitWhole, type Line, type Piece, piece } from '../view/styled.ts'

/** Charge or energy as text. @param place what it is, for its unit's sake @param milli in mAh or mWh */
type AmountOf = (place: string, milli: number, unit: 'Ah' | 'Wh') => string

/**
 * Charge and energy since the monitor began or `r` was pressed, then what is
 * known of the data's health. Parts that don't fit are left out, last first.
 */
export function totalsLine(
  snapshot: Snapshot,
  width: number,
  look: Look,
  figures: FigureMemory = figuresOf(snapshot),
): Line {
  const { totals, ledger } = snapshot
  const amount: AmountOf = (place, milli, unit) => {
    const bare = inUnit(milli, 3)
    return amountText(bare, figures.unit(`${place} ${snapshot.number}`, unit, bare, look))
  }
  const bad = ledger.malformed + ledger.crc_errors + ledger.overlong
  const parts: Piece[] = [
    piece(' Q ', 'dim'),
    piece(amount('charge', totals.chargeMah, 'Ah'), 'bold'),
    piece('  E ', 'dim'),
    piece(amount('energy', totals.energyMwh, 'Wh'), 'bold'),
    piece(`  since ${momentText(totals.sinceUs, snapshot.nowUs)}`),
    ...calibrationPieces(snapshot, width),
    ...statusPieces(snapshot, look),
    ...directionPieces(snapshot, amount),
    ...coverPieces(snapshot),
    piece(`  n=${countText(totals.samples)}`),
    piece(`  gaps ${countText(ledger.gaps)}`, ledger.gaps > 0 ? 'warn' : 'plain'),
    piece(`  bad lines ${countText(bad)}`, bad > 0 ? 'warn' : 'plain'),
    piece(
      `  out of range ${countText(ledger.out_of_range)}`,
      ledger.out_of_range > 0 ? 'warn' : 'plain',
    ),
    piece(`  duplicates ${countText(ledger.duplicates)}`),
    piece(`  restarts ${countText(ledger.reboots)}`),
    piece(`  lag ${numberText(snapshot.lagMs, 0, 8)} ms`),
  ]
  return fitWhole(parts, width)
}

/** Both directions of the charge, where it has both. */
function directionPieces(
  { totals: { chargeMah, chargeForwardMah } }: Snapshot,
  amount: AmountOf,
): Piece[] {
  if (chargeForwardMah === null || chargeForwardMah === 0 || chargeForwardMah === chargeMah)
    return []
  const forward = amount('forward', chargeForwardMah, 'Ah')
  const backward = amount('backward', chargeMah - chargeForwardMah, 'Ah')
  return [piece(`  forward ${forward} backward ${backward}`)]
}

/** How much of the time since then Q and E know of, where that is not all of it. */
function coverPieces({ totals: { elapsedS, coveredS } }: Snapshot): Piece[] {
  const part = Math.floor((coveredS / elapsedS) * 1000) / 10
  return part < 99.9 ? [piece(`  covered ${numberText(part, 1, 5)} %`)] : []
}

/** From this width on there is room for what is applied, and not only that something is. */
const CALIBRATION_FROM = 110

/** That the readings are not as the sensor gave them. */
function calibrationPieces({ calibration }: Snapshot, width: number): Piece[] {
  if (calibration === '') return []
  return [piece(width < CALIBRATION_FROM ? '  cal' : `  cal ${calibration}`)]
}

/** What the device says of itself, where that is worth a word. */
function statusPieces({ status, mode }: Snapshot, look: Look): Piece[] {
  const pieces: Piece[] = []
  if (status !== 'ok' && status !== '') {
    pieces.push(piece(`  status ${deviceWord(status, look)} !`, 'bad'))
  }
  if (mode !== null && mode !== '') pieces.push(piece(`  mode ${deviceWord(mode, look)}`))
  return pieces
}
