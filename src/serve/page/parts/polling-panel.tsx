import { isGroupTroubled, pollWords, shownPlc } from '../../../figures/poll-words.ts'
import type { PlcView, PollGroupStatus, PollingOrder } from '../../../monitor/view.ts'
import { usePage, useSlice } from './use-page.ts'

/** Whether the device that is shown is read in polling groups. */
export function useHasPolling(): boolean {
  return useSlice(({ snapshot }) => snapshot !== null && shownPlc(snapshot) !== null)
}

/** The polling groups of a PLC: how they are doing, and what may be ordered of them. */
export function PollingPanel() {
  const snapshot = useSlice((state) => state.snapshot)
  const plc = snapshot && shownPlc(snapshot)
  if (plc === null) return null
  const { place, open, most } = plc.plc
  const where = [plc.line, plc.process, plc.code].filter((each) => each !== null).join(' · ')
  return (
    <section class="panel polling" aria-label="Polling">
      <h2>
        <span class="name">Polling</span>{' '}
        <span class="dim">
          {place}, {open} of {most} connections
        </span>
      </h2>
      {where !== '' && <p class="dim">{where}</p>}
      <ul class="groups">
        {plc.groups.map((group) => (
          <Group key={group.name} plc={plc} group={group} />
        ))}
      </ul>
    </section>
  )
}

interface GroupProps {
  readonly plc: PlcView
  readonly group: PollGroupStatus
}

function Group({ plc, group }: GroupProps) {
  const page = usePage()
  const [first, ...rest] = pollWords(group)
  const order = (what: PollingOrder): void => {
    const { number: device } = plc
    const full = `${plc.device}/${group.name}`
    void page.control({ kind: 'polling', device, order: what, group: full }, `${what} ${full}`)
  }
  return (
    <li data-group={group.name}>
      <span>
        <b>{group.name}</b>{' '}
        <span class={isGroupTroubled(group) || !group.isRunning ? 'warn' : undefined}>
          {first?.text}
        </span>
        <span class="dim">{rest.map(({ text }) => ` · ${text}`).join('')}</span>
      </span>
      <span class="orders">
        <button type="button" disabled={!group.isRunning} onClick={() => order('trigger')}>
          read
        </button>
        <button type="button" onClick={() => order(group.isRunning ? 'stop' : 'start')}>
          {group.isRunning ? 'stop' : 'start'}
        </button>
      </span>
    </li>
  )
}
