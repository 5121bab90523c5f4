import { useEffect, useRef, useState } from 'preact/hooks'
import {
  ALARM_STATES,
  ALARM_STYLE,
  ALARM_WORD,
  alarmForm,
  FAULT_WORD,
  faultName,
} from '../../../figures/alarm-state.ts'
import { figureText, withUnit } from '../../../figures/form-memory.ts'
import { agoText, momentText } from '../../../figures/format.ts'
import {
  type AlarmView,
  type FaultLatch,
  SNOOZE_MIN,
  type Snapshot,
} from '../../../monitor/view.ts'
import { countText } from '../../../util/number-text.ts'
import { LOOK } from '../model/figures.ts'
import { acknowledgeAll } from '../model/keys.ts'
import { usePage, useSlice } from './use-page.ts'

const NUMBER_CELLS = 8

/** Alarms and what the sensor could not measure, until somebody has taken notice. */
export function AlarmsPanel() {
  const page = usePage()
  const snapshot = useSlice((state) => state.snapshot)
  if (snapshot === null) return null
  const { alarms, latches } = snapshot
  const isPressing =
    latches.length > 0 || alarms.some(({ state }) => state === 'on' || state === 'latched')
  const sorted = alarms.toSorted(
    (one, other) => ALARM_STATES.indexOf(one.state) - ALARM_STATES.indexOf(other.state),
  )
  return (
    <>
      <Announced snapshot={snapshot} />
      {alarms.length + latches.length === 0 && (
        <p class="dim">
          No alarm rules. serve --alarm 'a &gt; 1A for 5s' makes one, --limit a limit.
        </p>
      )}
      <ul class="alarms">
        {latches.map((latch) => (
          <Fault key={latch.word} latch={latch} snapshot={snapshot} />
        ))}
        {sorted.map((alarm) => (
          <Alarm key={alarm.name} alarm={alarm} snapshot={snapshot} />
        ))}
      </ul>
      {isPressing && (
        <div class="group">
          <button type="button" onClick={() => void acknowledgeAll(page)}>
            acknowledge all
          </button>
          <button
            type="button"
            onClick={() =>
              void page.control(
                {
                  kind: 'alarm_snooze',
                  device: snapshot.number,
                  name: null,
                  minutes: SNOOZE_MIN.usual,
                },
                `snooze all alarms for ${SNOOZE_MIN.usual} min`,
              )
            }
          >
            snooze {SNOOZE_MIN.usual} min
          </button>
        </div>
      )}
    </>
  )
}

/** How many wait for somebody to take notice; nothing where none do. */
export function AlarmBadge() {
  const count = useSlice(({ snapshot }) => {
    const waiting = snapshot?.alarms.filter(({ state }) => state === 'on' || state === 'latched')
    return (waiting?.length ?? 0) + (snapshot?.latches.length ?? 0)
  })
  return count === 0 ? null : <span class="word bad">{count} !</span>
}

interface AlarmProps {
  readonly alarm: AlarmView
  readonly snapshot: Snapshot
}

function Alarm({ alarm, snapshot }: AlarmProps) {
  const page = usePage()
  const { name, rule, state, value, peak, unit, raises, durationUs, spanUs, sinceUs, snoozedMs } =
    alarm
  const size = Math.max(Math.abs(value ?? 0), Math.abs(peak ?? 0))
  const scaled = page.figures.unit(`alarm ${snapshot.number} ${name}`, unit, size, LOOK)
  const form = alarmForm(alarm, scaled)
  const amount = (each: number | null): string =>
    each === null ? '--' : withUnit(figureText(each, form, NUMBER_CELLS), scaled)
  return (
    <li class={state === 'off' ? 'off' : undefined}>
      <span class={`word ${ALARM_STYLE[state]}`}>{ALARM_WORD[state]}</span>
      <b>{name}</b>
      {unit !== 's' && <span class="number">{amount(value)}</span>}
      {durationUs !== null && (
        <span>
          {unit !== 's' && `peak ${amount(peak)}, `}
          {agoText(durationUs / 1000)}
          {raises > 1 && spanUs !== null && `, ${raises} raises in ${agoText(spanUs / 1000)}`}
        </span>
      )}
      {snoozedMs !== null && <span class="dim">snoozed {Math.ceil(snoozedMs / 60_000)} min</span>}
      {name !== rule && <span class="dim rule">{rule}</span>}
      <span class="acts">
        {sinceUs !== null && (
          <button
            type="button"
            onClick={() => page.show(sinceUs)}
            aria-label={`${momentText(sinceUs, snapshot.nowUs)}, show ${name} in the chart`}
          >
            {momentText(sinceUs, snapshot.nowUs)}
          </button>
        )}
        {(state === 'on' || state === 'latched') && (
          <button
            type="button"
            onClick={() => void acknowledgeAll(page, name)}
            aria-label={`ack ${name}`}
          >
            ack
          </button>
        )}
      </span>
    </li>
  )
}

interface FaultProps {
  readonly latch: FaultLatch
  readonly snapshot: Snapshot
}

function Fault({ latch, snapshot }: FaultProps) {
  const page = usePage()
  const { word, count, samples, sinceUs, untilUs } = latch
  const isOn = untilUs === null
  return (
    <li>
      <span class={`word ${isOn ? 'bad' : 'warn'}`}>{isOn ? FAULT_WORD : ALARM_WORD.latched}</span>
      <b>{faultName(latch)}</b>
      <span>
        {count}x, {countText(samples)} sample{samples === 1 ? '' : 's'}
      </span>
      <span class="acts">
        <button
          type="button"
          onClick={() => page.show(sinceUs)}
          aria-label={`${momentText(sinceUs, snapshot.nowUs)}, show ${word} in the chart`}
        >
          {momentText(sinceUs, snapshot.nowUs)}
        </button>
      </span>
    </li>
  )
}

/** Read out at once by a screen reader, when an alarm is raised. */
function Announced({ snapshot }: { readonly snapshot: Snapshot }) {
  const raised = snapshot.devices[snapshot.number]?.alarms.raised ?? 0
  const before = useRef(raised)
  const [text, setText] = useState('')
  useEffect(() => {
    if (raised > before.current) {
      const names = snapshot.alarms.filter(({ state }) => state === 'on').map(({ name }) => name)
      setText(`Alarm: ${names.join(', ')}`)
    }
    before.current = raised
  }, [raised, snapshot.alarms])
  return (
    <p class="for-readers" role="alert">
      {text}
    </p>
  )
}
