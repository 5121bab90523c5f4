import type { Channel } from '../../../domain/channels.ts'
import { figureText } from '../../../figures/form-memory.ts'
import { agoText, spanText } from '../../../figures/format.ts'
import type { Snapshot, WindowStats } from '../../../monitor/view.ts'
import { ownValue } from '../../../util/records.ts'
import { LOOK } from '../model/figures.ts'
import type { PercentilesByWindow } from '../model/store.ts'
import { usePage, useSlice } from './use-page.ts'

const CELLS = 10
const COLUMNS = ['min', 'avg', 'max', 'p95'] as const

/** Now, and lowest, mean, highest and 95th percentile of 1, 5 and 15 minutes; a row a channel, in one unit. */
export function TablePanel() {
  const snapshot = useSlice((state) => state.snapshot)
  const percentiles = useSlice((state) => state.percentiles)
  const units = useSlice((state) => state.units)
  if (snapshot === null) return null
  return (
    <section
      class="scrolls"
      key={units}
      aria-label="Statistics"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll it
      tabIndex={0}
    >
      <table class="figures wide-table">
        <caption class="for-readers">Newest value, and figures of the last minutes</caption>
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              <span class="for-readers">channel</span>
            </th>
            <th scope="col" rowSpan={2}>
              now
            </th>
            {snapshot.windows.map((window) => (
              <th
                key={window.seconds}
                colSpan={COLUMNS.length}
                scope="colgroup"
                class="window-name"
              >
                {nameOf(window, snapshot)}
              </th>
            ))}
          </tr>
          <tr>
            {snapshot.windows.flatMap(({ seconds }) =>
              COLUMNS.map((name) => (
                <th key={`${seconds} ${name}`} scope="col">
                  {name}
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {snapshot.channels.map((channel) => (
            <Row key={channel.id} channel={channel} snapshot={snapshot} percentiles={percentiles} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** `15 min`; where it is not full yet, what it holds: `15 min (40 s)`. */
function nameOf({ seconds, sinceUs }: WindowStats, { sampleUs, nowUs }: Snapshot): string {
  const name = spanText(seconds * 1000).replace('60 s', '1 min')
  return sinceUs === undefined
    ? name
    : `${name} (${agoText(((sampleUs ?? nowUs) - sinceUs) / 1000)})`
}

interface RowProps {
  readonly channel: Channel
  readonly snapshot: Snapshot
  readonly percentiles: PercentilesByWindow
}

function Row({ channel, snapshot, percentiles }: RowProps) {
  const { figures } = usePage()
  const { windows, number, valuesUs, sampleUs, source } = snapshot
  const isNow = valuesUs === sampleUs && source.state === 'live'
  const now = ownValue(snapshot.values, channel.id)
  const stats = (window: WindowStats) => ownValue(window.stats, channel.id)
  const values = windows.flatMap((each) => {
    const stat = stats(each)
    return stat === undefined ? [] : [stat.min, stat.max]
  })
  const form = figures.form(
    'row',
    number,
    channel,
    now === undefined ? values : [now, ...values],
    LOOK,
  )
  const text = (value: number | undefined): string =>
    value === undefined ? '--' : figureText(value, form, CELLS)
  return (
    <tr class={channel.role}>
      <th scope="row">
        {channel.quantity === null ? `${channel.label} ` : ''}
        {form.unit.text}
      </th>
      <td class={isNow ? 'now' : 'now stale'}>{text(now)}</td>
      {windows.flatMap((window) => {
        const stat = stats(window)
        const p95 = ownValue(percentiles.get(window.seconds), channel.id)
        return [stat?.min, stat?.avg, stat?.max, p95].map((value, i) => (
          <td key={`${window.seconds} ${COLUMNS[i]}`}>{text(value)}</td>
        ))
      })}
    </tr>
  )
}
