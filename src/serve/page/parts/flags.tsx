import { useState } from 'preact/hooks'
import { preciseText } from '../../../figures/format.ts'
import { AXIS_PX, RIGHT_PX } from '../chart/strip-plot.ts'
import { FLAGS, type Flag, flagsOf } from '../model/flags.ts'
import { chartEdge, shown } from '../model/time-window.ts'
import { usePage, useSlice } from './use-page.ts'

/** A flag takes so much of the chart's width, as a part of it. */
const CLOSEST = 0.025

/** Above the curves: what happened, at its moment; its reason on hover, focus and click. */
interface FlagsProps {
  /** Axes at the right of the curves. */
  readonly rightAxes: number
}

export function Flags({ rightAxes }: FlagsProps) {
  const page = usePage()
  const trace = useSlice((state) => state.trace)
  const window = useSlice((state) => state.window)
  const snapshot = useSlice((state) => state.snapshot)
  const [told, setTold] = useState<{ readonly flag: Flag; readonly text: string } | null>(null)
  if (trace === null || snapshot === null) return <div class="flags" />
  const span = shown(window, chartEdge(snapshot, trace))
  if (span === null) return <div class="flags" />
  const lengthUs = span.toUs - span.fromUs
  const flags = flagsOf(trace, snapshot.events, lengthUs * CLOSEST)
  const tell = async (flag: Flag): Promise<void> => {
    setTold({ flag, text: flag.text ?? FLAGS[flag.kind].name })
    const text = flag.text ?? (await page.feed.reasonOf(flag))
    setTold((now) => (now?.flag === flag && text !== null ? { flag, text } : now))
  }
  return (
    <div
      class="flags"
      style={{ marginLeft: `${AXIS_PX}px`, marginRight: `${rightAxes * AXIS_PX + RIGHT_PX}px` }}
    >
      {flags.map((flag) => {
        const place = (flag.fromUs + flag.toUs) / 2 - span.fromUs
        if (place < 0 || place > lengthUs) return null
        const { glyph, name, style } = FLAGS[flag.kind]
        return (
          <button
            key={`${flag.kind} ${flag.fromUs}`}
            type="button"
            class={`flag ${style}`}
            style={{ left: `${(place / lengthUs) * 100}%` }}
            aria-label={`${name}, ${preciseText(flag.fromUs, snapshot.nowUs)}`}
            onPointerEnter={() => void tell(flag)}
            onFocus={() => void tell(flag)}
            onPointerLeave={() => setTold(null)}
            onBlur={() => setTold(null)}
            onClick={() => {
              page.show((flag.fromUs + flag.toUs) / 2)
              void tell(flag)
            }}
          >
            {glyph}
          </button>
        )
      })}
      {told !== null && (
        <p class="told" role="status" data-part="reason">
          <time>{preciseText(told.flag.fromUs, snapshot.nowUs)}</time> {told.text}
        </p>
      )}
    </div>
  )
}
