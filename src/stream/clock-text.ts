import type { SampleFrame } from '../protocol/frames.ts'
import { formatDuration } from '../util/duration.ts'
import type { ClockNotice } from './time-entry.ts'

/** A notice about the device's clock in plain words, for the event list. */
export function clockText({ kind, byUs }: ClockNotice, { seq, stamp }: SampleFrame): string {
  const by = byUs === null ? '' : `${byUs < 0 ? '-' : '+'}${formatDuration(Math.abs(byUs) / 1000)}`
  switch (kind) {
    case 'restarted':
      return 'device clock began anew: nothing is counted over the step'
    case 'stepped':
      return `device time jumped${by && ` (${by})`}: nothing is counted over the step`
    case 'host_stepped':
      return 'times go on with the clock of the host: nothing is counted over its step'
    case 'contradicted': {
      const value = stamp.kind === 'none' ? '' : `${stamp.kind} ${stamp.value}`
      const which = seq === null ? 'a sample' : `#${seq}`
      return `${which}: its time stamp (${value}${by && `, ${by}`}) contradicts the samples around it`
    }
    case 'unset':
      return 'device clock is not set: its spacing is kept, its origin is the arrival'
    case 'unstamped':
      return 'samples without a time stamp among others with one: placed among them'
  }
}
