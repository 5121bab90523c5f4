import { useEffect } from 'preact/hooks'
import { applyTheme, themeFor } from '../chart/theme-colours.ts'
import { AlarmBadge, AlarmsPanel } from './alarms-panel.tsx'
import { ChartPanel } from './chart-panel.tsx'
import { ControlPanel } from './control-panel.tsx'
import { Devices } from './devices.tsx'
import { Dialogs } from './dialogs.tsx'
import { EnergyPanel, useHasEnergy } from './energy-panel.tsx'
import { EventsPanel } from './events-panel.tsx'
import { MissedLine, NoticeLine } from './messages.tsx'
import { OfferLine } from './offer-line.tsx'
import { OutputsPanel, useHasOutputs } from './outputs-panel.tsx'
import { PollingPanel, useHasPolling } from './polling-panel.tsx'
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
const ENERGY = {
  id: 'energy',
  title: 'Energy',
  body: (
    <>
      <EnergyPanel />
      <OutputsPanel />
    </>
  ),
}
const OUTPUTS = { id: 'outputs', title: 'Outputs', body: <OutputsPanel /> }
const POLLING = { id: 'polling', title: 'Polling', body: <PollingPanel /> }
const EVENTS = { id: 'events', title: 'Events', body: <EventsPanel /> }

const NARROW = [TABLE, ALARMS, EVENTS, TOTALS, DEVICE]

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
  const hasEnergy = useHasEnergy()
  const hasOutputs = useHasOutputs()
  const hasPolling = useHasPolling()
  // Outputs are in the tab of the energy where there is one.
  const ofDevice = [...(hasEnergy ? [ENERGY] : []), ...(hasPolling ? [POLLING] : [])]
  const hasSnapshot = useSlice(({ snapshot }) => snapshot !== null)
  return (
    <div class={`page ${link}`}>
      <StateLine />
      <NoticeLine />
      <MissedLine />
      <OfferLine />
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
              {!isNarrow && <EnergyPanel />}
              {!isNarrow && <PollingPanel />}
              {!isNarrow && <OutputsPanel />}
              <SelectionPanel />
              {!isNarrow && <TotalsPanel />}
              {!isNarrow && <ControlPanel />}
            </aside>
          </div>
          <Tabs
            panels={
              isNarrow
                ? [...ofDevice, ...NARROW, ...(hasOutputs && !hasEnergy ? [OUTPUTS] : [])]
                : [TABLE, EVENTS]
            }
            isNarrow={isNarrow}
          />
        </main>
      )}
      <Dialogs />
    </div>
  )
}
