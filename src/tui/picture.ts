import type { Trace } from '../chart/trace.ts'
import { isElectric, mainChannels } from '../domain/channels.ts'
import type {
  FindRequest,
  Moment,
  Snapshot,
  SpanStatistics,
  StatisticsRequest,
  TraceRequest,
} from '../monitor/view.ts'
import type { CompareMoments, CompareRequest } from './compare-feed.ts'
import { alarmLines, pressingWord } from './panels/alarms.ts'
import { batteryLines } from './panels/battery.ts'
import { bigGaugeLines } from './panels/big-gauges.ts'
import { isApart, slotsFor, tracedMs } from './panels/chart.ts'
import { chartPanel, chartPanelLegend, chartPlot, silentEdgeUs } from './panels/chart-panel.ts'
import { type CloseLook, cursorLine, cursorLines, selectionLine } from './panels/cursor.ts'
import { cyclesLines } from './panels/cycles.ts'
import { deviceLines } from './panels/devices.ts'
import { eventLines, noticeLine } from './panels/events.ts'
import { gaugeLines } from './panels/gauges.ts'
import { headerLine } from './panels/header.ts'
import { helpExtent, helpLines } from './panels/help.ts'
import { histogramPanel } from './panels/histogram.ts'
import { type KeysState, keysLine } from './panels/keys.ts'
import { linkLines } from './panels/link.ts'
import { overviewLines, overviewRequest } from './panels/overview.ts'
import { answerLines, promptLines } from './panels/prompt.ts'
import { statisticsLines, statisticsSpan } from './panels/statistics.ts'
import { percentileWindows, tableLines } from './panels/table.ts'
import { tinyLine } from './panels/tiny.ts'
import { totalsLine } from './panels/totals.ts'
import { valuesLine } from './panels/values.ts'
import { type Meter, type WallPanel, wallPanel } from './panels/wall.ts'
import { wallAlarmLines } from './panels/wall-alarms.ts'
import { cellText, cutEnd } from './view/cell-text.ts'
import { type ComparedTraces, comparedChannel, comparedDevices } from './view/compare.ts'
import { type FigureMemory, figuresOf } from './view/figure-memory.ts'
import { areaWithin, framed } from './view/frame.ts'
import type { HelpExtent } from './view/help-place.ts'
import type { KeyOffer } from './view/keymap.ts'
import {
  isPanel,
  isTiny,
  type Layout,
  layoutFor,
  PANELS,
  type Panel,
  panelsIn,
  REGIONS,
  type Rect,
  type Region,
  regionAt,
  type Size,
} from './view/layout.ts'
import type { Look, PanelArea } from './view/look.ts'
import type { PointerMap } from './view/pointer.ts'
import type { Completion } from './view/prompt.ts'
import { fitLine, type Line, lineWidth, piece, targetIn } from './view/styled.ts'
import { frozenOf, spanMs } from './view/time-window.ts'
import type { ViewState } from './view/view-state.ts'
import type { P95ByWindow } from './window-percentiles.ts'

/** A rectangle of the screen and exactly the lines that fill it. */
interface Block {
  readonly rect: Rect
  readonly lines: readonly Line[]
}

/** Everything on the screen for one moment. Nothing in it depends on a terminal library. */
export interface Picture {
  readonly layout: Layout
  /** Those that were asked for; the others stay as they are. */
  readonly blocks: Readonly<Partial<Record<Region, Block>>>
  /** Bars that a widget may draw over those of the blocks; null: as they are. */
  readonly meters: readonly Meter[] | null
  /** On top of everything: help, a prompt, a long answer. */
  readonly overlay: Block | null
}

export interface PictureContext {
  readonly size: Size
  readonly view: ViewState
  readonly look: Look
  /** Why what is shown may be old: the view did not answer; null: it did. */
  readonly trouble: string | null
  /** What may stand at the cursor of the prompt; absent where none is open. */
  readonly completion?: Completion
  /** What the last picture wrote its figures with; default: there was none. */
  readonly figures?: FigureMemory
  /** Of the windows that `p95Windows` names; default: no answer has come yet. */
  readonly p95?: P95ByWindow
  /** What `compareRequest` asks for; default: not there yet. */
  readonly compared?: ComparedTraces | null
  /** Those that `selectionRequest` asks for; absent: no answer has come yet. */
  readonly selected?: SpanStatistics | null
  /** First words for who is new to it; absent: none. */
  readonly hints?: boolean
}

const NO_COMPLETION: Completion = { from: 0, candidates: [] }

export function pictureLayout(snapshot: Snapshot, { size, view }: PictureContext): Layout {
  const { channels } = snapshot
  const main = mainChannels(channels).length
  return layoutFor(size, {
    preset: view.preset,
    expanded: view.expanded,
    bigGaugesAllowed: channels.some(isElectric),
    devices: snapshot.devices.length,
    mainChannels: main,
    moreChannels: channels.length - main,
    alarms: snapshot.alarms.length + snapshot.latches.length,
    pressing: pressingWord(snapshot) !== null,
    totalsRows: 1 + Number(snapshot.battery !== null) + Number(snapshot.cycles !== null),
  })
}

/** There is something that may be acknowledged, now or later. */
export function hasAlarms({ alarms, latches }: Snapshot): boolean {
  return alarms.length > 0 || latches.length > 0
}

/** The panels that can be gone to and shown alone. */
export function panelsOf(snapshot: Snapshot, context: PictureContext): Panel[] {
  const view = { ...context.view, expanded: null }
  return panelsIn(pictureLayout(snapshot, { ...context, view }))
}

/** Which trace a picture needs, for the chart or for the column that the cursor stands in; null: none. */
export function traceRequest(snapshot: Snapshot, context: PictureContext): TraceRequest | null {
  const { view, look } = context
  const chart = pictureLayout(snapshot, context).regions.chart
  const frozen = frozenOf(view, snapshot.number)
  const hasChart = chart !== undefined && view.statistics === null
  const hasCursor = view.cursorUs !== null && frozen !== null
  if (!hasChart && !hasCursor) return null
  const width = chartCells(snapshot, context)
  return {
    device: snapshot.number,
    spanMs: tracedMs(spanMs(view), width),
    slots: slotsFor(width, look),
    endUs: frozen?.endUs ?? null,
  }
}

/** Which traces a comparison of devices needs; null: none, there is none. */
export function compareRequest(snapshot: Snapshot, context: PictureContext): CompareRequest | null {
  const own = traceRequest(snapshot, context)
  const channel = comparedChannel(snapshot, context.view.compare)
  if (own === null || channel === null) return null
  const endUs = own.endUs ?? silentEdgeUs(snapshot) ?? snapshot.sampleUs
  if (endUs === null) return null
  const devices = comparedDevices(snapshot, channel).map(({ number }) => number)
  return { ...own, devices, endUs, isRunning: own.endUs === null }
}

/** Which samples it needs, those at the cursor; null: none. */
export function compareMoments(snapshot: Snapshot, context: PictureContext): CompareMoments | null {
  const own = momentRequest(snapshot, context)
  const channel = comparedChannel(snapshot, context.view.compare)
  if (own === null || own.what !== 'sample' || channel === null) return null
  const devices = comparedDevices(snapshot, channel).map(({ number }) => number)
  return { devices, atUs: own.atUs, withinUs: own.withinUs }
}

/** How wide the chart is, in characters; where none is shown, as wide as the screen. */
function chartCells(snapshot: Snapshot, context: PictureContext): number {
  return pictureLayout(snapshot, context).regions.chart?.width ?? context.size.columns
}

/** Of which windows the table shows percentiles, by their lengths in s. */
export function p95Windows(snapshot: Snapshot, context: PictureContext): readonly number[] {
  const { regions, framed: framedOnes } = pictureLayout(snapshot, context)
  const { table } = regions
  if (table === undefined) return []
  const isFramed = framedOnes.includes('table')
  const area = isFramed ? areaWithin(table, context.look) : { ...table, look: context.look }
  return percentileWindows(snapshot, area)
}

/** Which trace its overview of the log needs; null: none, there is no room for it. */
export function overviewTraceRequest(
  snapshot: Snapshot,
  context: PictureContext,
): TraceRequest | null {
  const rect = pictureLayout(snapshot, context).regions.overview
  return rect === undefined ? null : overviewRequest(snapshot, { ...rect, look: context.look })
}

/** Which statistics stand in the chart's place; null: none, it shows the chart. */
export function statisticsRequest(
  snapshot: Snapshot,
  context: PictureContext,
): StatisticsRequest | null {
  if (!pictureLayout(snapshot, context).regions.chart) return null
  const span = statisticsSpan(context.view, snapshot.number)
  return span === null ? null : { device: snapshot.number, span }
}

/** Of which span the figures of the selection are, whatever stands in the chart's place; null: there is none. */
export function selectionRequest(
  snapshot: Snapshot,
  context: PictureContext,
): StatisticsRequest | null {
  const { selection } = context.view
  const { table, totals } = pictureLayout(snapshot, context).regions
  if (!table && !totals) return null
  if (selection === null || frozenOf(context.view, snapshot.number) === null) return null
  return { device: snapshot.number, span: { kind: 'between', ...selection } }
}

/** Which sample a picture needs, that at the cursor; null: none. */
export function momentRequest(snapshot: Snapshot, context: PictureContext): FindRequest | null {
  const { cursorUs } = context.view
  if (cursorUs === null || frozenOf(context.view, snapshot.number) === null) return null
  // About a character of the chart.
  const withinUs = Math.ceil((spanMs(context.view) * 1000) / chartCells(snapshot, context))
  return { device: snapshot.number, what: 'sample', atUs: Math.round(cursorUs), withinUs }
}

/** What a character of the chart covers, µs; as wide as the screen where there is no chart. */
export function cellUs(snapshot: Snapshot, trace: Trace | null, context: PictureContext): number {
  const { view, look, size } = context
  const chart = pictureLayout(snapshot, context).regions.chart
  const area = chart && { width: chart.width, height: chart.height, look }
  if (area) return chartPlot(snapshot, trace, view, area, context.figures, context.compared).cellUs
  return (spanMs(view) * 1000) / size.columns
}

/** Whether the curves are in a strip each, be it asked for or because there is room. */
export function isChartApart(snapshot: Snapshot, context: PictureContext): boolean {
  const chart = pictureLayout(snapshot, context).regions.chart
  return chart !== undefined && isApart({ ...context.view, height: chart.height })
}

/**
 * The view of one moment: pure, so that the same arguments always look the same.
 *
 * @param trace of the snapshot's device; null: not there yet
 * @param statistics those that `statisticsRequest` asks for; null: not there yet
 * @param due which parts are to be drawn
 * @param moment that `momentRequest` asks for; null: there is none, undefined: not there yet
 * @param overview that `overviewTraceRequest` asks for; null: not there yet
 */
export function buildPicture(
  snapshot: Snapshot,
  trace: Trace | null,
  context: PictureContext,
  statistics: SpanStatistics | null = null,
  due: ReadonlySet<Region> = new Set(REGIONS),
  moment?: Moment | null,
  overview: Trace | null = null,
): Picture {
  const { view, look, trouble } = context
  const layout = pictureLayout(snapshot, context)
  const offer = keyOffer(snapshot)
  const { figures = figuresOf(snapshot) } = context
  figures.begin(snapshot, view.units)
  const close = closeLook({
    ...{ snapshot, trace, context, moment, figures },
    statistics: context.selected ?? null,
    compared: context.compared ?? null,
  })
  const wall = due.has('gauges') ? wallOf(snapshot, layout, look, figures) : null
  const fill: Readonly<Record<Region, (area: Omit<PanelArea, 'look'>) => readonly Line[]>> = {
    tiny: ({ width }) => [tinyLine(snapshot, width, look, figures)],
    header: ({ width }) => [headerLine(snapshot, width, look)],
    devices: ({ width, height }) => deviceLines(snapshot, { width, height, look }, figures),
    values: ({ width, height }) => [
      close?.view.cursorUs
        ? cursorLine(close, { width, height, look })
        : valuesLine(snapshot, width, look, figures),
    ],
    gauges: ({ width, height }) => {
      if (wall !== null) return wall.lines
      return layout.gauges === 'big'
        ? bigGaugeLines(snapshot, { width, height, look }, figures)
        : gaugeLines(snapshot, width, look, figures)
    },
    chart: ({ width, height }) =>
      view.statistics === null
        ? chartPanel(snapshot, trace, view, { width, height, look }, figures, context.compared)
        : statisticsLines(snapshot, statistics, view, { width, height, look }, figures),
    histogram: ({ width, height }) =>
      histogramPanel(snapshot, trace, { width, height, look }, figures),
    overview: ({ width, height }) =>
      overviewLines(snapshot, overview, view, { width, height, look }, figures),
    table: ({ width, height }) =>
      close === null
        ? tableLines(snapshot, { width, height, look }, figures, context.p95)
        : cursorLines(close, { width, height, look }),
    totals: ({ width, height }) => [
      close === null
        ? totalsLine(snapshot, width, look, figures)
        : closeLine(close, { width, height, look }),
      ...batteryLines(snapshot, width, look, figures),
      ...cyclesLines(snapshot, width, look, figures),
    ],
    link: ({ width, height }) => linkLines(snapshot, { width, height, look }, figures),
    alarms: ({ width, height }) =>
      layout.gauges === 'wall'
        ? wallAlarmLines(snapshot, { width, height, look }, figures)
        : alarmLines(snapshot, { width, height, look }, figures),
    events: ({ width, height }) => eventLines(snapshot, { view, trouble }, { width, height, look }),
    keys: ({ width }) => [
      // Where there are no events, the word back about a key has its place here.
      (layout.regions.events ? null : noticeLine(snapshot, view, width)) ??
        keysLine(keysState(snapshot, context), offer, width),
    ],
  }
  const blocks: Partial<Record<Region, Block>> = {}
  for (const [region, rect] of Object.entries(layout.regions) as [Region, Rect][]) {
    if (!due.has(region)) continue
    const isFocused = region === view.focus
    if (isPanel(region) && layout.framed.includes(region)) {
      const number = 1 + PANELS.indexOf(region)
      const lines = fill[region](areaWithin(rect, look))
      const options = { panel: region, number, isFocused }
      blocks[region] = { rect, lines: framed(lines, rect, options, look) }
    } else {
      const lines = filled(fill[region](rect), rect)
      blocks[region] = { rect, lines: isFocused ? withMark(lines) : lines }
    }
  }
  return {
    layout,
    blocks,
    meters: due.has('gauges') ? metersOf(wall, layout, look) : null,
    overlay: overlayOf(snapshot, context),
  }
}

/** null: the gauges have another form. */
function wallOf(
  snapshot: Snapshot,
  { gauges, regions }: Layout,
  look: Look,
  figures: FigureMemory,
): WallPanel | null {
  const rect = regions.gauges
  if (gauges !== 'wall' || rect === undefined) return null
  return wallPanel(snapshot, { ...rect, look }, figures)
}

/** On the screen. Without colours, or in ASCII, the bars are characters. */
function metersOf(
  wall: WallPanel | null,
  { regions: { gauges } }: Layout,
  { ascii, colour }: Look,
): readonly Meter[] {
  if (wall === null || gauges === undefined || ascii || !colour) return []
  return wall.meters.map(({ gauge, rect }) => ({
    gauge,
    rect: { ...rect, x: rect.x + gauges.x, y: rect.y + gauges.y },
  }))
}

/** What is looked at closely; null: nothing is, or the chart of this device runs. */
function closeLook({
  context,
  ...answers
}: Omit<CloseLook, 'view' | 'cellUs'> & { readonly context: PictureContext }): CloseLook | null {
  const { view } = context
  const { snapshot, trace } = answers
  if (view.cursorUs === null && view.selection === null) return null
  if (frozenOf(view, snapshot.number) === null) return null
  return { ...answers, view, cellUs: cellUs(snapshot, trace, context) }
}

function closeLine(close: CloseLook, area: PanelArea): Line {
  return close.view.selection === null ? cursorLine(close, area) : selectionLine(close, area)
}

/** Exactly as many lines as the rectangle has. */
function filled(lines: readonly Line[], { width, height }: Rect): readonly Line[] {
  const missing = Math.max(0, height - lines.length)
  const empty = Array.from({ length: missing }, () => fitLine([], width))
  return [...lines.slice(0, height), ...empty]
}

/** `>` in the first cell, which is empty in every panel, says which one the focus is on. */
function withMark([first = [], ...others]: readonly Line[]): readonly Line[] {
  const [head, ...rest] = first
  if (head === undefined) return [first, ...others]
  return [[piece('>', 'bold'), { ...head, text: head.text.slice(1) }, ...rest], ...others]
}

/** The whole screen before there is a snapshot: why there is none, or nothing but the name. */
export function waitingPicture(context: PictureContext): Picture {
  const { size, look, trouble } = context
  const rect = { x: 0, y: 0, width: size.columns, height: Math.min(size.rows, 1) }
  const text = trouble === null ? ' waiting for the monitor' : ` ${cellText(trouble, look)}`
  const style = trouble === null ? 'dim' : 'bad'
  const line = fitLine([piece(cutEnd(text, size.columns, look), style)], size.columns)
  return {
    layout: { size, regions: { tiny: rect }, gauges: 'rows', framed: [] },
    blocks: { tiny: { rect, lines: [line] } },
    meters: [],
    overlay: overlayOf(null, context),
  }
}

/** How much help there is, and how much of it is shown at once. @param snapshot null: there is none yet */
export function helpRoom(snapshot: Snapshot | null, { size, look }: PictureContext): HelpExtent {
  return helpExtent(keyOffer(snapshot), { width: size.columns, height: size.rows, look })
}

/** First words stand so long from the start, unless a key is pressed before, µs. */
const FIRST_WORDS_US = 60e6

function keysState(snapshot: Snapshot, { view, hints }: PictureContext): KeysState {
  const { number, nowUs, startedUs, oldestUs } = snapshot
  // Where the log has samples of an earlier run, nobody is new to it.
  const isFirstRun = oldestUs === null || oldestUs >= startedUs
  const isYoung = nowUs - startedUs < FIRST_WORDS_US
  return {
    isNew: hints === true && !view.touched && isFirstRun && isYoung,
    frozen: frozenOf(view, number) !== null,
    cursor: view.cursorUs !== null,
    selection: view.selection !== null,
    pressing: pressingWord(snapshot) !== null,
    mouse: view.mouse,
  }
}

/** What lies where on the screen, for the mouse. */
export function pointerMap(
  snapshot: Snapshot,
  trace: Trace | null,
  context: PictureContext,
): PointerMap {
  const { view, look, figures, compared } = context
  const { layout, blocks } = buildPicture(snapshot, trace, context)
  const { chart } = layout.regions
  const area = chart && { width: chart.width, height: chart.height, look }
  const isChart = area !== undefined && view.statistics === null
  const plot = isChart ? chartPlot(snapshot, trace, view, area, figures, compared) : null
  const legend = isChart ? chartPanelLegend(snapshot, trace, view, area, figures, compared) : []
  return {
    regionAt: (x, y) => regionAt(layout, x, y),
    targetAt: (x, y) => {
      const region = regionAt(layout, x, y)
      const block = region === null ? undefined : blocks[region]
      if (!block) return null
      const [column, row] = [x - block.rect.x, y - block.rect.y]
      const letter = (region === 'chart' ? legend : []).find(
        (each) => each.y === row && column >= each.x && column < each.x + each.width,
      )
      if (letter !== undefined) return letter.target
      return targetIn(block.lines[row] ?? [], column)
    },
    timeAt: (x, y) => {
      if (!chart || plot === null || plot.startUs === null) return null
      const cell = x - chart.x - plot.left
      const isPlot = cell >= 0 && cell < plot.cells && y > chart.y && y < chart.y + chart.height - 1
      return isPlot ? plot.startUs + (cell + 0.5) * plot.cellUs : null
    },
  }
}

function keyOffer(snapshot: Snapshot | null): KeyOffer {
  return {
    several: snapshot !== null && snapshot.devices.length > 1,
    alarms: snapshot !== null && hasAlarms(snapshot),
  }
}

function overlayOf(snapshot: Snapshot | null, context: PictureContext): Block | null {
  const { view, size, look, completion } = context
  const area = { width: size.columns, height: size.rows, look }
  if (view.prompt !== null) {
    return atBottom(promptLines(view.prompt, completion ?? NO_COMPLETION, area), size, 0)
  }
  if (isTiny(size)) return null
  if (view.help !== null) return helpBlock(keyOffer(snapshot), context)
  const text = snapshot === null ? null : longNotice(view, snapshot.nowUs, size)
  // The keys stay.
  return text === null ? null : atBottom(answerLines(text, area), size, 1)
}

/** What is said to the user at the moment and is too long for the event line; null: nothing is. */
function longNotice({ notice }: ViewState, nowUs: number, size: Size): string | null {
  if (notice === null || notice.untilUs <= nowUs) return null
  return notice.text.length > size.columns - 2 ? notice.text : null
}

function atBottom(lines: readonly Line[], { columns, rows }: Size, above: number): Block {
  const y = Math.max(0, rows - above - lines.length)
  return { rect: { x: 0, y, width: columns, height: lines.length }, lines }
}

function helpBlock(offer: KeyOffer, { view, size, look }: PictureContext): Block | null {
  if (view.help === null) return null
  const lines = helpLines(offer, view.help, { width: size.columns, height: size.rows, look })
  const width = lineWidth(lines[0] ?? [])
  const height = lines.length
  const rect = {
    x: Math.max(0, Math.floor((size.columns - width) / 2)),
    y: Math.max(0, Math.floor((size.rows - height) / 2)),
    width,
    height,
  }
  return { rect, lines }
}
