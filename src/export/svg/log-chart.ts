import type { Channel } from '../../domain/channels.ts'
import { cleanText } from '../../domain/sample.ts'
import type { Bucket, LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import type { ThemeChoice } from '../../theme/themes.ts'
import { formatClockDuration } from '../../util/duration.ts'
import { cutPercent } from '../../util/number-text.ts'
import { formatLocal, zoneName } from '../../util/time-text.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import { figureTexts, plottedChannels, slotLength } from '../plotted.ts'
import { CHART_SLOTS, type ChartChannel, chartSvg, type DeviceChart } from './chart-svg.ts'

/** Where the values of a channel are meant to stay. */
export interface ChartLimits {
  /** Id of the channel. */
  readonly channel: string
  readonly low: number | null
  readonly high: number | null
}

export interface LogChartOptions {
  readonly theme: ThemeChoice
  /** Least length of a slot, ms. */
  readonly everyMs?: number
  readonly limits?: readonly ChartLimits[]
}

/** A chart of each device of a part of the log; an empty text where nothing lies in it. */
export function logChart(reader: LogReader, range: LogRange, options: LogChartOptions): string {
  const charts = [...reader.totals(range)].map((total) => deviceChart(total, reader, options))
  return charts.length === 0 ? '' : chartSvg(charts, options.theme)
}

function deviceChart(
  total: Bucket,
  reader: LogReader,
  { everyMs, limits = [] }: LogChartOptions,
): DeviceChart {
  const { device, fromUs, toUs } = total
  const slotUs = slotLength(toUs - fromUs, CHART_SLOTS, everyMs)
  const slots = Math.min(CHART_SLOTS, Math.ceil((toUs - fromUs) / slotUs) + 1)
  const channels = plottedChannels(total, reader).map((channel): ChartChannel => {
    const limit = limits.find((each) => each.channel === channel.id)
    return {
      channel: { ...channel, label: cleanText(channel.label), unit: cleanText(channel.unit) },
      figures: figuresOf(total, channel),
      low: limit?.low ?? null,
      high: limit?.high ?? null,
    }
  })
  const withMs = toUs - fromUs < US_PER_MINUTE
  const length = formatClockDuration((toUs - fromUs) / 1000)
  const covered = cutPercent(total.coverage).toFixed(1)
  return {
    title: cleanText(device),
    subtitle: `${formatLocal(fromUs, withMs)} to ${formatLocal(toUs, withMs)} (${length}), ${zoneName(fromUs)}`,
    channels,
    trace: reader.series(device, fromUs, slotUs, slots, { fromUs, toUs }),
    notes: [`${total.samples} samples, ${total.lost} lost, ${covered} % of the time covered`],
  }
}

function figuresOf(total: Bucket, { id, quantity }: Channel): ChartChannel['figures'] {
  const found = quantity === null ? total.channels.get(id) : total[quantity]
  return found ? figureTexts(found) : null
}
