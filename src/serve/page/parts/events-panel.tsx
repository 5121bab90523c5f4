import { saidText } from '../../../figures/alarm-state.ts'
import { momentText } from '../../../figures/format.ts'
import { countText } from '../../../util/number-text.ts'
import { eventKind } from '../model/words.ts'
import { usePage, useSlice } from './use-page.ts'

const STYLE: Readonly<Record<string, string>> = {
  lost: 'bad',
  alarm_on: 'bad',
  silent: 'bad',
  sensor: 'warn',
  anomaly: 'warn',
  waiting: 'warn',
  marker: 'remark',
  restart: 'remark',
}

/** What happened, the newest first; each leads to its moment in the chart. */
export function EventsPanel() {
  const page = usePage()
  const snapshot = useSlice((state) => state.snapshot)
  if (snapshot === null) return null
  const { nowUs, unnumbered } = snapshot
  // One that goes on has the time of its newest, and stays where it began.
  const events = snapshot.events.toSorted((one, other) => other.timeUs - one.timeUs)
  return (
    <>
      {unnumbered && <p class="warn">The device numbers nothing: losses can not be seen.</p>}
      {events.length === 0 && <p class="dim">Nothing has happened yet.</p>}
      <ol class="event-list">
        {events.map((event) => (
          <li key={`${event.timeUs} ${event.kind} ${event.text}`}>
            <button
              type="button"
              onClick={() => page.show(event.timeUs)}
              aria-label={`Show ${momentText(event.timeUs, nowUs)} in the chart`}
            >
              <time>{momentText(event.timeUs, nowUs)}</time>
            </button>
            <span class={`word ${STYLE[event.kind] ?? 'dim'}`}>{eventKind(event)}</span>
            <span class="text">
              {event.flood !== undefined &&
                `${countText(event.flood.count)}x since ${momentText(event.flood.sinceUs, nowUs)} `}
              {saidText(event)}
            </span>
          </li>
        ))}
      </ol>
    </>
  )
}
