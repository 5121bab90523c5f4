import { saidText } from '../../figures/alarm-state.ts'
import { momentText } from '../../figures/format.ts'
import type { EventView, Snapshot } from '../../monitor/view.ts'
import { countText } from '../../util/number-text.ts'
import { cellText, cutEnd } from '../view/cell-text.ts'
import type { PanelArea } from '../view/look.ts'
import { fitLine, type Line, piece, type Style } from '../view/styled.ts'
import type { ViewState } from '../view/view-state.ts'

interface Message {
  readonly text: string
  readonly style: Style
}

interface EventContext {
  readonly view: ViewState
  /** Why what is shown may be old: the view did not answer; null: it did. */
  readonly trouble: string | null
}

/** What needs attention now, then the newest events; exactly `height` lines. */
export function eventLines(
  snapshot: Snapshot,
  { view, trouble }: EventContext,
  { width, height, look }: PanelArea,
): Line[] {
  const { nowUs } = snapshot
  const messages: Message[] = [
    ...pressing(snapshot, view, trouble),
    ...eventsBeside(snapshot).map((event) => ({
      text: eventText(event, nowUs),
      style: 'plain' as const,
    })),
  ]
  return Array.from({ length: height }, (_, i) => {
    const message = messages[i]
    if (!message) return fitLine([], width)
    const text = cutEnd(` ${cellText(message.text, look)}`, width, look)
    return fitLine([piece(text, message.style)], width)
  })
}

/** The notice; null: there is none. */
export function noticeLine({ nowUs }: Snapshot, { notice }: ViewState, width: number): Line | null {
  if (notice === null || notice.untilUs <= nowUs) return null
  return fitLine([piece(` ${notice.text} `, 'invert')], width)
}

function pressing(
  { source, log, unnumbered, nowUs }: Snapshot,
  view: ViewState,
  trouble: string | null,
): Message[] {
  const messages: Message[] = []
  if (view.notice && view.notice.untilUs > nowUs) {
    messages.push({ text: view.notice.text, style: 'invert' })
  }
  if (trouble !== null) messages.push({ text: trouble, style: 'bad' })
  if (log && log.kind !== 'recording') messages.push({ text: `log: ${log.reason}`, style: 'bad' })
  if (source.state !== 'live' && source.reason !== '') {
    const state = source.serverAwayMs === undefined ? source.state : 'reconnecting'
    messages.push({ text: `${state}: ${source.reason}`, style: 'warn' })
  }
  if (unnumbered) {
    messages.push({ text: 'the device numbers nothing: losses can not be seen', style: 'warn' })
  }
  return messages
}

/** But for the one that says what the state of the source says above. */
function eventsBeside({ events, source }: Snapshot): readonly EventView[] {
  if (source.state === 'live' || source.reason === '') return events
  const same = events.findIndex(({ kind, text }) => kind === source.state && text === source.reason)
  return events.filter((_, i) => i !== same)
}

function eventText(event: EventView, nowUs: number): string {
  const said = saidText(event)
  const text = said.startsWith(event.kind) ? said : `${event.kind}: ${said}`
  const time = momentText(event.timeUs, nowUs)
  if (event.flood === undefined) return `${time} ${text}`
  const { count, sinceUs } = event.flood
  return `${time} ${countText(count)}x since ${momentText(sinceUs, nowUs)} ${text}`
}
