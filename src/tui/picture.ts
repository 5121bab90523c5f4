import type { Trace } from '../chart/trace.ts'
import type { Moment, Snapshot, SpanStatistics } from '../monitor/view.ts'
import { overlayOf } from './overlay.ts'
import { alarmLines, pressingWord } from './panels/alarms.ts'
import { batteryLines } from './panels/battery.ts'
import { bigGaugeLines } from './panels/big-gauges.ts'
import type { CloseLook } from './panels/close-look.ts'
import { cursorLine, cursorLines } from './panels/cursor.ts'
import { cyclesLines } from './panels/cycles.ts'
import { deviceLines } from './panels/devices.ts'
import { energyLines, energyRows } from './panels/energy.ts'
import { eventLines, noticeLine } from './panels/events.ts'
import { gaugeLines } from './panels/gauges.ts'
import { headerLine } from './panels/header.ts'
import { histogramPanel } from './panels/histogram.ts'
import { type KeysState, keysLine } from './panels/keys.ts'
import { linkLines } from './panels/link.ts'
import { overviewChart } from './panels/overview.ts'
import { pollLines, pollRows } from './panels/polling.ts'
import { selectionLines } from './panels/selection.ts'
import { sinkLines, sinkRows } from './panels/sinks.ts'
import { statisticsLines } from './panels/statistics.ts'
import { tableLines } from './panels/table.ts'
import { tinyLine } from './panels/tiny.ts'
import { totalsLine } from './panels/totals.ts'
import { valuesLine } from './panels/values.ts'
import { type Meter, type WallPanel, wallPanel } from './panels/wall.ts'
import { wallAlarmLines } from './panels/wall-alarms.ts'
import {
  cellUs,
  keyOffer,
  type PictureContext,
  pictureLayout,
  placedChart,
  shownTrace,
} from './picture-context.ts'
import { cellText, cutEnd } from './view/cell-text.ts'
import { type FigureMemory, figuresOf } from './view/figure-memory.ts'
import { areaWithin, type Block, framed, PANEL_TITLE } from './view/frame.ts'
import { hasNumbers, isPanel, type Layout, REGIONS, type Rect, type Region } from './view/layout.ts'
import type { Look, PanelArea } from './view/look.ts'
import { fitLine, type Line, piece } from './view/styled.ts'
import { frozenOf } from './view/time-window.ts'
import type { ViewState } from './view/view-state.ts'
import type { P95ByWindow } from './window-percentiles.ts'

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

/** What the requests of `picture-requests.ts` have brought, the trace apart. */
export interface PictureAnswers {
  /** Of `statisticsRequest`; absent or null: not there yet. */
  readonly statistics?: SpanStatistics | null
  /** Of `selectionRequest`; absent or null: not there yet. */
  readonly selected?: SpanStatistics | null
  /** Of `momentRequest`; null: there is none, absent: not there yet. */
  readonly moment?: Moment | null | undefined
  /** Of `overviewTraceRequest`; absent or null: not there yet. */
  readonly overview?: Trace | null
  /** The trace stands in for that of `traceRequest`, which is on its way. Default: it is that */
  readonly isReading?: boolean
  /** Of the windows that `p95Windows` names; absent: not there yet. */
  readonly p95?: P95ByWindow
}

/**
 * The view of one moment: pure, so that the same arguments always look the same.
 *
 * @param trace of the snapshot's device; null: not there yet
 * @param due which parts are to be drawn
 */
export function buildPicture(
  snapshot: Snapshot,
  trace: Trace | null,
  context: PictureContext,
  {
    statistics = null,
    selected = null,
    moment,
    overview = null,
    p95,
    isReading,
  }: PictureAnswers = {},
  due: ReadonlySet<Region> = new Set(REGIONS),
): Picture {
  const { view, look, trouble } = context
  const layout = pictureLayout(snapshot, context)
  const isNumbered = hasNumbers(layout)
  const offer = keyOffer(snapshot)
  const { figures = figuresOf(snapshot) } = context
  figures.begin(snapshot, view.units)
  const chart = placedChart(snapshot, trace, { ...context, figures }, isReading)
  const close: CloseLook | null = isClose(view, snapshot)
    ? {
        snapshot,
        view,
        trace,
        cellUs: cellUs(chart, context),
        compared: context.compared ?? null,
        moment,
        statistics: selected,
        figures,
      }
    : null
  const wall = due.has('gauges') ? wallOf(snapshot, layout, look, figures) : null
  const fill: Readonly<Record<Region, (area: Omit<PanelArea, 'look'>) => readonly Line[]>> = {
    tiny: ({ width }) => [tinyLine(snapshot, width, look, figures)],
    header: ({ width }) => [headerLine(snapshot, width, look)],
    devices: ({ width, height }) => deviceLines(snapshot, { width, height, look }, figures),
    values: ({ width, height }) => [
      close !== null && view.cursorUs !== null
        ? cursorLine(close, { width, height, look })
        : valuesLine(snapshot, width, look, figures),
    ],
    gauges: ({ width, height }) => {
      if (wall !== null) return wall.lines
      return layout.gauges === 'big'
        ? bigGaugeLines(snapshot, { width, height, look }, figures, isNumbered)
        : gaugeLines(snapshot, width, look, figures)
    },
    chart: ({ width, height }) =>
      view.statistics === null
        ? (chart?.lines ?? [])
        : statisticsLines(snapshot, statistics, view, { width, height, look }, figures),
    histogram: ({ width, height }) =>
      histogramPanel(
        snapshot,
        shownTrace(snapshot, trace, { ...context, figures }, chart),
        { width, height, look },
        figures,
      ),
    overview: ({ width, height }) =>
      overviewChart(
        { snapshot, trace: overview, view, figures, isNumbered },
        { width, height, look },
      ).lines,
    table: ({ width, height }) =>
      close === null
        ? tableLines(snapshot, { width, height, look }, figures, p95)
        : cursorLines(close, { width, height, look }),
    totals: ({ width, height }) => [
      ...(close === null
        ? [totalsLine(snapshot, width, look, figures)]
        : closeLines(close, { width, height, look })),
      ...energyLines(snapshot, width, look, figures, energyRows(context.size, snapshot)),
      ...batteryLines(snapshot, width, look, figures),
      ...cyclesLines(snapshot, width, look, figures),
      ...pollLines(snapshot, width, look, pollRows(context.size, snapshot)),
      ...sinkLines(snapshot, width, look, sinkRows(context.size, snapshot)),
    ],
    link: ({ width, height }) => linkLines(snapshot, { width, height, look }, figures),
    alarms: ({ width, height }) =>
      layout.gauges === 'wall'
        ? wallAlarmLines(snapshot, { width, height, look }, figures)
        : alarmLines(snapshot, { width, height, look }, figures),
    events: ({ width, height }) => eventLines(snapshot, { view, trouble }, { width, height, look }),
    keys: ({ width }) => [
      // Where there are no events, the notice has its place here.
      (layout.regions.events ? null : noticeLine(snapshot, view, width)) ??
        keysLine(keysState(snapshot, context), offer, width),
    ],
  }
  const blocks: Partial<Record<Region, Block>> = {}
  for (const [region, rect] of Object.entries(layout.regions) as [Region, Rect][]) {
    if (!due.has(region)) continue
    const isFocused = region === view.focus
    if (isPanel(region) && layout.framed.includes(region)) {
      const lines = fill[region](areaWithin(rect, look))
      const isOfClose = close !== null && region === 'totals'
      const title = isOfClose ? closeTitle(view) : PANEL_TITLE[region]
      const options = { panel: region, title, isFocused }
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

/** Something is looked at closely, and the chart of this device stands still. */
function isClose(view: ViewState, { number }: Snapshot): boolean {
  return (view.cursorUs !== null || view.selection !== null) && frozenOf(view, number) !== null
}

/** What stands in the place of charge and energy. */
function closeTitle({ selection }: ViewState): string {
  return selection === null ? 'cursor' : 'selection'
}

function closeLines(close: CloseLook, area: PanelArea): readonly Line[] {
  return close.view.selection === null ? [cursorLine(close, area)] : selectionLines(close, area)
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
