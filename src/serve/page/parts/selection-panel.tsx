import type { Channel } from '../../../domain/channels.ts'
import { amountText, exactText, lengthText, preciseText } from '../../../figures/format.ts'
import type { Bucket, SpanStatistics } from '../../../monitor/view.ts'
import { countText, cutPercent, fixed } from '../../../util/number-text.ts'
import { ownValue } from '../../../util/records.ts'
import { inUnit } from '../../../util/scaled-unit.ts'
import { LOOK } from '../model/figures.ts'
import { Fact } from './state-line.tsx'
import { usePage, useSlice } from './use-page.ts'

/** What the selected span comes to: the figures of `history`. */
export function SelectionPanel() {
  const page = usePage()
  const selection = useSlice((state) => state.selection)
  const statistics = useSlice((state) => state.statistics)
  const snapshot = useSlice((state) => state.snapshot)
  if (snapshot === null) return null
  if (selection === null) {
    return (
      <section class="panel selection" aria-label="Selection">
        <h2>Selection</h2>
        <p class="dim">
          Shift and drag in the chart, or press select and drag, to have the figures of a span.
        </p>
      </section>
    )
  }
  const { fromUs, toUs } = selection
  const total = statistics?.total ?? null
  return (
    <section class="panel selection" aria-label="Selection" data-part="selection">
      <h2>
        Selection <b>{lengthText(toUs - fromUs)}</b>
        <button type="button" onClick={() => page.select(null)} aria-label="No selection">
          ×
        </button>
      </h2>
      <p class="dim">
        {preciseText(fromUs, snapshot.nowUs)} to {preciseText(toUs, snapshot.nowUs)}
      </p>
      {statistics === null ? (
        <p class="dim">reading</p>
      ) : (
        <>
          <Figures statistics={statistics} channels={snapshot.channels} />
          {total !== null && <Total total={total} />}
          {statistics.isTooMany && <p class="warn">too many samples for p95</p>}
          {statistics.isExpired && <p class="warn">p95 has passed the retention</p>}
        </>
      )}
    </section>
  )
}

interface FiguresProps {
  readonly statistics: SpanStatistics
  readonly channels: readonly Channel[]
}

function Figures({ statistics, channels }: FiguresProps) {
  const { figures, store } = usePage()
  const rows = channels.flatMap((channel) => {
    const range = rangeOf(channel, statistics)
    return range === null ? [] : [{ channel, ...range }]
  })
  if (rows.length === 0) return <p class="warn">no samples in it</p>
  return (
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">
            <span class="for-readers">channel</span>
          </th>
          <th scope="col">min</th>
          <th scope="col">avg</th>
          <th scope="col">max</th>
          <th scope="col">p95</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ channel, min, avg, max }) => {
          const p95 = ownValue(statistics.channels, channel.id)?.figures.p95 ?? null
          const form = figures.stillForm(store.state.device, channel, [min, max], LOOK)
          const text = (value: number | null, more: number): string =>
            value === null
              ? '--'
              : exactText(inUnit(value, form.unit.exponent), form.decimals + more, 8)
          return (
            <tr key={channel.id} class={channel.role}>
              <th scope="row">
                {channel.quantity === null ? `${channel.label} ` : ''}
                {form.unit.text}
              </th>
              <td>{text(min, 0)}</td>
              <td>{text(avg, 1)}</td>
              <td>{text(max, 0)}</td>
              <td>{text(p95, 0)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** Of `history`; without a log those of memory. */
function rangeOf(
  { id, quantity }: Channel,
  { total, channels }: SpanStatistics,
): { readonly min: number; readonly avg: number; readonly max: number } | null {
  if (total !== null) return (quantity === null ? total.channels.get(id) : total[quantity]) ?? null
  const own = ownValue(channels, id)
  if (own === undefined || own.min === null || own.max === null || own.mean === null) return null
  return { min: own.min, avg: own.mean, max: own.max }
}

function Total({ total }: { readonly total: Bucket }) {
  const { figures } = usePage()
  const amount = (milli: number | null, unit: 'Ah' | 'Wh'): string => {
    if (milli === null) return '--'
    const bare = inUnit(milli, 3)
    return amountText(bare, figures.plainUnit(unit, bare, LOOK))
  }
  return (
    <dl class="facts">
      <Fact name="charge" value={amount(total.chargeMah, 'Ah')} />
      <Fact name="energy" value={amount(total.energyMwh, 'Wh')} />
      <Fact name="samples" value={countText(total.samples)} />
      <Fact name="covered" value={`${fixed(cutPercent(total.coverage), 1)} %`} />
      {total.lost > 0 && <Fact name="lost" value={countText(total.lost)} isBad />}
    </dl>
  )
}
