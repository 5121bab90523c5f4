import type { BusSubscriber } from '../../monitor/bus.ts'
import { Budget } from '../budget.ts'
import type { ServeParts } from '../parts.ts'
import type { SocketRoute } from '../socket-route.ts'
import { EarlierClients } from './earlier-socket.ts'
import { measurementOf } from './measurement.ts'

/** Messages a second and device; a burst may have as many at once. */
const MOST_PER_SECOND = 100

/** `/ws`: each sample, and what is to be said, as they come. */
export function measurementsRoute(
  parts: ServeParts,
): SocketRoute & { readonly count: () => number } {
  const { hub, clock } = parts
  const budgets = hub.devices.map(() => new Budget(MOST_PER_SECOND, clock.monoMs()))
  let unsubscribe: (() => void) | null = null
  const clients = new EarlierClients(parts, () => {
    if (clients.count > 0) unsubscribe ??= hub.bus.subscribe(subscriber)
    else {
      unsubscribe?.()
      unsubscribe = null
    }
  })
  const tell = (number: number, make: () => string): void => {
    let text: string | null = null
    for (const client of clients.of(number)) {
      text ??= make()
      client.send(text)
    }
  }
  const subscriber: BusSubscriber = {
    sample: (number, { origin }) => {
      // One that comes late is none that these clients could put in its place.
      if (origin === 'late' || budgets[number]?.take(clock.monoMs()) !== true) return
      const device = hub.devices[number]
      if (device === undefined) return
      tell(number, () => {
        const data = measurementOf(device)
        const timestamp = new Date((data?.ts ?? 0) * 1000).toISOString()
        return JSON.stringify({ type: 'measurement', data, timestamp })
      })
    },
    event: (number, { kind, text }) => {
      if (kind === 'note') tell(number, () => statusText(text))
    },
    sourceState: (number, state, reason) => {
      tell(number, () => statusText(reason === '' ? state : `${state}: ${reason}`))
    },
  }
  return {
    ...clients.route('/ws', (client) => {
      const { stream, state } = client.device
      client.send(statusText(`${stream.device}: ${state.source.state}`))
    }),
    count: () => clients.count,
  }
}

function statusText(message: string): string {
  return JSON.stringify({ type: 'status', message, timestamp: new Date().toISOString() })
}
