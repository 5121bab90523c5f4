import { useRef } from 'preact/hooks'
import { leadChannel } from '../../../domain/main-channels.ts'
import { momentText } from '../../../figures/format.ts'
import { sparkPath } from '../chart/spark-path.ts'
import { frozen, panned, shown } from '../model/time-window.ts'
import { roughSpan } from '../model/words.ts'
import { usePage, useSlice } from './use-page.ts'

const SLOTS = 600
const HEIGHT = 40

/** All that there is, in log and memory; what the chart shows of it is a window that can be moved. */
export function Overview() {
  const page = usePage()
  const trace = useSlice((state) => state.overview)
  const window = useSlice((state) => state.window)
  const snapshot = useSlice((state) => state.snapshot)
  const host = useRef<HTMLDivElement>(null)
  if (trace === null || snapshot === null) return <div class="overview" />
  const curve = leadChannel(snapshot.channels)
  const newestUs = snapshot.sampleUs ?? trace.startUs + trace.length * trace.slotUs
  const span = shown(window, newestUs)
  const lengthUs = trace.length * trace.slotUs
  if (span === null || curve === null) return <div class="overview" />
  const place = (timeUs: number): number =>
    Math.max(0, Math.min(1, (timeUs - trace.startUs) / lengthUs))
  const moveTo = (clientX: number): void => {
    const area = host.current?.getBoundingClientRect()
    if (area === undefined) return
    const middleUs = trace.startUs + ((clientX - area.left) / area.width) * lengthUs
    const endUs = middleUs + window.spanMs * 500
    page.look(panned(frozen(window, page.reach), endUs - span.toUs, page.reach))
  }
  const [from, to] = [place(span.fromUs), place(span.toUs)]
  return (
    <div
      class="overview"
      ref={host}
      role="slider"
      tabIndex={0}
      aria-label={`Overview of ${roughSpan(lengthUs / 1000)} of ${curve.label}: where the chart is`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(to * 100)}
      aria-valuetext={`${momentText(span.fromUs, snapshot.nowUs)} to ${momentText(span.toUs, snapshot.nowUs)}`}
      data-part="overview"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        moveTo(event.clientX)
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) moveTo(event.clientX)
      }}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -0.1, ArrowRight: 0.1, PageUp: -1, PageDown: 1 }[event.key]
        if (step !== undefined) page.pan(step)
        else if (event.key === 'End') page.live()
        else if (event.key === 'Home') page.oldest()
        else return
        event.preventDefault()
      }}
    >
      <svg
        viewBox={`0 0 ${SLOTS} ${HEIGHT}`}
        preserveAspectRatio="none"
        class={curve.role}
        aria-hidden="true"
      >
        <path d={sparkPath(trace, curve.id, SLOTS, HEIGHT)} />
      </svg>
      <span
        class="window"
        style={{ left: `${from * 100}%`, width: `${Math.max(0.3, (to - from) * 100)}%` }}
      />
      <span class="begin">{momentText(trace.startUs, snapshot.nowUs)}</span>
      <span class="end">{momentText(trace.startUs + lengthUs, snapshot.nowUs)}</span>
    </div>
  )
}
