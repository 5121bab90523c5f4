import type { EventLine, Snapshot } from '../../monitor/snapshot.ts'
import { cellText, cutEnd } from '../view/cell-text.ts'
import { clockText } from '../view/format.ts'
import type { Look } from '../view/look.ts'
import { fitLine, type Line, type Style, span } from '../view/styled.ts'
import type { ViewState } from '../view/view-state.ts'

interface Message {
  readonly text: string
  readonly style: Style
}

/** What needs attention now, then the newest events; exactly `height` lines. */
export function eventLines(
  snapshot: Snapshot,
  view: ViewState,
  width: number,
  height: number,
  look: Look,
): Line[] {
  const messages: Message[] = [
    ...pressing(snapshot, view),
    ...snapshot.events.map((event) => ({ text: eventText(event), style: 'plain' as const })),
  ]
  return Array.from({ length: height }, (_, i) => {
    const message = messages[i]
    if (!message) return fitLine([], width)
    const text = cutEnd(` ${cellText(message.text, look)}`, width, look)
    return fitLine([span(text, message.style)], width)
  })
}

function pressing(
  { source, log, unnumbered, sampleUs, nowUs }: Snapshot,
  view: ViewState,
): Message[] {
  const messages: Message[] = []
  if (view.notice && view.notice.untilUs > nowUs) {
    messages.push({ text: view.notice.text, style: 'invert' })
  }
  if (log && log.kind !== 'recording') messages.push({ text: `log: ${log.reason}`, style: 'bad' })
  if (source.state !== 'live' && source.reason !== '') {
    messages.push({ text: `${source.state}: ${source.reason}`, style: 'warn' })
  }
  if (unnumbered && sampleUs !== null) {
    messages.push({ text: 'the device numbers nothing: losses can not be seen', style: 'warn' })
  }
  return messages
}

function eventText(event: EventLine): string {
  const text = event.text.startsWith(event.kind) ? event.text : `${event.kind}: ${event.text}`
  return `${clockText(event.timeUs)} ${text}`
}
