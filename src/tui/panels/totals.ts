import { isElectric } from '../../domain/channels.ts'
import { amountText, momentText } from '../../figures/format.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { countedText } from '../../util/counted-text.ts'
import { countText, fixed, numberText } from '../../util/number-text.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import { type FigureMemory, figuresOf } from '../view/figure-memory.ts'
import type { Look } from '../view/look.ts'
import { deviceWord } from '../view/reading.ts'
import { fitWhole, type Line, type Piece, piece } from '../view/styled.ts'
import { coveredText, unmeasured } from './link.ts'

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
  /** A warning for a minute after it has gone up: what is long past warns of nothing. */
  const counted = (name: string, count: number): Piece => {
    const hasRisen = figures.hasRisen(`${name} ${snapshot.number}`, count)
    return piece(
      `  ${name} ${countText(count)}${hasRisen ? ' !' : ''}`,
      hasRisen ? 'warn' : 'plain',
    )
  }
  // Without voltage and current nothing is added up.
  const isElectricDevice = snapshot.channels.some(isElectric)
  const flows: Piece[] = [
    piece(' Q ', 'dim'),
    piece(amount('charge', totals.chargeMah, 'Ah'), 'bold'),
    piece('  E ', 'dim'),
    piece(amount('energy', totals.energyMwh, 'Wh'), 'bold'),
    ...coverPieces(snapshot),
    piece('  '),
  ]
  const parts: Piece[] = [
    ...(isElectricDevice ? flows : [piece(' ')]),
    piece(`since ${momentText(totals.sinceUs, snapshot.nowUs)}`),
    ...calibrationPieces(snapshot, width),
    ...statusPieces(snapshot, look),
    ...directionPieces(snapshot, amount),
    piece(`  n=${countText(isElectricDevice ? totals.samples : ledger.samples)}`),
    ...linkPieces(snapshot),
    // What was lost of them is counted above; healed ones need no warning.
    piece(`  gaps ${countText(ledger.gaps)}`),
    ...(snapshot.of === 'log'
      ? [piece(`  not measured ${countText(unmeasured(ledger))}`)]
      : [
          counted('bad lines', ledger.malformed + ledger.crc_errors + ledger.overlong),
          counted('out of range', ledger.out_of_range),
          piece(`  duplicates ${countText(ledger.duplicates)}`),
        ]),
    piece(`  restarts ${countText(ledger.reboots)}`),
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

/** How much of the time since then Q and E know of, and of how much of it from the device's own counters. */
function coverPieces({ totals }: Snapshot): Piece[] {
  const { elapsedS, coveredS } = totals
  if (!(elapsedS > 0)) return []
  const counted = countedText(totals, elapsedS)
  return [
    piece(`  covered ${coveredText(coveredS / elapsedS)}`),
    ...(counted === null ? [] : [piece(`  from counters ${counted}`)]),
  ]
}

/** From this share of the samples on, sent again, the line is in trouble, %. */
const RESENT_HIGH = 10

/** How the line does: what is lost stays so; what was sent again, of all; how late the newest came. */
function linkPieces({ of, ledger, delayMs, unnumbered }: Snapshot): Piece[] {
  const { lost, recovered, samples, out_of_range } = ledger
  const share = (100 * recovered) / Math.max(1, samples + out_of_range)
  const resent = piece(
    `  resent ${fixed(share, share < RESENT_HIGH ? 2 : 0)} %`,
    share >= RESENT_HIGH ? 'warn' : 'plain',
  )
  const lostPiece = piece(
    unnumbered ? '  lost ?' : `  lost ${countText(lost)}`,
    lost > 0 ? 'warn' : 'plain',
  )
  // What was healed, and how late it came, is in no log.
  if (of === 'log') return [lostPiece]
  return [
    lostPiece,
    piece(`  healed ${countText(recovered)}`),
    ...(recovered > 0 ? [resent] : []),
    piece(`  lag ${numberText(delayMs, 0, 8)} ms`),
  ]
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
