import type { Strip } from '../../chart/strips.ts'
import type { Trace } from '../../chart/trace.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { agoText, momentText, spanText, timeOfDayText } from '../view/format.ts'
import type { PanelArea } from '../view/look.ts'
import { type Line, type Piece, piece } from '../view/styled.ts'
import { type Frozen, frozenOf, spanMs } from '../view/time-window.ts'
import type { ViewState } from '../view/view-state.ts'
import { type ChartOptions, chartLines, chartStrips, isApart, plotExtent } from './chart.ts'

/**
 * The chart with its title: how much time, in which arrangement, running or frozen.
 *
 * @param trace of the snapshot's device; null: not there yet
 */
export function chartPanel(
  snapshot: Snapshot,
  trace: Trace | null,
  view: ViewState,
  area: PanelArea,
): readonly Line[] {
  return chartLines(trace, chartOptions(snapshot, trace, view, area))
}

/** The characters of the chart's plot, as in `chartPanel`. */
export function chartPlot(
  snapshot: Snapshot,
  trace: Trace | null,
  view: ViewState,
  area: PanelArea,
): { readonly left: number; readonly cells: number } {
  return plotExtent(trace, chartOptions(snapshot, trace, view, area))
}

function chartOptions(
  snapshot: Snapshot,
  trace: Trace | null,
  view: ViewState,
  { width, height, look }: PanelArea,
): ChartOptions {
  const { arrangement } = view
  const frozen = frozenOf(view, snapshot.number)
  const { channels } = snapshot
  const strips = chartStrips(channels, { arrangement, height })
  const name = isApart({ arrangement, height }) ? 'strips' : 'overlay'
  const count = channelCount(strips, channels.length)
  const drawn = frozen || count === '' ? name : `${name}, ${count}`
  return {
    width,
    height,
    spanMs: spanMs(view),
    endUs: frozen?.endUs ?? silentEdgeUs(snapshot),
    channels,
    strips,
    title: [
      piece(` ${spanText(spanMs(view))} `, 'bold'),
      piece(`${drawn} `, 'dim'),
      ...(frozen ? [frozenText(frozen, snapshot)] : []),
    ],
    // The count gives way to the note that the chart stands still, where there is no room for both.
    note: frozen ? notePieces(count) : notePieces(newestText(snapshot)),
    message: emptyText(snapshot, trace, view),
    look,
  }
}

/**
 * Now, in the device's time, where samples stay away that should come, so that the gap is seen to
 * grow; null: the newest sample, for no pause of a slow device is a gap.
 */
function silentEdgeUs({ source, sampleUs, nowUs, lagMs }: Snapshot): number | null {
  const isAway = source.state === 'silent' || source.state === 'waiting'
  if (!isAway || sampleUs === null) return null
  return Math.max(sampleUs, nowUs - lagMs * 1000)
}

function frozenText({ sinceUs, endUs }: Frozen, { nowUs }: Snapshot): Piece {
  const forMs = (nowUs - sinceUs) / 1000
  return piece(` FROZEN for ${agoText(forMs)}, up to ${momentText(endUs, nowUs)} `, 'invert')
}

function newestText({ sampleUs }: Snapshot): string {
  return sampleUs === null ? '' : timeOfDayText(sampleUs)
}

function notePieces(text: string): Piece[] {
  return text === '' ? [] : [piece(` ${text} `, 'dim')]
}

/** `4 of 13 channels`; empty where all have a place in the chart. */
function channelCount(strips: readonly Strip[], channels: number): string {
  const shown = strips.reduce((sum, strip) => sum + strip.channels.length, 0)
  return shown === channels ? '' : `${shown} of ${channels} channels`
}

/** Why there is nothing to draw. */
function emptyText({ sampleUs }: Snapshot, trace: Trace | null, view: ViewState): string {
  if (sampleUs === null) return 'no samples yet'
  return trace === null ? 'reading the samples' : `no samples in these ${spanText(spanMs(view))}`
}
