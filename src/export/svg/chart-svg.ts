import { labelsOf, magnitudeOf, roundAxis } from '../../chart/axis.ts'
import { type AxisFormOf, tracedForms } from '../../chart/axis-form.ts'
import { extent } from '../../chart/columns.ts'
import { timeTicks } from '../../chart/time-axis.ts'
import { SIGN, type Trace } from '../../chart/trace.ts'
import type { Channel } from '../../domain/channels.ts'
import { pageStyle } from '../../theme/page-style.ts'
import type { Style, ThemeChoice } from '../../theme/themes.ts'
import { ownValue } from '../../util/records.ts'
import { xmlText } from '../../util/xml.ts'
import { curvePath, digits } from './curve-path.ts'

/** What is drawn of a device: a strip a channel, and a table of its figures. */
export interface DeviceChart {
  /** Name of the device, and what else the title says of it. */
  readonly title: string
  /** The span, its length, its zone. */
  readonly subtitle: string
  readonly channels: readonly ChartChannel[]
  readonly trace: Trace
  /** Below the table. */
  readonly notes: readonly string[]
}

export interface ChartChannel {
  readonly channel: Channel
  /** min, mean and max as they are printed. */
  readonly figures: readonly [min: string, mean: string, max: string] | null
  /** Where values are meant to stay; null: open at that end. */
  readonly low: number | null
  readonly high: number | null
}

const WIDTH = 960
const LEFT = 84
const PLOT_WIDTH = WIDTH - LEFT - 20
const STRIP_HEIGHT = 140
const STRIP_GAP = 18
/** Of an axis in a strip, as the text plot has them. */
const AXIS_ROWS = 7
/** A letter of the time axis takes so much of the width. */
const LETTER = 7
const LINE = 20
const MARGIN = 28

/** How many slots the trace of a chart should have. */
export const CHART_SLOTS = 1200

/** Charts of some devices below one another, as the text of an SVG file: no script, no font, nothing from elsewhere. */
export function chartSvg(charts: readonly DeviceChart[], theme: ThemeChoice): string {
  let y = 0
  const bodies = charts.map((chart) => {
    const from = y
    y += heightOf(chart)
    return `<g transform="translate(0 ${from})">${deviceSvg(chart)}</g>\n`
  })
  const roles = charts.flatMap(({ channels }) => channels.map(({ channel }) => channel.role))
  const styles: Style[] = [...new Set(roles), 'dim', 'warn', 'bad', 'remark']
  const title = charts.map((chart) => chart.title).join('; ')
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="${xmlText(title)}">\n`,
    `<title>${xmlText(title)}</title>\n`,
    `<style>text{font-size:13px;font-family:sans-serif}.title{font-size:18px;font-weight:bold}.end{text-anchor:end}.middle{text-anchor:middle}`,
    '.name{font-weight:bold}.figure{text-anchor:end;font-family:monospace}',
    '.curve{stroke-width:1.2;stroke-linejoin:round;stroke-linecap:round}.grid{opacity:.3}.line,.limit{fill:none}.limit{stroke-dasharray:6 4;stroke-width:1.2}',
    `${pageStyle(theme, styles)}</style>\n`,
    `<rect class="page" width="${WIDTH}" height="${y}"/>\n`,
    ...bodies,
    '</svg>\n',
  ].join('')
}

function plotTop(): number {
  return MARGIN + 2 * LINE + 12
}

function tableTop({ channels }: DeviceChart): number {
  return plotTop() + channels.length * (STRIP_HEIGHT + STRIP_GAP) + 2 * LINE + 10
}

function heightOf(chart: DeviceChart): number {
  return tableTop(chart) + (chart.channels.length + chart.notes.length) * LINE + MARGIN
}

function deviceSvg(chart: DeviceChart): string {
  const { channels, trace, title, subtitle } = chart
  const all = channels.map(({ channel }) => channel)
  const formOf = tracedForms(trace, all, { ascii: false })
  const bottom = plotTop() + channels.length * (STRIP_HEIGHT + STRIP_GAP) - STRIP_GAP
  return [
    text(LEFT, MARGIN, title, 'title text'),
    text(LEFT, MARGIN + LINE, subtitle, 'dim'),
    ...channels.map((each, i) =>
      stripSvg(each, { trace, formOf }, plotTop() + i * (STRIP_HEIGHT + STRIP_GAP)),
    ),
    momentsSvg(trace, bottom),
    timesSvg(trace, bottom),
    tableSvg(chart),
  ].join('\n')
}

function stripSvg(
  { channel, low, high }: ChartChannel,
  { trace, formOf }: { readonly trace: Trace; readonly formOf: AxisFormOf },
  top: number,
): string {
  const { role, label, id } = channel
  const range = extent(trace, id)
  const series = ownValue(trace.channels, id)
  const frame = (unit: string): string[] => [
    `<path class="dim grid" d="M${LEFT} ${top}h${PLOT_WIDTH}v.5h-${PLOT_WIDTH}z"/>`,
    text(LEFT + 6, top + 14, unit === '' ? label : `${label} (${unit})`, `${role} name`),
  ]
  if (range === null || series === undefined) return frame(channel.unit).join('')
  const form = formOf(channel, Math.max(Math.abs(range.min), Math.abs(range.max)))
  const axis = roundAxis(range.min, range.max, AXIS_ROWS, form.finest)
  const unit = form.unit(magnitudeOf(axis))
  const y = (value: number): number =>
    top + STRIP_HEIGHT * (1 - (value - axis.low) / (AXIS_ROWS * axis.perRow))
  const grid = labelsOf(axis, unit.exponent).flatMap((value, row) => {
    if (value === undefined) return []
    const at = digits(y(axis.low + (AXIS_ROWS - 1 - row) * axis.perRow))
    return [
      `<path class="dim grid" d="M${LEFT} ${at}h${PLOT_WIDTH}v.5h-${PLOT_WIDTH}z"/>`,
      text(LEFT - 8, Number(at) + 4, value, 'dim end'),
    ]
  })
  const limits = [low, high].flatMap((limit) => {
    const at = limit === null ? Number.NaN : y(limit)
    if (!(at >= top && at <= top + STRIP_HEIGHT)) return []
    return [`<path class="limit stroke-warn" d="M${LEFT} ${digits(at)}h${PLOT_WIDTH}"/>`]
  })
  const { areas, lines } = curvePath(trace, series, { x: xOf(trace), y })
  return [
    ...grid,
    areas && `<path class="curve ${role} stroke-${role}" d="${areas}"/>`,
    lines && `<path class="curve line stroke-${role}" d="${lines}"/>`,
    ...limits,
    ...frame(unit.text),
  ].join('\n')
}

function xOf({ length }: Trace): (slot: number) => number {
  return (slot) => LEFT + (slot / length) * PLOT_WIDTH
}

/** What is to be said of moments, below the curves: samples lost, not measured; restarts and marks. */
function momentsSvg(trace: Trace, bottom: number): string {
  const x = xOf(trace)
  const kinds = [
    [SIGN.lost, 'bad', 'samples lost'],
    [SIGN.unmeasured, 'warn', 'not measured'],
    [SIGN.restart, 'remark', 'the device restarted'],
    [SIGN.marker, 'remark', 'mark'],
  ] as const
  const marks = kinds.flatMap(([sign, style, says]) =>
    runsOf(trace, sign).map(([from, end]) => {
      const width = digits(Math.max(1.5, x(end) - x(from)))
      return `<rect class="${style}" x="${digits(x(from))}" y="${bottom + 2}" width="${width}" height="6"><title>${says}</title></rect>`
    }),
  )
  return marks.join('')
}

function runsOf({ signs, length }: Trace, sign: number): [from: number, end: number][] {
  const runs: [number, number][] = []
  for (let slot = 0; slot < length; slot++) {
    if (((signs[slot] ?? 0) & sign) === 0) continue
    const last = runs.at(-1)
    if (last !== undefined && last[1] === slot) last[1] = slot + 1
    else runs.push([slot, slot + 1])
  }
  return runs
}

function timesSvg(trace: Trace, bottom: number): string {
  const cells = Math.floor(PLOT_WIDTH / LETTER)
  const lengthUs = trace.length * trace.slotUs
  const ticks = timeTicks(trace.startUs, lengthUs / cells, cells)
  return ticks
    .map(({ cell, label }) => {
      const at = LEFT + ((cell + 0.5) / cells) * PLOT_WIDTH
      const line = `<path class="dim" d="M${digits(at)} ${bottom}v6h.7v-6z"/>`
      return line + text(at, bottom + 24, label, 'dim middle')
    })
    .join('')
}

function tableSvg(chart: DeviceChart): string {
  const top = tableTop(chart)
  const columns = [LEFT + 240, LEFT + 380, LEFT + 520]
  const head = ['min', 'mean', 'max'].map((name, i) =>
    text(columns[i] ?? 0, top - LINE + 2, name, 'dim end'),
  )
  const rows = chart.channels.flatMap(({ channel, figures }, row) => {
    const y = top + row * LINE
    const { label, unit, role } = channel
    return [
      text(LEFT, y, unit === '' ? label : `${label} (${unit})`, `${role} name`),
      ...(figures ?? ['-', '-', '-']).map((figure, i) =>
        text(columns[i] ?? 0, y, figure, 'figure text'),
      ),
    ]
  })
  const notes = chart.notes.map((note, i) =>
    text(LEFT, top + (chart.channels.length + i) * LINE, note, 'dim'),
  )
  return [...head, ...rows, ...notes].join('')
}

function text(x: number, y: number, content: string, classes: string): string {
  return `<text class="${classes}" x="${digits(x)}" y="${digits(y)}">${xmlText(content)}</text>`
}
