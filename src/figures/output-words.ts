import type { DeviceNumber, OutputsView, Snapshot } from '../monitor/view.ts'

/** How a switched output is shown. */
export interface OutputWords {
  readonly name: string
  /** As the device has last reported it; null: it has not. */
  readonly isOn: boolean | null
  readonly isUnconfirmed: boolean
  /** `on`, `off, unconfirmed`: never what was asked for before the device has reported it. */
  readonly text: string
}

/** The switched outputs that belong to what is shown. */
export interface ShownOutputs {
  readonly view: OutputsView
  readonly number: DeviceNumber
  /** Whose they are, where it is not the device that is shown. */
  readonly of: string | null
}

/** Those of the device, of an energy store its relays, which may be outputs of another one. */
export function shownOutputs(snapshot: Snapshot): ShownOutputs {
  const relays = snapshot.energyStore?.relays ?? null
  if (relays === null) return { view: snapshot, number: snapshot.number, of: null }
  return { view: relays, number: relays.number, of: relays.device }
}

/** The switched outputs of a device, also those that were asked for and never reported. */
export function outputWords({
  outputs,
  unconfirmed,
}: Pick<OutputsView, 'outputs' | 'unconfirmed'>): OutputWords[] {
  const names = new Set([...Object.keys(outputs ?? {}), ...Object.keys(unconfirmed)])
  return [...names].sort().map((name) => {
    const isOn = outputs?.[name] ?? null
    const isUnconfirmed = Object.hasOwn(unconfirmed, name)
    const state = isOn === null ? 'unknown' : isOn ? 'on' : 'off'
    return { name, isOn, isUnconfirmed, text: isUnconfirmed ? `${state}, unconfirmed` : state }
  })
}
