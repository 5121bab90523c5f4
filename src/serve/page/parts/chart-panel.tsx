import { useMemo } from 'preact/hooks'
import type { Channel } from '../../../domain/channels.ts'
import { mainChannels } from '../../../domain/main-channels.ts'
import { spanText } from '../../../figures/format.ts'
import type { Snapshot } from '../../../monitor/view.ts'
import { SPANS_MS } from '../model/time-window.ts'
import { ChartTable } from './chart-table.tsx'
import { Exports } from './exports.tsx'
import { Flags } from './flags.tsx'
import { Overview } from './overview.tsx'
import { Readout } from './readout.tsx'
import { Strips } from './strips.tsx'
import { usePage, useSlice } from './use-page.ts'

/** The curves, with everything that chooses what they show. */
export function ChartPanel() {
  const layout = useSlice((state) => state.layout)
  const hidden = useSlice((state) => state.hidden)
  const { store } = usePage()
  // Each snapshot has a list of its own, which says the same.
  const listed = useSlice(({ snapshot }) => JSON.stringify(snapshot?.channels))
  const all = useMemo(() => chartChannels(store.state.snapshot?.channels ?? []), [listed, store])
  const curves = all.filter(({ id }) => !hidden.has(id))
  return (
    <section class="chart" aria-label="Chart">
      <div class="tools">
        <Spans />
        <Curves channels={all} hidden={hidden} />
        <Modes />
      </div>
      <Flags rightAxes={layout === 'strips' ? 0 : Math.max(0, curves.length - 1)} />
      <Strips
        key={`${layout} ${curves.map(({ id, role, unit }) => `${id} ${role} ${unit}`).join(' ')}`}
        groups={layout === 'strips' ? curves.map((each) => [each]) : [curves]}
      />
      <Readout channels={curves} />
      <Overview />
      <Exports />
      <ChartTable channels={curves} />
    </section>
  )
}

/** Voltage, current and power, then up to three others: more strips than that are too low to read. */
function chartChannels(channels: Snapshot['channels']): readonly Channel[] {
  const main = mainChannels(channels)
  return [...main, ...channels.filter((each) => !main.includes(each)).slice(0, 3)]
}

function Spans() {
  const page = usePage()
  const window = useSlice((state) => state.window)
  return (
    <fieldset class="group" aria-label="Time span">
      {SPANS_MS.map((spanMs) => (
        <button
          key={spanMs}
          type="button"
          aria-pressed={Math.abs(window.spanMs - spanMs) < 1}
          onClick={() => page.span(spanMs)}
        >
          {spanText(spanMs)}
        </button>
      ))}
    </fieldset>
  )
}

interface CurvesProps {
  readonly channels: readonly Channel[]
  readonly hidden: ReadonlySet<string>
}

function Curves({ channels, hidden }: CurvesProps) {
  const page = usePage()
  return (
    <fieldset class="group" aria-label="Curves">
      {channels.map(({ id, label, role, quantity, unit }) => (
        <button
          key={id}
          type="button"
          class={`curve ${role}`}
          aria-pressed={!hidden.has(id)}
          aria-label={`${label}, curve`}
          onClick={() => page.toggleCurve(id)}
        >
          {quantity === null ? label : unit}
        </button>
      ))}
    </fieldset>
  )
}

function Modes() {
  const page = usePage()
  const isLive = useSlice(({ window }) => window.endUs === null)
  const layout = useSlice((state) => state.layout)
  const isSelecting = useSlice((state) => state.isSelecting)
  const units = useSlice((state) => state.units)
  return (
    <fieldset class="group" aria-label="View">
      <button type="button" onClick={() => page.zoom(-1)} aria-label="Zoom in">
        +
      </button>
      <button type="button" onClick={() => page.zoom(1)} aria-label="Zoom out">
        −
      </button>
      <button
        type="button"
        aria-pressed={isSelecting}
        onClick={() => page.store.set({ isSelecting: !isSelecting })}
      >
        select
      </button>
      <button type="button" onClick={() => page.toggleLayout()} data-part="layout">
        {layout === 'strips' ? 'overlay' : 'strips'}
      </button>
      <button
        type="button"
        onClick={() => page.nextUnits()}
        aria-label={`Units: ${units}`}
        data-part="units"
      >
        units {units}
      </button>
      {isLive ? (
        <button type="button" onClick={() => page.freeze()} data-part="freeze">
          freeze
        </button>
      ) : (
        <button type="button" class="live" onClick={() => page.live()} data-part="live">
          live
        </button>
      )}
    </fieldset>
  )
}
