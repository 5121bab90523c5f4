import type { ProcessIo } from '../../app/io.ts'
import { cleanText } from '../../domain/sample.ts'
import { type Totals, totalsOf } from '../../stats/totals.ts'
import { totalsText } from '../../stats/totals-text.ts'
import type { LoggedTotals } from '../../storage/read/log-query.ts'
import { countedText } from '../../util/counted-text.ts'
import { formatClockDuration } from '../../util/duration.ts'
import { formatIso, formatLocal, zoneName } from '../../util/time-text.ts'
import { type Colour, colourFor } from '../colour.ts'
import { deviceOf, openReader } from './log-range.ts'
import { amount, directions, percent } from './table-text.ts'
import type { TotalsOptions } from './totals.ts'

/** Goes up when a member of the JSON changes its meaning or goes. */
const JSON_VERSION = 1

/** @throws InaError */
export async function runTotals(options: TotalsOptions, io: ProcessIo): Promise<void> {
  const { reader, file } = await openReader(options, io)
  let totals: readonly LoggedTotals[]
  try {
    const wanted = deviceOf(options.device, reader)
    const devices = wanted === null ? reader.devices : [wanted]
    totals = devices.flatMap((device) => reader.totalsSince(device) ?? [])
  } finally {
    reader.close()
  }
  const colour = colourFor(io.stdout, io.env)
  const show = (isReset: boolean): void => {
    const { format } = options
    io.stdout.write(format === 'json' ? json(totals) : table(totals, isReset, colour))
  }
  if (options.reset === true && totals.length > 0) {
    const { resetTotals } = await import('../../storage/client/totals-reset.ts')
    const requests = totals.map((each) => ({
      device: each.device,
      newestUs: each.untilUs,
      detail: `reset: ${totalsText(totalsOf(each.figures), each.sinceUs, elapsedS(each))}`,
    }))
    try {
      await resetTotals(file, requests, io.clock.wallMs())
    } catch (error) {
      // They are what was asked for as well, and still count.
      show(false)
      throw error
    }
  }
  show(options.reset === true)
  if (totals.length === 0) io.stderr.write('ina219: the log has no samples yet\n')
}

/** To the minute where no more is known. */
function sinceText({ sinceUs, isSinceExact }: LoggedTotals): string {
  return isSinceExact ? formatLocal(sinceUs) : formatLocal(sinceUs).slice(0, -':00'.length)
}

function elapsedS({ sinceUs, untilUs }: LoggedTotals): number {
  return Math.max(0, untilUs - sinceUs) / 1e6
}

function json(all: readonly LoggedTotals[]): string {
  const devices = all.map((each) => {
    const totals = totalsOf(each.figures)
    return {
      device: each.device,
      since: formatIso(each.sinceUs),
      since_exact: each.isSinceExact,
      reset: each.resetUs === null ? null : formatIso(each.resetUs),
      until: formatIso(each.untilUs),
      elapsed_s: elapsedS(each),
      covered_s: totals.coveredS,
      counted_s: totals.countedS,
      bridged_s: totals.bridgedS,
      measured: totals.samples,
      charge_mah: totals.chargeMah,
      charge_forward_mah: totals.chargeForwardMah,
      charge_backward_mah: totals.chargeBackwardMah,
      energy_mwh: totals.energyMwh,
      energy_forward_mwh: totals.energyForwardMwh,
      energy_backward_mwh: totals.energyBackwardMwh,
    }
  })
  return `${JSON.stringify({ version: JSON_VERSION, devices })}\n`
}

/** Nothing where the device counts nothing. */
function countedLine(totals: Totals, seconds: number): string {
  const counted = countedText(totals, seconds)
  return counted === null ? '' : `  counted  ${counted}, by the device itself\n`
}

function table(all: readonly LoggedTotals[], isReset: boolean, colour: Colour): string {
  if (all.length === 0) return ''
  let text = `times in ${zoneName(all[0]?.sinceUs ?? 0)}\n`
  for (const each of all) {
    const totals = totalsOf(each.figures)
    const { chargeMah, chargeForwardMah, energyMwh, energyForwardMwh, coveredS } = totals
    const seconds = elapsedS(each)
    const about = each.isSinceExact ? '' : 'about '
    const why = each.resetUs === null ? ', the begin of the log' : ', when they were reset'
    const part = seconds === 0 ? '' : ` (${about}${percent(Math.min(1, coveredS / seconds))})`
    const charge = directions(chargeForwardMah, chargeMah)
    const energy = directions(energyForwardMwh, energyMwh)
    text += [
      `\n${colour.bold(`${cleanText(each.device)}:`)}\n`,
      `  since    ${about}${sinceText(each)}${why}\n`,
      `  until    ${formatLocal(each.untilUs)}\n`,
      `  elapsed  ${about}${formatClockDuration(seconds * 1000)}\n`,
      `  covered  ${formatClockDuration(coveredS * 1000)}${part}\n`,
      countedLine(totals, seconds),
      `  charge   ${amount(chargeMah)} mAh${charge}\n`,
      `  energy   ${amount(energyMwh)} mWh${energy}\n`,
      isReset ? '  They begin again at 0 now.\n' : '',
    ].join('')
  }
  return text
}
