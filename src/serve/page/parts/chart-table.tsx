import { useEffect, useState } from 'preact/hooks'
import { foldColumns } from '../../../chart/columns.ts'
import type { Channel } from '../../../domain/channels.ts'
import { figureText, withUnit } from '../../../figures/form-memory.ts'
import { momentText } from '../../../figures/format.ts'
import { LOOK } from '../model/figures.ts'
import { usePage } from './use-page.ts'

const ROWS = 12
const EVERY_MS = 5000

/** The chart for those who can't see it, and on paper: twelve parts of what it shows. */
export function ChartTable({ channels }: { readonly channels: readonly Channel[] }) {
  const { store, figures } = usePage()
  const [, redraw] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => redraw((count) => count + 1), EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  const { trace, snapshot } = store.state
  if (trace === null || snapshot === null) return null
  const rows = foldColumns(trace, ROWS, (trace.length * trace.slotUs) / ROWS)
  return (
    <div class="for-readers">
      <table>
        <caption>What the chart shows, in {ROWS} parts</caption>
        <thead>
          <tr>
            <th scope="col">from</th>
            {channels.map(({ id, label }) => (
              <th key={id} scope="col">
                {label}, lowest to highest
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: ROWS }, (_, row) => (
            <tr key={row}>
              <th scope="row">{momentText(rows.startUs + row * rows.slotUs, snapshot.nowUs)}</th>
              {channels.map((channel) => {
                const series = rows.channels[channel.id]
                const [min, max] = [series?.min[row] ?? Number.NaN, series?.max[row] ?? Number.NaN]
                if (Number.isNaN(min)) return <td key={channel.id}>no samples</td>
                const form = figures.stillForm(snapshot.number, channel, [min, max], LOOK)
                return (
                  <td key={channel.id}>
                    {figureText(min, form, 9)} to {withUnit(figureText(max, form, 9), form.unit)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
