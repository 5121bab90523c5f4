import type { Snapshot } from '../../monitor/view.ts'
import { countText, numberText } from '../../util/number-text.ts'
import { cellText } from '../view/cell-text.ts'
import { amountText, momentText } from '../view/format.ts'
import type { Look } from '../view/look.ts'
import { fitLine, type Line, lineWidth, type Span, span } from '../view/styled.ts'

/**
 * Charge and energy since the monitor began or `r` was pressed, then what is
 * known of the data's health. Parts that don't fit are left out, last first.
 */
export function totalsLine(snapshot: Snapshot, width: number, look: Look): Line {
  const { totals, ledger } = snapshot
  const bad = ledger.malformed + ledger.crc_errors + ledger.overlong
  const parts: Span[] = [
    span(' Q ', 'dim'),
    span(amountText(totals.chargeMah, 'Ah'), 'bold'),
    span('  E ', 'dim'),
    span(amountText(totals.energyMwh, 'Wh'), 'bold'),
    span(`  since ${momentText(totals.sinceUs, snapshot.nowUs)}`),
    ...statusSpans(snapshot, look),
    span(`  n=${countText(totals.samples)}`),
    span(`  gaps ${countText(ledger.gaps)}`, ledger.gaps > 0 ? 'warn' : 'plain'),
    span(`  bad lines ${countText(bad)}`, bad > 0 ? 'warn' : 'plain'),
    span(
      `  out of range ${countText(ledger.out_of_range)}`,
      ledger.out_of_range > 0 ? 'warn' : 'plain',
    ),
    span(`  duplicates ${countText(ledger.duplicates)}`),
    span(`  restarts ${countText(ledger.reboots)}`),
    span(`  lag ${numberText(snapshot.lagMs, 0, 8)} ms`),
  ]
  const shown: Span[] = []
  for (const part of parts) {
    if (lineWidth(shown) + part.text.length > width) break
    shown.push(part)
  }
  return fitLine(shown, width)
}

/** What the device says of itself, where that is worth a word. */
function statusSpans({ status, mode }: Snapshot, look: Look): Span[] {
  const spans: Span[] = []
  if (status !== 'ok' && status !== '') {
    spans.push(span(`  status ${cellText(status, look).slice(0, 16)} !`, 'bad'))
  }
  if (mode !== null && mode !== '') spans.push(span(`  mode ${cellText(mode, look).slice(0, 16)}`))
  return spans
}
