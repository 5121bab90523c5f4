import type { AlarmView, DeviceBrief, FaultLatch, Snapshot } from '../monitor/view.ts'
import type { PictureContext } from './picture-context.ts'

/** Differs whenever a picture could look different for another reason than a key or a trace. */
export function changeMark(snapshot: Snapshot | null, { size, trouble }: PictureContext): string {
  const shown = [size.columns, size.rows, trouble]
  if (snapshot === null) return shown.join('|')
  const { nowUs, number, sampleUs, source, events, log, ledger, devices } = snapshot
  const { mode, unnumbered, alarms, latches } = snapshot
  return [
    ...shown,
    number,
    Math.floor(nowUs / 1e6),
    sampleUs,
    source.state,
    source.reason,
    mode,
    unnumbered,
    log?.kind,
    log?.reason,
    log?.queued,
    ledger.lines,
    ...alarms.map(alarmMark),
    ...latches.map(latchMark),
    ...events.map(({ timeUs, kind, text }) => `${timeUs} ${kind} ${text}`),
    ...(devices.length > 1 ? devices.map(briefMark) : []),
  ].join('|')
}

/** Differs where a change has to be seen at once, whatever the cadence of the part that it is in. */
export function alertMark(snapshot: Snapshot, { trouble }: PictureContext): string {
  const { number, source, mode, unnumbered, log, alarms, devices, status, channels } = snapshot
  return [
    number,
    trouble,
    source.state,
    source.reason,
    // The status of a sample that is not measured.
    snapshot.valuesUs === snapshot.sampleUs ? '' : status,
    mode,
    unnumbered,
    log?.kind,
    log?.reason,
    ...alarms.map(({ name, state }) => `${name} ${state}`),
    ...channels.map(({ id }) => id),
    ...devices.map((each) => `${each.device} ${each.source.state} ${each.alarms.active}`),
  ].join('|')
}

function alarmMark({ state, value, peak, snoozedMs }: AlarmView): string {
  return `${state} ${value} ${peak} ${snoozedMs === null}`
}

function latchMark({ word, count, samples, untilUs }: FaultLatch): string {
  return `${word} ${count} ${samples} ${untilUs}`
}

function briefMark({ source, lost, values, alarms, latches }: DeviceBrief): string {
  return `${source.state} ${lost} ${alarms.active} ${latches.map(latchMark)} ${values === null ? '' : Object.values(values).join(' ')}`
}
