import type { Strip } from '../../chart/strips.ts'
import type { Trace } from '../../chart/trace.ts'
import type { Channel } from '../../domain/channels.ts'
import { agoText, momentText, preciseText, spanText } from '../../figures/format.ts'
import { isArmed } from '../../figures/source-state.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { nameText } from '../view/channel-text.ts'
import { type ComparedTraces, comparedChannel, comparedDevices } from '../view/compare.ts'
import { type FigureMemory, figuresOf } from '../view/figure-memory.ts'
import { panelHead } from '../view/frame.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { type Piece, piece } from '../view/styled.ts'
import { type Frozen, frozenOf, spanMs } from '../view/time-window.ts'
import type { ViewState } from '../view/view-state.ts'
import { Chart } from './chart.ts'
import type { ChartMarks } from './chart-marks.ts'
import type { ChartOptions } from './chart-plot.ts'
import { chartStrips, isApart } from './chart-shape.ts'

/** What a chart of a device is about. */
export interface Charted {
  readonly snapshot: Snapshot
  readonly view: ViewState
  /** Of the snapshot's device; null: not there yet. */
  readonly trace: Trace | null
  /** What the screen writes its figures with. Default: it has just been opened */
  readonly figures?: FigureMemory
  /** In the device's place, where several are compared. Default: not there yet */
  readonly compared?: ComparedTraces | null
  /** The trace stands in for that of another moment or span, which is on its way. Default: it is that */
  readonly isReading?: boolean
  /** It says by which key it is gone to. Default: it does not */
  readonly isNumbered?: boolean
}

/** The chart as it fills its panel, with its title: how much time, in which arrangement, running or frozen. */
export function chartPanel(charted: Charted, area: PanelArea): Chart {
  const { snapshot, view } = charted
  // Before the first sample there is no time to put on the axis.
  const trace = snapshot.sampleUs === null && snapshot.oldestUs === null ? null : charted.trace
  const all: Required<Charted> = {
    compared: null,
    isReading: false,
    isNumbered: false,
    ...charted,
    trace,
    figures: charted.figures ?? figuresOf(snapshot, view.units),
  }
  const own = ownOptions(all, area)
  const channel = comparedChannel(snapshot, view.compare)
  return new Chart(trace, channel === null ? own : comparedOptions(own, channel, all))
}

/** One quantity of several devices, in the place of all of one. @param own those of the device in full */
function comparedOptions(
  own: ChartOptions & { readonly marks: ChartMarks },
  channel: Channel,
  { snapshot, view, compared, figures, isNumbered }: Required<Charted>,
): ChartOptions {
  const { look, height } = own
  const devices = comparedDevices(snapshot, channel)
  const frozen = frozenOf(view, snapshot.number)
  const name = channel.quantity === null ? nameText(channel, look) : channel.unit
  const count = devices.length
  const all = snapshot.devices.length
  const of = count === all ? `${count} devices` : `${count} of ${all} devices`
  const forms = devices.map(({ number }) => figures.axisForms(number, look))
  return {
    ...own,
    isReading: false,
    // The edge of the newest answer: all of them end there.
    endUs: frozen?.endUs ?? compared?.endUs ?? null,
    strips: [{ channels: [channel], top: 0, rows: Math.max(1, height - 2) }],
    compared: { channel, devices, traces: compared?.traces ?? null },
    formOf: (each, magnitude) => {
      const all = forms.map((formOf) => formOf(each, magnitude))
      return all.reduce((best, form) => (form.finest < best.finest ? form : best))
    },
    title: [
      ...(isNumbered ? panelHead('chart') : []),
      piece(` ${spanText(spanMs(view))} `, 'bold'),
      piece(`${name} of ${of} `, 'dim'),
      ...(frozen ? [frozenText(frozen, snapshot, view.cursorUs === null)] : []),
    ],
    note: notePieces(noteText(snapshot, view, null, look)),
    message:
      compared === null ? 'reading the samples' : `no samples in these ${spanText(spanMs(view))}`,
    // Each device has its own.
    marks: { ...own.marks, limits: [] },
  }
}

function ownOptions(
  { snapshot, view, trace, figures, isReading, isNumbered }: Required<Charted>,
  { width, height, look }: PanelArea,
): ChartOptions & { readonly marks: ChartMarks } {
  const { arrangement, hidden, cursorUs, selection } = view
  const frozen = frozenOf(view, snapshot.number)
  const { channels } = snapshot
  const visible = channels.filter(({ id }) => !hidden.includes(id))
  const strips = chartStrips(visible, { arrangement, height })
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
    hidden,
    isReading,
    title: [
      ...(isNumbered ? panelHead('chart') : []),
      piece(` ${spanText(spanMs(view))} `, 'bold'),
      piece(`${drawn} `, 'dim'),
      ...(frozen ? [frozenText(frozen, snapshot, cursorUs === null)] : []),
    ],
    note: notePieces(noteText(snapshot, view, frozen === null ? null : count, look)),
    message: visible.length === 0 ? 'all curves are hidden' : emptyText(snapshot, trace, view),
    marks: { limits: snapshot.limits, cursorUs, selection },
    formOf: figures.axisForms(snapshot.number, look),
    look,
  }
}

/**
 * Now, in the device's time, where samples stay away that should come, so that the gap is seen to
 * grow; null: the newest sample, for no pause of a slow device is a gap.
 */
export function silentEdgeUs({
  source,
  sampleUs,
  oldestUs,
  nowUs,
  lagMs,
}: Snapshot): number | null {
  const isAway = source.state === 'silent' || source.state === 'waiting' || isArmed(source)
  if (!isAway) return null
  // Of an earlier run the log may have something to look at before the first sample of this one.
  if (sampleUs === null) return oldestUs === null ? null : nowUs
  return Math.max(sampleUs, nowUs - lagMs * 1000)
}

/** @param withEnd there is no cursor, whose time is of more use than that of the right edge */
function frozenText(
  { sinceUs, endUs }: Frozen,
  { nowUs, of, source }: Snapshot,
  withEnd: boolean,
): Piece {
  // Nothing runs in a log that nobody writes, so that nothing stands still either.
  if (of === 'log' && source.state !== 'live') {
    return piece(withEnd ? ` up to ${momentText(endUs, nowUs)} ` : '', 'bold')
  }
  const forText = `FROZEN for ${agoText((nowUs - sinceUs) / 1000)}`
  const text = withEnd ? `${forText}, up to ${momentText(endUs, nowUs)}` : forText
  return piece(` ${text} `, 'invert')
}

/**
 * The time at the cursor, else that of the newest sample, or of now where the right edge is now. In a
 * chart that stands still, the count of the channels has this place, for there is none beside the note that it does.
 */
function noteText(
  snapshot: Snapshot,
  { cursorUs }: ViewState,
  frozenCount: string | null,
  { glyphs }: Look,
): string {
  if (cursorUs !== null) return `${glyphs.cursor} ${preciseText(cursorUs, snapshot.nowUs)}`
  if (frozenCount !== null) return frozenCount
  const edgeUs = silentEdgeUs(snapshot) ?? snapshot.sampleUs
  return edgeUs === null ? '' : momentText(edgeUs, snapshot.nowUs)
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
function emptyText(snapshot: Snapshot, trace: Trace | null, view: ViewState): string {
  if ((silentEdgeUs(snapshot) ?? snapshot.sampleUs) === null) return 'no samples yet'
  return trace === null ? 'reading the samples' : `no samples in these ${spanText(spanMs(view))}`
}
