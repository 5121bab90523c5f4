import { type Channel, isElectric } from '../domain/channels.ts'
import { exactText, preciseText } from '../figures/format.ts'
import type { FindRequest, Moment, Snapshot } from '../monitor/view.ts'
import { ownValue } from '../util/records.ts'
import { END_OF_TIME_US } from '../util/time-units.ts'
import { jumpTo } from './view/time-cursor.ts'
import { shownSpan } from './view/time-window.ts'
import type { ViewContext, ViewState } from './view/view-state.ts'

/** What is gone to; `shown`: within what the chart shows, or the selection, instead of all there is. */
export type JumpAction = (typeof JUMPS)[number]
const JUMPS = [
  'previous_event',
  'next_event',
  'largest',
  'smallest',
  'largest_shown',
  'smallest_shown',
] as const

/** An extreme is shown at most so far away, ms: one sample is to be seen as such. */
const CLOSE_MS = 30_000
const TEXT_CELLS = 12

export function isJump(action: unknown): action is JumpAction {
  return JUMPS.some((each) => each === action)
}

/**
 * What is to be looked for; null: there is nothing yet to look in.
 *
 * @param times the key was pressed so often before: the next channel is meant
 */
export function jumpRequest(
  action: JumpAction,
  times: number,
  view: ViewState,
  snapshot: Snapshot,
): FindRequest | null {
  const shown = shownSpan(view, { selected: view.selected, newestUs: snapshot.sampleUs })
  if (shown === null || snapshot.number !== view.selected) return null
  const device = snapshot.number
  if (action === 'previous_event' || action === 'next_event') {
    const isNext = action === 'next_event'
    const edgeUs = isNext ? shown.fromUs : shown.toUs + 1
    const direction = isNext ? 'after' : 'before'
    return { device, what: 'any', direction, atUs: Math.round(view.cursorUs ?? edgeUs) }
  }
  const what = action.startsWith('largest') ? 'max' : 'min'
  const channels = inOrder(snapshot.channels, what)
  const channel = channels[times % channels.length]?.id ?? ''
  if (!action.endsWith('_shown')) {
    return { device, what, channel, fromUs: 0, toUs: END_OF_TIME_US }
  }
  const { fromUs, toUs } = view.selection ?? { fromUs: shown.fromUs, toUs: shown.toUs + 1 }
  return { device, what, channel, fromUs: Math.round(fromUs), toUs: Math.round(toUs) }
}

/** What spikes first: the current; what drops: the voltage. */
function inOrder(channels: readonly Channel[], what: 'max' | 'min'): readonly Channel[] {
  const electric = channels.filter(isElectric)
  const order = what === 'max' ? ['a', 'w', 'v'] : ['v', 'a', 'w']
  const first = order.flatMap((id) => electric.filter((channel) => channel.id === id))
  return [...first, ...channels.filter((channel) => !first.includes(channel))]
}

/** The view that shows what was found, and what to say of it. */
export function jumped(
  view: ViewState,
  request: FindRequest,
  moment: Moment | null,
  snapshot: Snapshot,
  context: ViewContext,
): { readonly view: ViewState; readonly text: string } {
  if (moment === null) return { view, text: missingText(request) }
  const isExtreme = request.what === 'max' || request.what === 'min'
  const closer = { ...context, selected: view.selected }
  const most = isExtreme ? CLOSE_MS : null
  return {
    view: jumpTo(view, moment.timeUs, most, closer),
    text: foundText(request, moment, snapshot),
  }
}

function missingText(request: FindRequest): string {
  if (request.what === 'max' || request.what === 'min') return 'nothing was measured there'
  return 'direction' in request && request.direction === 'after'
    ? 'no event after that'
    : 'no event before that'
}

function foundText(request: FindRequest, moment: Moment, { channels, nowUs }: Snapshot): string {
  const when = preciseText(moment.timeUs, nowUs)
  if (request.what !== 'max' && request.what !== 'min') {
    const said = moment.text.startsWith(moment.kind) ? '' : `${moment.kind}: `
    return `${when} ${said}${moment.text}`
  }
  const channel = channels.find(({ id }) => id === request.channel)
  const value = ownValue(moment.values ?? {}, request.channel)
  if (channel === undefined || value === undefined) return when
  const number = exactText(value, channel.decimals, TEXT_CELLS)
  const amount = channel.unit === '' ? number : `${number} ${channel.unit}`
  const which = request.what === 'max' ? 'largest' : 'smallest'
  const name = channel.quantity ?? channel.label
  const where = moment.withinUs >= 1e6 ? `in the minute from ${when}` : `at ${when}`
  return `${which} ${name}: ${amount} ${where}`
}
