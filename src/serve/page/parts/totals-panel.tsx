import { isElectric } from '../../../domain/channels.ts'
import { amountText, leftText, momentText } from '../../../figures/format.ts'
import { isTroubled, sinkName, sinkWords } from '../../../figures/sink-words.ts'
import type { Snapshot } from '../../../monitor/view.ts'
import { countedText } from '../../../util/counted-text.ts'
import { countText, cutPercent, fixed, numberText } from '../../../util/number-text.ts'
import { inUnit } from '../../../util/scaled-unit.ts'
import { LOOK } from '../model/figures.ts'
import { Fact } from './state-line.tsx'
import { usePage, useSlice } from './use-page.ts'

/** Charge and energy since they began, and how well the samples come through. */
export function TotalsPanel() {
  const page = usePage()
  const snapshot = useSlice((state) => state.snapshot)
  if (snapshot === null) return null
  const { totals, nowUs, ledger, delayMs, calibration, cycles } = snapshot
  const { chargeMah, chargeForwardMah, energyMwh, elapsedS, coveredS } = totals
  const backwardMah = chargeForwardMah === null ? 0 : chargeMah - chargeForwardMah
  // What went back and forth may be far more than what is left of it: one unit for the three.
  const mostMah = Math.max(...[chargeMah, chargeForwardMah ?? 0, backwardMah].map(Math.abs))
  const amount = (place: string, milli: number, unit: 'Ah' | 'Wh', mostMilli = milli): string => {
    const most = Math.abs(inUnit(mostMilli, 3))
    const scaled = page.figures.unit(`${place} ${snapshot.number}`, unit, most, LOOK)
    return amountText(inUnit(milli, 3), scaled)
  }
  const charge = (milli: number): string => amount('charge', milli, 'Ah', mostMah)
  const hasBoth =
    chargeForwardMah !== null && chargeForwardMah !== 0 && chargeForwardMah !== chargeMah
  const bad = ledger.malformed + ledger.crc_errors + ledger.overlong
  // Without voltage and current nothing is counted; what a battery says of itself is the Energy panel's.
  const hasAmounts = snapshot.channels.some(isElectric)
  const part = elapsedS > 0 ? cutPercent(coveredS / elapsedS) : null
  const counted = countedText(totals, elapsedS)
  return (
    <section class="panel totals" aria-label="Totals">
      <h2>
        <span class="name">Totals</span>{' '}
        <span class="dim">since {momentText(totals.sinceUs, nowUs)}</span>
        <button
          type="button"
          onClick={() => {
            if (page.mayChange()) page.dialog('totals')
          }}
        >
          reset
        </button>
      </h2>
      {hasAmounts && (
        <p class="amounts">
          <b data-part="charge">{charge(chargeMah)}</b>
          <b data-part="energy">{amount('energy', energyMwh, 'Wh')}</b>
        </p>
      )}
      <dl class="facts">
        {hasAmounts && part !== null && (
          <Fact name="covered" value={`${part >= 100 ? '100' : fixed(part, 1)} %`} />
        )}
        {counted !== null && <Fact name="from counters" value={counted} />}
        {hasBoth && <Fact name="forward" value={charge(chargeForwardMah)} />}
        {hasBoth && <Fact name="backward" value={charge(backwardMah)} />}
        <Fact name="samples" value={countText(hasAmounts ? totals.samples : ledger.samples)} />
        <Fact name="gaps" value={countText(ledger.gaps)} />
        <Fact name="bad lines" value={countText(bad)} isBad={bad > 0} />
        <Fact
          name="out of range"
          value={countText(ledger.out_of_range)}
          isBad={ledger.out_of_range > 0}
        />
        <Fact name="lag" value={`${numberText(delayMs, 0, 8)} ms`} />
        {cycles !== null && <Fact name="cycle" value={cycleText(cycles)} />}
        {calibration !== '' && <Fact name="calibration" value={calibration} />}
      </dl>
      {hasAmounts && <Battery snapshot={snapshot} />}
      <Sinks snapshot={snapshot} />
    </section>
  )
}

function cycleText({ periodS, duty, count }: NonNullable<Snapshot['cycles']>): string {
  return `${numberText(periodS, 3, 7)} s, duty ${Math.round(duty * 100)} %, ${countText(count)} seen`
}

/** Where else the data goes. */
function Sinks({ snapshot: { sinks, nowUs } }: { readonly snapshot: Snapshot }) {
  if (sinks.length === 0) return null
  return (
    <dl class="facts" aria-label="Sinks">
      {sinks.map((status) => (
        <Fact
          key={status.name}
          name={sinkName(status)}
          value={sinkWords(status, nowUs / 1000)
            .map(({ text }) => text)
            .join(', ')}
          isBad={isTroubled(status)}
          {...(status.lastError !== null && { title: status.lastError.text })}
        />
      ))}
    </dl>
  )
}

const BASIS = { '1m': '1 min', '15m': '15 min', reset: 'since reset' } as const

function Battery({ snapshot: { battery, number } }: { readonly snapshot: Snapshot }) {
  const { figures } = usePage()
  if (battery === null) return null
  const { setting, percent, remaining, left } = battery
  const bare = setting.unit === 'mAh' ? 'Ah' : 'Wh'
  const unit = figures.unit(`battery ${number}`, bare, inUnit(setting.capacity, 3), LOOK)
  const amount = (milli: number): string => amountText(inUnit(milli, 3), unit)
  return (
    <dl class="facts" aria-label="Battery">
      <Fact name="battery" value={`${numberText(percent, 1, 6)} %`} isBad={percent < 20} />
      <Fact name="remaining" value={`${amount(remaining)} of ${amount(setting.capacity)}`} />
      {left.map(({ basis, draw, seconds }) => (
        <Fact key={basis} name={`left (${BASIS[basis]})`} value={timeLeft(draw, seconds)} />
      ))}
    </dl>
  )
}

function timeLeft(draw: number | null, seconds: number | null): string {
  if (draw === null) return '?'
  if (seconds === null) return draw < 0 ? 'charging' : 'no draw'
  return leftText(seconds)
}
