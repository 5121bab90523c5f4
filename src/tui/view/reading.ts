import { agoText } from '../../figures/format.ts'
import { isArmed, SOURCE_STYLE, sourcePlace } from '../../figures/source-state.ts'
import type { Snapshot, SourceView } from '../../monitor/view.ts'
import { cellText, cutEnd } from './cell-text.ts'
import type { Look } from './look.ts'
import type { Style } from './styled.ts'

/** How a state of a source is shown, wherever it is: the values of a log are its last, and nothing has ended. */
export function stateWord(
  { of }: Pick<Snapshot, 'of'>,
  source: SourceView,
): { readonly word: string; readonly style: Style } {
  const { state, serverAwayMs } = source
  // Nobody knows how the device is doing: a quiet one must not look like this.
  if (serverAwayMs !== undefined) return { word: 'RECONNECTING', style: 'bad' }
  if (isArmed(source)) return { word: 'ARMED', style: 'warn' }
  if (of === 'log' && state === 'ended') return { word: 'LAST', style: 'dim' }
  return { word: state.toUpperCase(), style: SOURCE_STYLE[state] }
}

/** The word, and for how long a server has been away, or what the device waits for: `RECONNECTING 12 s`, `ARMED rise to 1.5 A`. */
export function stateText(snapshot: Snapshot): { readonly word: string; readonly style: Style } {
  const { word, style } = stateWord(snapshot, snapshot.source)
  const { serverAwayMs, armed = '' } = snapshot.source
  if (serverAwayMs !== undefined) return { word: `${word} ${agoText(serverAwayMs)}`, style }
  return { word: isArmed(snapshot.source) ? `${word} ${armed}`.trimEnd() : word, style }
}

/** The most of a device's own word that is shown, in cells. */
const WORD_CELLS = 16

/** A word that the device says of itself: its status, its mode. */
export function deviceWord(word: string, look: Look): string {
  return cutEnd(cellText(word, look), WORD_CELLS, look)
}

/** Where a device is reached. */
export function sourceText(source: SourceView, look: Look): string {
  return cellText(sourcePlace(source), look)
}

/** What may be shown as the newest values, and what keeps them from being of now. */
export interface Reading {
  /** Of the newest sample by channel id; null where that one was not measured or is out of range. */
  readonly values: Readonly<Record<string, number>> | null
  /** False: `values`, if any, are the last there were, and must not look like those of now. */
  readonly current: boolean
  /** Why not: `SILENT`, `nosensor !`; empty while current and before the first sample. */
  readonly word: string
  readonly style: Style
}

/** A source that is not live outweighs the status: nobody knows what the sensor says now. */
export function readingOf(snapshot: Snapshot, look: Look): Reading {
  const { source, sampleUs, valuesUs, status } = snapshot
  const values = valuesUs === sampleUs ? snapshot.values : null
  if (source.state !== 'live' || isArmed(source)) {
    return { values, current: false, ...stateText(snapshot) }
  }
  if (values !== null) return { values, current: true, word: '', style: 'plain' }
  if (sampleUs === null) return { values, current: false, word: '', style: 'dim' }
  const word = `${deviceWord(status, look)} !`
  return { values, current: false, word, style: 'bad' }
}
