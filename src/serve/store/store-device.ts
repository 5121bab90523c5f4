import type { HubDevice } from '../../monitor/hub.ts'
import { isOff } from '../../monitor/simulators.ts'
import type { ServeParts } from '../parts.ts'

/** The device of `--energy-store`; null: the run has none. */
export function energyStore({ hub, energyStore: name }: ServeParts): HubDevice | null {
  if (name === null) return null
  return hub.devices.find(({ stream }) => stream.device === name) ?? null
}

/** The virtual store that stands in for it. */
function standIn({ hub, energyStore: name }: ServeParts): HubDevice | null {
  if (name === null) return null
  return hub.devices.find(({ stream }) => stream.source.standsFor === name) ?? null
}

/** The one that clients are told of: the real one, unless that is away and the virtual one runs. */
export function shownStore(parts: ServeParts): HubDevice | null {
  const [real, virtual] = [energyStore(parts), standIn(parts)]
  const isAway = real !== null && real.state.source.state !== 'live'
  return isAway && virtual !== null && !isOff(virtual) ? virtual : real
}
