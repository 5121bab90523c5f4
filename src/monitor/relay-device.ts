import type { HubDevice } from './hub.ts'

/**
 * Whose outputs the relays of an energy store are: its own, else those of a board; of several, of the first that has
 * said that it has some.
 *
 * @param store null: the run has none
 * @returns null: there are none
 */
export function relayDevice(
  devices: readonly HubDevice[],
  store: HubDevice | null,
): HubDevice | null {
  if (store?.stream.source.duplex === true) return store
  // What stands in for another device has its relays for itself.
  const boards = devices.filter(
    ({ stream: { source } }) => source.duplex && source.standsFor === undefined,
  )
  return boards.find(({ stream }) => stream.outputs !== null) ?? boards[0] ?? null
}
