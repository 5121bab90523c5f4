import type { BalanceView, EnergyStoreView, Snapshot } from '../monitor/view.ts'
import { cutPercent, fixed, numberText } from '../util/number-text.ts'
import { inUnit } from '../util/scaled-unit.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import type { FormMemory, UnitLook } from './form-memory.ts'
import { amountText, momentText } from './format.ts'

/** The energy balance, all of it in one unit so that it can be compared. */
export interface BalanceWords {
  /** `Wh` */
  readonly unit: string
  readonly rows: readonly BalanceRow[]
}

export interface BalanceRow {
  /** `today`, `24 h` */
  readonly name: string
  /** What the panel gave; `--` where it is not known, as in the next two. */
  readonly sun: string
  /** What the battery has more, with its sign; without a capacity in points of its charge: `+2.5 %`. */
  readonly stored: string
  /** For loads and losses. */
  readonly used: string
  /** The panel was not measured all the while: at least that was used. */
  readonly isLeast: boolean
  /** Of the span, what the panel is known of: `43.2 %`. */
  readonly covered: string
  readonly isCovered: boolean
}

const NAME: Readonly<Record<BalanceView['span'], string>> = {
  today: 'today',
  '24h': '24 h',
  '48h': '48 h',
}
const NONE = '--'
const CELLS = 8
/** Balances that are no older than that are of now, µs: they are read each 10 s. */
const FRESH_US = 60e6
/** Counts as covered from this part on: the newest sample is a moment old, and a run begins without a pair. */
const COVERED = 0.99

/** No rows before they are read. */
export function balanceWords<L extends UnitLook>(
  { energyStore, number }: Snapshot,
  figures: FormMemory<L>,
  look: L,
): BalanceWords {
  const balances = energyStore?.balances ?? []
  const amounts = balances.flatMap((each) => [each.solarMwh, each.storedMwh, each.usedMwh])
  const most = inUnit(Math.max(0, ...amounts.map((each) => Math.abs(each ?? 0))), 3)
  const unit = figures.unit(`balance ${number}`, 'Wh', most, look)
  const size = inUnit(most, unit.exponent)
  const decimals = size < 10 ? 3 : size < 100 ? 2 : 1
  const amount = (mwh: number | null): string =>
    mwh === null ? NONE : numberText(inUnit(inUnit(mwh, 3), unit.exponent), decimals, CELLS)
  const rows = balances.map((balance) => {
    const { span, fromUs, toUs, coveredS, solarMwh, storedMwh, usedMwh, isLeast } = balance
    const part = (coveredS * US_PER_SECOND) / (toUs - fromUs)
    const isCovered = part >= COVERED
    return {
      name: NAME[span],
      sun: amount(solarMwh),
      stored: storedMwh === null ? pointsText(balance) : withSign(storedMwh, amount(storedMwh)),
      used: amount(usedMwh),
      isLeast: usedMwh !== null && isLeast,
      covered: part >= 1 ? '100 %' : `${fixed(cutPercent(part), 1)} %`,
      isCovered,
    }
  })
  return { unit: unit.text, rows }
}

/** `+2.5 %` of the charge. */
function pointsText({ socFirst, socLast }: BalanceView): string {
  if (socFirst === null || socLast === null) return NONE
  const points = socLast - socFirst
  return withSign(points, `${numberText(points, 1, 6)} %`)
}

function withSign(value: number, text: string): string {
  return value > 0 ? `+${text}` : text
}

/** `435.2 Wh of 512.0 Wh`; null: no capacity is known. @param hasCapacity false: `435.2 Wh` */
export function storedText<L extends UnitLook>(
  { energyStore, number }: Snapshot,
  figures: FormMemory<L>,
  look: L,
  hasCapacity = true,
): string | null {
  if (energyStore === null || energyStore.capacity === null) return null
  const { capacity, stored } = energyStore
  const bare = capacity.unit === 'mAh' ? 'Ah' : 'Wh'
  const unit = figures.unit(`stored ${number}`, bare, inUnit(capacity.capacity, 3), look)
  const amount = (milli: number): string => amountText(inUnit(milli, 3), unit)
  const now = stored === null ? NONE : amount(stored)
  return hasCapacity ? `${now} of ${amount(capacity.capacity)}` : now
}

/** What is to be said of the balances beside their figures; empty: nothing. */
export function balanceRemark(store: EnergyStoreView, nowUs: number): string {
  const { balances, capacity } = store
  if (balances === null) return 'reading the log'
  if (balances.length === 0) return 'without a log there is no balance'
  const untilUs = balances[0]?.toUs ?? nowUs
  if (nowUs - untilUs > FRESH_US)
    return `as of ${momentText(untilUs, nowUs)}: the log can not be read`
  if (capacity === null) return 'what was used is not known without a capacity: --battery 512Wh'
  if (capacity.unit === 'mAh')
    return 'what was used is not known with a capacity in Ah: give it in Wh'
  return ''
}
