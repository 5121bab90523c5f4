import { ELECTRIC, QUANTITIES } from '../domain/channels.ts'
import { isPercentile, type StatisticName } from '../stats/statistic-names.ts'
import { type ChannelStatistics, printedFigure } from '../stats/statistics.ts'
import { extraKey } from '../stats/statistics-feed.ts'
import type { Bucket, LoggedChannel, LoggedEvent, LoggedLoss } from '../storage/read/log-query.ts'
import { formatIso } from '../util/time-text.ts'
import type { DetailedTotal } from './detailed-totals.ts'
import { averageOf, coverageOf, hourAmount } from './printed-figures.ts'

type Statistics = ReadonlyMap<string, ChannelStatistics>

/** What a span of a device comes to, for programs. @param channels of all devices; none: the log has no extra channels */
export function totalMembers(
  { total: bucket, state, statistics }: DetailedTotal,
  names: readonly StatisticName[],
  channels: readonly LoggedChannel[],
): object {
  const electric = QUANTITIES.map((each) => {
    const { id, column } = ELECTRIC[each]
    const figures = bucket[each]
    const further = statisticsMembers(statistics.get(id), names)
    return [column, figures && { ...figures, avg: averageOf(figures), ...further }]
  })
  return {
    device: bucket.device,
    from: formatIso(bucket.fromUs),
    to: formatIso(bucket.toUs),
    samples: bucket.samples,
    measured: bucket.measured,
    lost: bucket.lost,
    covered_s: bucket.coveredUs / 1e6,
    coverage: coverageOf(bucket),
    ...countedMembers(bucket),
    ...Object.fromEntries(electric),
    charge_mah: hourAmount(bucket.chargeMah),
    energy_mwh: hourAmount(bucket.energyMwh),
    ...directionMembers(bucket),
    ...(channels.length === 0
      ? {}
      : { channels: channelMembers(bucket, channels, names, statistics) }),
    statistics: state,
  }
}

/** The extra channels of a bucket by id; with their units where these are given. */
export function channelMembers(
  bucket: Bucket,
  channels: readonly LoggedChannel[],
  names: readonly StatisticName[],
  statistics: Statistics,
): Record<string, object> {
  const entries = [...bucket.channels].map(([id, summary]) => {
    const own = channels.find((each) => each.id === id && each.device === bucket.device)
    const figures = statistics.get(extraKey(id))
    const further = {
      ...statisticsMembers(figures, names),
      // Its own: not every sample has a value.
      ...(names.includes('mean_time') ? { covered_s: coveredS(figures) } : {}),
    }
    const unit = own === undefined ? {} : { unit: own.unit }
    return [id, { ...summary, avg: averageOf(summary), ...unit, ...further }] as const
  })
  return Object.fromEntries(entries)
}

function coveredS(figures: ChannelStatistics | undefined): number | null {
  return figures === undefined ? null : figures.coveredUs / 1e6
}

/** Of the time that is covered, what the device has counted itself, and what of that lies in gaps. */
export function countedMembers({ countedUs, bridgedUs }: Bucket): Record<string, number> {
  return { counted_s: countedUs / 1e6, bridged_s: bridgedUs / 1e6 }
}

/** Charge and energy by direction; what flowed back is negative, so that both add up to the signed sum. */
export function directionMembers(bucket: Bucket): Record<string, number | null> {
  return {
    charge_forward_mah: hourAmount(bucket.chargeForwardMah),
    charge_backward_mah: hourAmount(bucket.chargeBackwardMah),
    energy_forward_mwh: hourAmount(bucket.energyForwardMwh),
    energy_backward_mwh: hourAmount(bucket.energyBackwardMwh),
  }
}

/** The members of a channel in JSON; null where they are not known. */
function statisticsMembers(
  own: ChannelStatistics | undefined,
  names: readonly StatisticName[],
): Record<string, number | null> {
  const members: Record<string, number | null> = {}
  for (const name of names) members[name] = own === undefined ? null : printedFigure(own, name)
  if (names.some(isPercentile)) members['percentile_error'] = own?.percentileError ?? null
  return members
}

/** A lost range, for programs. */
export function lossMembers({ device, fromUs, toUs, firstSeq, count, reason }: LoggedLoss): object {
  const [from, to] = [formatIso(fromUs), formatIso(toUs)]
  return { device, from, to, first_seq: firstSeq, count, reason }
}

/** An event, for programs. */
export function eventMembers({ timeUs, device, kind, detail }: LoggedEvent): object {
  return { time: formatIso(timeUs), device, kind, detail }
}
