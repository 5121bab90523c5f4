import type { Strip } from '../../chart/strips.ts'
import type { Trace } from '../../chart/trace.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { channelsOf } from '../view/channel-text.ts'
import { agoText, momentText, spanText, timeOfDayText } from '../view/format.ts'
import type { PanelArea } from '../view/look.ts'
import { type Line, type Piece, piece } from '../view/styled.ts'
import { type Frozen, frozenOf, spanMs, type ViewState } from '../view/view-state.ts'
import { chartLines, chartStrips, isApart } from './chart.ts'

/**
 * The chart with its title: how much time, in which arrangement, running or frozen.
 *
 * @param trace of the snapshot's device; null: not there yet
 */
export function chartPanel(
  snapshot: Snapshot,
  trace: Trace | null,
  view: ViewState,
  { width, height, look }: PanelArea,
): readonly Line[] {
  const { arrangement } = view
  const frozen = frozenOf(view, snapshot.number)
  const { all } = channelsOf(snapshot)
  const strips = chartStrips(all, { arrangement, height })
  const span = piece(` ${spanText(spanMs(view))} `, 'bold')
  const drawn = arrangementText(isApart({ arrangement, height }), strips, all.length)
  return chartLines(trace, {
    width,
    height,
    spanMs: spanMs(view),
    endUs: frozen?.endUs ?? null,
    channels: all,
    strips,
    // A narrow title gives up its note first: never that the chart stands still.
    title: frozen ? [span, frozenText(frozen, snapshot)] : [span, drawn],
    note: frozen ? [piece(' '), drawn] : [newestText(snapshot)],
    message: emptyText(snapshot, trace, view),
    look,
  })
}

function frozenText({ sinceUs, endUs }: Frozen, { nowUs }: Snapshot): Piece {
  const forMs = (nowUs - sinceUs) / 1000
  return piece(` FROZEN for ${agoText(forMs)}, up to ${momentText(endUs, nowUs)} `, 'invert')
}

function newestText({ sampleUs }: Snapshot): Piece {
  return piece(` ${sampleUs === null ? '' : timeOfDayText(sampleUs)} `, 'dim')
}

/** `overlay `, or `strips, 4 of 13 channels ` where some have no place in the chart. */
function arrangementText(apart: boolean, strips: readonly Strip[], channels: number): Piece {
  const shown = strips.reduce((sum, strip) => sum + strip.channels.length, 0)
  const name = apart ? 'strips' : 'overlay'
  const text = shown === channels ? name : `${name}, ${shown} of ${channels} channels`
  return piece(`${text} `, 'dim')
}

/** Why there is nothing to draw. */
function emptyText({ sampleUs }: Snapshot, trace: Trace | null, view: ViewState): string {
  if (sampleUs === null) return 'no samples yet'
  return trace === null ? 'reading the samples' : `no samples in these ${spanText(spanMs(view))}`
}
