import type { Channel } from '../../../domain/channels.ts'
import { figureText } from '../../../figures/form-memory.ts'
import { agoText, spanText } from '../../../figures/format.ts'
import { isArmed } from '../../../figures/source-state.ts'
import type { Snapshot, WindowStats } from '../../../monitor/view.ts'
import { ownValue } from '../../../util/records.ts'
import { LOOK } from '../model/figures.ts'
import type { PercentilesByWindow } from '../model/store.ts'
import { useMedia, usePage, useSlice } from './use-page.ts'

const CELLS = 10
const COLUMNS = ['min', 'avg', 'max', 'p95'] as const

/** Now, and lowest, mean, highest and 95th percentile of 1, 5 and 15 minutes; a row a channel, in one unit. */
export function TablePanel() {
  const snapshot = useSlice((state) => state.snapshot)
  const percentiles = useSlice((state) => state.percentiles)
  const units = useSlice((state) => state.units)
  // Of a page on paper it is not asked how wide the screen is.
  const isNarrow = useMedia('screen and (max-width: 899px)')
  if (snapshot === null) return null
  if (isNarrow) return <NarrowTable key={units} snapshot={snapshot} percentiles={percentiles} />
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

interface TableProps {
  readonly snapshot: Snapshot
  readonly percentiles: PercentilesByWindow
}

/** The same where there is no room for it side by side: a group of rows a channel, a column a window, nothing cut. */
function NarrowTable({ snapshot, percentiles }: TableProps) {
  return (
    <section aria-label="Statistics">
      <table class="figures narrow-table">
        <caption class="for-readers">Newest value, and figures of the last minutes</caption>
        <thead>
          <tr>
            <td />
            {snapshot.windows.map((window) => (
              <th key={window.seconds} scope="col">
                {nameOf(window, snapshot)}
              </th>
            ))}
          </tr>
        </thead>
        {snapshot.channels.map((channel) => (
          <Group key={channel.id} channel={channel} snapshot={snapshot} percentiles={percentiles} />
        ))}
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

interface RowProps extends TableProps {
  readonly channel: Channel
}

function Row(props: RowProps) {
  const { name, now, isNow, windows } = useRow(props)
  return (
    <tr class={props.channel.role}>
      <th scope="row">{name}</th>
      <td class={isNow ? 'now' : 'now stale'}>{now}</td>
      {windows.flatMap(({ seconds, figures }) =>
        COLUMNS.map((column) => <td key={`${seconds} ${column}`}>{figures[column]}</td>),
      )}
    </tr>
  )
}

function Group(props: RowProps) {
  const { name, now, isNow, windows } = useRow(props)
  return (
    <tbody class={props.channel.role}>
      <tr>
        <th scope="rowgroup">{name}</th>
        <td colSpan={windows.length} class={isNow ? 'now' : 'now stale'}>
          <span class="dim">now</span> {now}
        </td>
      </tr>
      {COLUMNS.map((column) => (
        <tr key={column}>
          <th scope="row">{column}</th>
          {windows.map(({ seconds, figures }) => (
            <td key={seconds}>{figures[column]}</td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}

/** What stands in the row of a channel, or in its group of rows, in one unit. */
function useRow({ channel, snapshot, percentiles }: RowProps) {
  const { figures } = usePage()
  const { windows, number, valuesUs, sampleUs, source } = snapshot
  const now = ownValue(snapshot.values, channel.id)
  const stats = (window: WindowStats) => ownValue(window.stats, channel.id)
  const values = windows.flatMap((each) => {
    const stat = stats(each)
    return stat === undefined ? [] : [stat.min, stat.max]
  })
  const known = now === undefined ? values : [now, ...values]
  const form = figures.form('row', number, channel, known, LOOK)
  const text = (value: number | undefined): string =>
    value === undefined ? '--' : figureText(value, form, CELLS)
  return {
    name: `${channel.quantity === null ? `${channel.label} ` : ''}${form.unit.text}`,
    now: text(now),
    isNow: valuesUs === sampleUs && source.state === 'live' && !isArmed(source),
    windows: windows.map((window) => {
      const stat = stats(window)
      const p95 = ownValue(percentiles.get(window.seconds), channel.id)
      return {
        seconds: window.seconds,
        figures: {
          min: text(stat?.min),
          avg: text(stat?.avg),
          max: text(stat?.max),
          p95: text(p95),
        },
      }
    }),
  }
}
