import type { Trace } from '../../../chart/trace.ts'
import { leadChannel, mainChannels } from '../../../domain/main-channels.ts'
import { figureText, withUnit } from '../../../figures/form-memory.ts'
import { listedDevices } from '../../../figures/offer.ts'
import { isArmed } from '../../../figures/source-state.ts'
import type { DeviceBrief } from '../../../monitor/view.ts'
import { countText } from '../../../util/number-text.ts'
import { ownValue } from '../../../util/records.ts'
import { sparkPath } from '../chart/spark-path.ts'
import { LOOK } from '../model/figures.ts'
import { usePage, useSlice } from './use-page.ts'

/** All devices in brief, where there are several; one of them is shown in full. */
export function Devices() {
  const snapshot = useSlice((state) => state.snapshot)
  const sparks = useSlice((state) => state.sparks)
  const shown = useSlice((state) => state.device)
  const devices = snapshot === null ? [] : listedDevices(snapshot)
  if (devices.length < 2) return null
  return (
    <nav class="devices" aria-label="Devices">
      {devices.map((brief) => (
        <Device
          key={brief.number}
          brief={brief}
          spark={sparks.get(brief.number)}
          isShown={brief.number === shown}
        />
      ))}
    </nav>
  )
}

interface Props {
  readonly brief: DeviceBrief
  readonly spark: Trace | undefined
  readonly isShown: boolean
}

function Device({ brief, spark, isShown }: Props) {
  const page = usePage()
  const { number, device, source, channels, values, alarms, latches, lost } = brief
  const main = mainChannels(channels)
  const curve = leadChannel(channels)
  const isNow = source.state === 'live' && !isArmed(source)
  const pressing = alarms.active > 0 || latches.length > 0
  return (
    <button
      type="button"
      class="brief"
      aria-current={isShown}
      onClick={() => page.showDevice(number)}
    >
      <span class="name">{device}</span>
      <span class={`word ${isNow ? 'good' : 'warn'}`}>
        {isArmed(source) ? 'ARMED' : source.state.toUpperCase()}
      </span>
      {source.isVirtual === true && <span class="word warn">VIRTUAL</span>}
      {pressing && <span class="word bad">ALARM {alarms.active + latches.length} !</span>}
      {lost > 0 && <span class="word warn">lost {countText(lost)}</span>}
      <span class="values">
        {main.map((channel) => {
          const value = ownValue(values, channel.id)
          const form = page.figures.form(
            'brief',
            number,
            channel,
            value === undefined ? [] : [value],
            LOOK,
          )
          const text = value === undefined ? '--' : figureText(value, form, 9)
          return (
            <span key={channel.id} class={isNow ? channel.role : 'dim'}>
              {withUnit(text, form.unit)}
            </span>
          )
        })}
      </span>
      {curve !== null && spark !== undefined && (
        <svg
          class={`spark ${curve.role}`}
          viewBox="0 0 80 20"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path d={sparkPath(spark, curve.id, 80, 20)} />
        </svg>
      )}
    </button>
  )
}
