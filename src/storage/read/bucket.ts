import {
  type ChannelFigures,
  type Figures,
  PICO_PER_MILLI_HOUR,
  type Spread,
} from '../../stats/figures.ts'
import type { Bucket, ChannelSummary, MinAvgMax } from './log-query.ts'

/** @param lost samples known to be missing in that span */
export function bucketOf(
  device: string,
  fromUs: number,
  toUs: number,
  figures: Figures,
  lost: number,
  channels: ReadonlyMap<string, ChannelSummary>,
): Bucket {
  const { samples, measured, unmeasured, coveredUs, countedUs, bridgedUs } = figures
  const of = (spread: Spread): MinAvgMax | null =>
    measured === 0 ? null : { min: spread.min, avg: spread.avg(measured), max: spread.max }
  const hours = (pico: number): number | null =>
    coveredUs === 0 || Number.isNaN(pico) ? null : pico / PICO_PER_MILLI_HOUR
  return {
    fromUs,
    toUs,
    device,
    samples,
    measured,
    unmeasured: Number.isNaN(unmeasured) ? null : unmeasured,
    lost,
    coveredUs,
    countedUs,
    bridgedUs,
    coverage: toUs > fromUs ? Math.min(1, coveredUs / (toUs - fromUs)) : 0,
    voltage: of(figures.voltage),
    current: of(figures.current),
    power: of(figures.power),
    chargeMah: hours(figures.chargePc),
    energyMwh: hours(figures.energyPj),
    chargeForwardMah: hours(figures.chargeForwardPc),
    chargeBackwardMah: hours(figures.chargePc - figures.chargeForwardPc),
    energyForwardMwh: hours(figures.energyForwardPj),
    energyBackwardMwh: hours(figures.energyPj - figures.energyForwardPj),
    channels,
  }
}

export function summaryOf({ measured, spread }: ChannelFigures): ChannelSummary {
  return { n: measured, min: spread.min, avg: spread.avg(measured), max: spread.max }
}

/**
 * False: no samples come to these; the page that they were read from is damaged. (The forward parts
 * are looked at where they are read, since they may be unknown.)
 */
export function areSound(figures: Figures): boolean {
  const { samples, measured, unmeasured, coveredUs, countedUs, bridgedUs, chargePc, energyPj } =
    figures
  return (
    Number.isSafeInteger(samples) &&
    Number.isSafeInteger(measured) &&
    measured >= 0 &&
    measured <= samples &&
    (Number.isNaN(unmeasured) ||
      (Number.isSafeInteger(unmeasured) && unmeasured >= 0 && unmeasured <= samples - measured)) &&
    coveredUs >= 0 &&
    isNumber(coveredUs) &&
    bridgedUs >= 0 &&
    bridgedUs <= countedUs &&
    countedUs <= coveredUs &&
    isNumber(chargePc) &&
    isNumber(energyPj) &&
    (measured === 0 ||
      (isSpread(figures.voltage) && isSpread(figures.current) && isSpread(figures.power)))
  )
}

function isSpread({ min, sumMicro, max }: Spread): boolean {
  return isNumber(min) && isNumber(sumMicro) && isNumber(max)
}

/** Of a damaged row, a text may stand where a number should. */
function isNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value)
}
