import type { Channel } from '../../../domain/channels.ts'
import { withUnit } from '../../../figures/form-memory.ts'
import { exactText, preciseText } from '../../../figures/format.ts'
import { ownValue } from '../../../util/records.ts'
import { inUnit } from '../../../util/scaled-unit.ts'
import { LOOK } from '../model/figures.ts'
import { rangeAt } from '../model/range-at.ts'
import { roughSpan } from '../model/words.ts'
import { usePage, useSlice } from './use-page.ts'

/** What is at the cursor: the very sample, and what its slot reaches from and to. */
export function Readout({ channels }: { readonly channels: readonly Channel[] }) {
  const { figures } = usePage()
  const snapshot = useSlice((state) => state.snapshot)
  const cursorUs = useSlice((state) => state.cursorUs)
  const moment = useSlice((state) => state.moment)
  const trace = useSlice((state) => state.trace)
  const window = useSlice((state) => state.window)
  if (snapshot === null) return null
  if (cursorUs === null || trace === null) {
    const state =
      window.endUs === null ? 'running' : `frozen at ${preciseText(window.endUs, snapshot.nowUs)}`
    return (
      <p class="readout dim">
        {roughSpan(window.spanMs)}, {state}
        <span class="wide"> · band: lowest to highest, line: newest or mean of each slot</span>
      </p>
    )
  }
  const count = rangeAt(trace, cursorUs)?.count ?? 0
  const whenUs = moment?.timeUs ?? cursorUs
  return (
    <p class="readout" role="status" data-part="readout">
      <time>{preciseText(whenUs, snapshot.nowUs)}</time>
      {moment === null || (moment === undefined && count === 0) ? (
        <span class="warn">no samples here</span>
      ) : moment?.values === null ? (
        <span class="warn">{moment.text} !</span>
      ) : (
        channels.map((channel) => {
          const range = rangeAt(trace, cursorUs)?.of(channel.id)
          const value = ownValue(moment?.values, channel.id) ?? range?.last
          if (value === undefined) return null
          const form = figures.stillForm(snapshot.number, channel, [value], LOOK)
          const text = (each: number): string =>
            exactText(inUnit(each, form.unit.exponent), form.decimals, 10)
          return (
            <span key={channel.id} class={channel.role}>
              {channel.quantity === null ? `${channel.label} ` : ''}
              <b>{withUnit(text(value), form.unit)}</b>
              {range !== undefined && range.max > range.min && (
                <small>
                  {' '}
                  {text(range.min)} to {text(range.max)}
                </small>
              )}
            </span>
          )
        })
      )}
    </p>
  )
}
