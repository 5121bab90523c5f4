import { useEffect } from 'preact/hooks'
import { applyTheme, themeFor } from '../chart/theme-colours.ts'
import { AlarmBadge, AlarmsPanel } from './alarms-panel.tsx'
import { ChartPanel } from './chart-panel.tsx'
import { ControlPanel } from './control-panel.tsx'
import { Devices } from './devices.tsx'
import { Dialogs } from './dialogs.tsx'
import { EventsPanel } from './events-panel.tsx'
import { MissedLine, NoticeLine } from './messages.tsx'
import { Readings } from './readings.tsx'
import { SelectionPanel } from './selection-panel.tsx'
import { StateLine } from './state-line.tsx'
import { TablePanel } from './table-panel.tsx'
import { Tabs } from './tabs.tsx'
import { TotalsPanel } from './totals-panel.tsx'
import { useMedia, useSlice } from './use-page.ts'

const TABLE = { id: 'table', title: 'Table', body: <TablePanel /> }
const ALARMS = { id: 'alarms', title: 'Alarms', badge: <AlarmBadge />, body: <AlarmsPanel /> }
const TOTALS = { id: 'totals', title: 'Totals', body: <TotalsPanel /> }
const DEVICE = { id: 'device', title: 'Device', body: <ControlPanel /> }
const EVENTS = { id: 'events', title: 'Events', body: <EventsPanel /> }

/** The whole page. */
export function App() {
  const wish = useSlice(({ theme }) => theme)
  const isDark = useMedia('(prefers-color-scheme: dark)')
  const isContrast = useMedia('(prefers-contrast: more)')
  const isPrinted = useMedia('print')
  const theme = themeFor(isPrinted ? 'light' : wish, isDark, isContrast)
  // Before the parts are drawn: a canvas takes its colours from the style sheet.
  applyTheme(theme)
  const isNarrow = useMedia('(max-width: 1099px)')
  const device = useSlice(({ snapshot }) => snapshot?.device ?? '')
  useEffect(() => {
    document.title = device === '' ? 'ina219' : `${device} · ina219`
  }, [device])
  const link = useSlice((state) => state.link.kind)
  const hasSnapshot = useSlice(({ snapshot }) => snapshot !== null)
  return (
    <div class={`page ${link}`}>
      <StateLine />
      <NoticeLine />
      <MissedLine />
      <Devices />
      {hasSnapshot && (
        <main>
          <Readings />
          <div class="middle">
            <ChartPanel key={theme} />
            <aside aria-label="Selection and device">
              {!isNarrow && (
                <section class="panel alarms" aria-label="Alarms">
                  <h2>Alarms</h2>
                  <AlarmsPanel />
                </section>
              )}
              <SelectionPanel />
              {!isNarrow && <TotalsPanel />}
              {!isNarrow && <ControlPanel />}
            </aside>
          </div>
          <Tabs
            panels={isNarrow ? [TABLE, ALARMS, EVENTS, TOTALS, DEVICE] : [TABLE, EVENTS]}
            isNarrow={isNarrow}
          />
        </main>
      )}
      <Dialogs />
    </div>
  )
}
