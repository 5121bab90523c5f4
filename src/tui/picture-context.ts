import { shownOf } from '../chart/columns.ts'
import type { Trace } from '../chart/trace.ts'
import { isElectric } from '../domain/channels.ts'
import { mainChannels } from '../domain/main-channels.ts'
import { listedDevices } from '../figures/offer.ts'
import type { Snapshot } from '../monitor/view.ts'
import { pressingWord } from './panels/alarms.ts'
import { hasBatteryLine } from './panels/battery.ts'
import type { Chart } from './panels/chart.ts'
import { chartPanel } from './panels/chart-panel.ts'
import { isApart } from './panels/chart-shape.ts'
import { energyRows } from './panels/energy.ts'
import { linkRows } from './panels/link.ts'
import { pollRows } from './panels/polling.ts'
import { sinkRows } from './panels/sinks.ts'
import type { ComparedTraces } from './view/compare.ts'
import type { FigureMemory } from './view/figure-memory.ts'
import type { KeyOffer } from './view/keymap.ts'
import {
  hasNumbers,
  isTiny,
  type Layout,
  layoutFor,
  PANELS,
  type Panel,
  panelsIn,
  type Size,
} from './view/layout.ts'
import type { Look } from './view/look.ts'
import type { Completion } from './view/prompt.ts'
import { frozenOf, spanMs } from './view/time-window.ts'
import type { ViewState } from './view/view-state.ts'

/** What a picture depends on besides the snapshot and the answers about it. */
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
  /** What `compareRequest` asks for; default: not there yet. */
  readonly compared?: ComparedTraces | null
  /** First words for who is new to it; absent: none. */
  readonly hints?: boolean
}

interface KnownLayout {
  readonly view: ViewState
  readonly layout: Layout
}

/** The newest of each snapshot: all that makes a picture asks for it. */
const knownLayouts = new WeakMap<Snapshot, KnownLayout>()

/** What has a place on the screen, and where. */
export function pictureLayout(snapshot: Snapshot, { size, view }: PictureContext): Layout {
  const known = knownLayouts.get(snapshot)
  if (known?.view === view && isSameSize(known.layout.size, size)) return known.layout
  const layout = madeLayout(snapshot, size, view)
  knownLayouts.set(snapshot, { view, layout })
  return layout
}

function isSameSize(one: Size, other: Size): boolean {
  return one.columns === other.columns && one.rows === other.rows
}

function madeLayout(snapshot: Snapshot, size: Size, view: ViewState): Layout {
  const { channels } = snapshot
  const main = mainChannels(channels).length
  return layoutFor(size, {
    preset: view.preset,
    expanded: view.expanded,
    bigGaugesAllowed: mainChannels(channels).some(isElectric),
    devices: listedDevices(snapshot).length,
    mainChannels: main,
    moreChannels: channels.length - main,
    alarms: snapshot.alarms.length + snapshot.latches.length,
    pressing: pressingWord(snapshot) !== null,
    selects: view.selection !== null && frozenOf(view, snapshot.number) !== null,
    totalsRows:
      closeRows(size, view) +
      Number(hasBatteryLine(snapshot)) +
      energyRows(size, snapshot) +
      Number(snapshot.cycles !== null) +
      pollRows(size, snapshot) +
      sinkRows(size, snapshot),
    linkRows: linkRows(snapshot),
  })
}

/** What is said of a selection needs a second row below this width. */
const SELECTION_COLUMNS = 170

function closeRows({ columns }: Size, { selection }: ViewState): number {
  return selection !== null && columns < SELECTION_COLUMNS ? 2 : 1
}

/** There is something that may be acknowledged, now or later. */
function hasAlarms({ alarms, latches }: Snapshot): boolean {
  return alarms.length > 0 || latches.length > 0
}

/** The panels that can be gone to and shown alone. */
export function panelsOf(snapshot: Snapshot, context: PictureContext): Panel[] {
  const view = { ...context.view, expanded: null }
  return panelsIn(pictureLayout(snapshot, { ...context, view }))
}

/** Those that can only be shown alone: there is no place for them. */
export function panelsAlone(snapshot: Snapshot, context: PictureContext): Panel[] {
  if (isTiny(context.size)) return []
  const placed = panelsOf(snapshot, context)
  return PANELS.filter(
    (panel) => !placed.includes(panel) && (panel !== 'alarms' || hasAlarms(snapshot)),
  )
}

/** Which keys are of use. @param snapshot null: there is none yet */
export function keyOffer(snapshot: Snapshot | null): KeyOffer {
  return {
    several: snapshot !== null && listedDevices(snapshot).length > 1,
    alarms: snapshot !== null && hasAlarms(snapshot),
  }
}

/** The chart in its place; null: it has none. @param isReading as `Charted` has it */
export function placedChart(
  snapshot: Snapshot,
  trace: Trace | null,
  context: PictureContext,
  isReading = false,
): Chart | null {
  const layout = pictureLayout(snapshot, context)
  const { chart } = layout.regions
  if (chart === undefined) return null
  const charted = { ...context, snapshot, trace, isReading, isNumbered: hasNumbers(layout) }
  return chartPanel(charted, { ...chart, look: context.look })
}

/** What a character of the chart covers, µs; as wide as the screen where there is no chart. */
export function cellUs(chart: Chart | null, { view, size }: PictureContext): number {
  return chart?.plot.cellUs ?? (spanMs(view) * 1000) / size.columns
}

/** What the chart shows of its trace, or would show where it has no place; null: nothing is there. */
export function shownTrace(
  snapshot: Snapshot,
  trace: Trace | null,
  context: PictureContext,
  chart: Chart | null,
): Trace | null {
  if (trace === null) return null
  const { size, look } = context
  const whole = { width: size.columns, height: size.rows, look }
  const { plot } = chart ?? chartPanel({ ...context, snapshot, trace }, whole)
  if (plot.startUs === null) return trace
  return shownOf(trace, { startUs: plot.startUs, slotUs: plot.cellUs, length: plot.cells })
}

/** Whether the curves are in a strip each, be it asked for or because there is room. */
export function isChartApart(snapshot: Snapshot, context: PictureContext): boolean {
  const chart = pictureLayout(snapshot, context).regions.chart
  return chart !== undefined && isApart({ ...context.view, height: chart.height })
}
