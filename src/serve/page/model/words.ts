import { agoText } from '../../../figures/format.ts'
import { isArmed, SOURCE_STYLE } from '../../../figures/source-state.ts'
import type { DeviceNumber, EventView, Snapshot } from '../../../monitor/view.ts'
import type { Style } from '../../../theme/themes.ts'
import type { LinkState } from '../link/link-state.ts'

/** A word with what it means; the style never stands without the word. */
export interface StateWord {
  readonly word: string
  readonly style: Style
  /** Why, and what to do; empty: nothing to say. */
  readonly reason: string
}

/** What is to be known first: a broken connection hides how the device is doing. */
export function stateWord(
  link: LinkState,
  snapshot: Snapshot | null,
  sinceSnapshotMs: number,
): StateWord {
  if (link.kind === 'token_wanted') {
    return { word: 'TOKEN WANTED', style: 'warn', reason: 'reading from here needs the token' }
  }
  if (link.kind === 'broken') {
    return {
      word: `RECONNECTING ${agoText(sinceSnapshotMs)} !`,
      style: 'bad',
      reason: 'no connection to the server; what is shown is old, and is filled in by itself',
    }
  }
  if (snapshot === null) return { word: 'CONNECTING', style: 'warn', reason: '' }
  const { source, sampleUs, nowUs } = snapshot
  if (isArmed(source)) {
    const waited = source.armed === '' ? 'its trigger' : `the current to ${source.armed}`
    return {
      word: 'ARMED',
      style: 'warn',
      reason: `waits for ${waited}, and measures nothing else`,
    }
  }
  const since = sampleUs === null ? '' : `${agoText((nowUs - sampleUs) / 1000)} `
  const word = source.state.toUpperCase()
  return {
    word: source.state === 'silent' ? `${word} ${since}!` : word,
    style: SOURCE_STYLE[source.state],
    reason: source.reason,
  }
}

/** Whether the values are of now; else why not, in words. */
export function staleWord(
  link: LinkState,
  { source, sampleUs, valuesUs, values, status, nowUs }: Snapshot,
  sinceSnapshotMs: number,
): string | null {
  if (link.kind !== 'open') return `as of ${agoText(sinceSnapshotMs)} ago`
  const ageMs = valuesUs === null ? 0 : (nowUs - valuesUs) / 1000
  const state = isArmed(source) ? 'armed' : source.state
  if (state !== 'live') return values === null ? state : `${state}, as of ${agoText(ageMs)} ago`
  if (sampleUs === null) return 'no sample yet'
  return values !== null && valuesUs === sampleUs ? null : `${status} !`
}

/** The number of a device by its name; null: there is none of that name. */
export function deviceNamed({ devices }: Snapshot, name: string): DeviceNumber | null {
  return devices.find(({ device }) => device === name)?.number ?? null
}

export function eventKind({ kind }: EventView): string {
  return kind.replace('_', ' ')
}

/** `60 s`, `12.4 s`, `3.25 h`: a span that need not be a round one. @param ms above 0 */
export function roughSpan(ms: number): string {
  const [size, unit] =
    ms <= 60_000 ? [1000, 's'] : ms < 3_600_000 ? [60_000, 'min'] : [3_600_000, 'h']
  return `${Number((ms / size).toPrecision(3))} ${unit}`
}
