import type { AlarmEvent } from '../../src/alarms/alarm.ts'
import { DeviceAlarms } from '../../src/alarms/device-alarms.ts'
import { parseRule } from '../../src/alarms/parse-rule.ts'
import type { Sample } from '../../src/domain/sample.ts'
import { sampleOf } from './samples.ts'

export const BEGIN_US = 1_790_000_000_000_000

/** Times in s from `BEGIN_US` on. */
export interface Happened {
  readonly at: number
  readonly kind: 'on' | 'off' | 'ack'
  readonly name: string
  readonly value: number | null
  readonly peak: number | null
  readonly lasted: number
}

/** The alarms of one device, and what happened to them. */
export function alarmRig(
  rules: readonly string[],
  figures: {
    chargeMah?: () => number
    energyMwh?: () => number
    batteryPercent?: () => number | null
  } = {},
): {
  readonly alarms: DeviceAlarms
  readonly events: Happened[]
  /** A sample so many seconds after the begin. */
  readonly at: (second: number, change?: Partial<Sample>) => void
} {
  const events: Happened[] = []
  const onEvent = (event: AlarmEvent): void => {
    events.push(happened(event))
  }
  const alarms = new DeviceAlarms({
    rules: rules.map((text) => parseRule(text)),
    figures: { chargeMah: () => 0, energyMwh: () => 0, batteryPercent: () => null, ...figures },
    channelUnit: () => null,
    onEvent,
  })
  const at = (second: number, change: Partial<Sample> = {}): void => {
    alarms.sample(sampleOf({ timeUs: BEGIN_US + Math.round(second * 1e6), ...change }))
  }
  return { alarms, events, at }
}

export function happened({ kind, timeUs, rule, value, peak, durationUs }: AlarmEvent): Happened {
  return {
    at: (timeUs - BEGIN_US) / 1e6,
    kind: kind.slice('alarm_'.length) as Happened['kind'],
    name: rule.name,
    value,
    peak,
    lasted: durationUs / 1e6,
  }
}

/** `2 on a>1 1.5 (1.5) 0s`: one line an event. */
export function lines(events: readonly Happened[]): string[] {
  return events.map(
    ({ at, kind, name, value, peak, lasted }) =>
      `${at} ${kind} ${name}: ${short(value)} (${short(peak)}) ${lasted}s`,
  )
}

/** Events of samples one second apart whose current is this. */
export function currents(rule: string, values: readonly number[]): string[] {
  const { events, at } = alarmRig([`${rule} as x`])
  values.forEach((current, second) => {
    at(second, { current })
  })
  return lines(events)
}

/** 12 digits. */
function short(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(12))
}
