import type { EventKind } from '../domain/events.ts'
import type { Hub } from '../monitor/hub.ts'

/** Puts on record what concerns the run, under the first device that has sent something: one that has not may get another name yet. */
export function underFirstDevice(hub: Hub, kind: EventKind): (text: string) => void {
  let waiting: string[] | null = []
  const leave = hub.bus.subscribe({
    sample: (number) => {
      const texts = waiting ?? []
      waiting = null
      leave()
      for (const text of texts) hub.devices[number]?.stream.report(kind, text)
    },
  })
  return (text) => {
    if (waiting !== null) waiting.push(text)
    else {
      const device = hub.devices.find(({ state }) => state.newest !== null) ?? hub.devices[0]
      device?.stream.report(kind, text)
    }
  }
}
