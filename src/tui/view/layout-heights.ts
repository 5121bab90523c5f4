/** How high the parts of a screen are that lie one below the other. */

import type { GaugeForm, LayoutOptions, Region, Size } from './layout.ts'

export type Heights = Partial<Record<Region, number>>

/** Title, three rows of plot, time axis. */
const CHART_MIN_ROWS = 5
/** Where there is no table: two rows of plot. */
const CHART_LEAST_ROWS = 4
/** A frame, digits of three rows and the bar; on tall screens digits of five. */
const BIG_GAUGE_ROWS = 6
const BIGGER_GAUGE_ROWS = 8
const BIGGER_FROM_ROWS = 60

/** All of the log below the chart: title, three rows of plot, time axis. It leaves the chart its rows. */
export const OVERVIEW_ROWS = 5
export const OVERVIEW_CHART_ROWS = 18
const OVERVIEW_FROM_ROWS = 40
/** Of each channel in the chart. */
const STRIP_ROWS = 4

/** From here on what is pressing has a large word on the wall. */
const WALL_WORD_FROM_ROWS = 20

/** From this height on, each device has a row of its own, and so has each alarm. */
const DEVICE_ROWS_FROM = 30
const DEVICE_ROWS = 4

export function heightsOf(size: Size, options: LayoutOptions, form: GaugeForm): Heights {
  const { expanded, preset } = options
  const chosen: Heights = { header: 1, keys: 1 }
  let left = size.rows - 2
  const take = (region: Region, rows: number): void => {
    const taken = Math.min(rows, left)
    if (taken <= 0) return
    chosen[region] = (chosen[region] ?? 0) + taken
    left -= taken
  }
  if (options.devices > 1) {
    take('devices', expanded === null ? deviceRows(size, options.devices) : 1)
  }
  if (options.alarms > 0 && expanded !== 'alarms') {
    const rows =
      preset === 'wall' ? wallAlarmRows(size, options.pressing) : alarmRows(size, options.alarms)
    take('alarms', expanded === null ? rows : 1)
  }
  if (expanded !== null) {
    if (expanded !== 'gauges') take('values', 1)
    if (expanded === 'chart') takeOverview()
    take(expanded, left)
    return chosen
  }
  if (preset === 'wall') {
    take('gauges', left)
    return chosen
  }
  const gauges = form === 'big' ? bigGaugeRows(size) : options.mainChannels
  if (preset === 'chart' || isForTable()) take('values', 1)
  else if (gauges <= left) take('gauges', gauges)
  take('events', 1)
  if (preset === 'numbers') fillWithNumbers()
  else fillWithChart()
  return chosen

  /** There is a table for the figures of a selection where the gauges are a line, and none beside them. */
  function isForTable(): boolean {
    if (preset !== 'all' || !options.selects) return false
    const least = 1 + options.mainChannels + 1 + CHART_MIN_ROWS
    const withoutEvents = left - 1
    return withoutEvents - 1 >= least && withoutEvents - gauges < least
  }

  /** All rows that the table can use, and events below it. */
  function fillWithNumbers(): void {
    if (left >= 1 + options.mainChannels) {
      const rows = 1 + options.mainChannels + options.moreChannels
      take('table', Math.min(rows, Math.max(1 + options.mainChannels, left - options.totalsRows)))
    }
    take('totals', options.totalsRows)
    take('events', left)
  }

  /**
   * What is left is for the chart, so that it shrinks before anything else goes; below its least height
   * the table goes before it.
   */
  function fillWithChart(): void {
    const table = 1 + options.mainChannels
    if (left >= table + 1 + CHART_MIN_ROWS) take('table', table)
    else if (left < CHART_LEAST_ROWS) {
      take('totals', 1)
      take('events', left)
      return
    }
    take('totals', Math.min(options.totalsRows, left - CHART_MIN_ROWS))
    take('events', Math.min(eventRows(size) - 1, left - CHART_MIN_ROWS))
    // The rows of further channels are the chart's, as long as enough of it is left.
    if (chosen.table !== undefined) {
      take('table', Math.min(left - CHART_MIN_ROWS, moreRows(size, options.moreChannels)))
    }
    takeOverview()
    take('chart', left)
  }

  function takeOverview(): void {
    const strips = options.mainChannels + options.moreChannels
    const chart = Math.max(OVERVIEW_CHART_ROWS, strips * STRIP_ROWS + 2)
    const isHigh = size.rows >= OVERVIEW_FROM_ROWS && left >= OVERVIEW_ROWS + chart
    if (isHigh) take('overview', OVERVIEW_ROWS)
  }
}

export function bigGaugeRows({ rows }: Size): number {
  return rows >= BIGGER_FROM_ROWS ? BIGGER_GAUGE_ROWS : BIG_GAUGE_ROWS
}

export function deviceRows({ rows }: Size, devices: number): number {
  if (rows < DEVICE_ROWS_FROM) return 1
  return devices <= DEVICE_ROWS ? devices : DEVICE_ROWS + 1
}

/** A line for all of them, on taller screens one each, as far as there is room. */
export function alarmRows({ rows }: Size, alarms: number): number {
  return Math.min(alarms, rows >= 45 ? 6 : rows >= 30 ? 3 : 1)
}

/** A large word needs three rows, and more where there are many. */
function wallAlarmRows({ rows }: Size, pressing: boolean): number {
  if (!pressing || rows < WALL_WORD_FROM_ROWS) return 1
  return rows >= 45 ? 5 : 3
}

function eventRows({ rows }: Size): number {
  return rows >= 45 ? 6 : rows >= 30 ? 3 : 1
}

/** Two at 80x24 and one more for each five rows; one that counts the rest comes on top. */
function moreRows({ rows }: Size, channels: number): number {
  const room = Math.max(0, 2 + Math.floor((rows - 24) / 5))
  return channels <= room ? channels : room + 1
}
