import { averageOf } from '../../export/printed-figures.ts'
import type { HubDevice } from '../../monitor/hub.ts'
import type { ServeParts } from '../parts.ts'
import type { SocketRoute } from '../socket-route.ts'
import { EarlierClients } from './earlier-socket.ts'
import { measurementOf } from './measurement.ts'

/** Between two messages of a device at least, ms. */
const TICK_MS = 100

/** `/ws/realtime`: newest values and the last minute, where there is something new. */
export function realtimeRoute(parts: ServeParts): SocketRoute & { readonly count: () => number } {
  const { hub } = parts
  const told = new Map<number, number>()
  let ticker: NodeJS.Timeout | undefined
  const tick = (): void => {
    for (const device of hub.devices) {
      const timeUs = device.state.newest?.sample.timeUs
      if (timeUs === undefined || told.get(device.number) === timeUs) continue
      let text: string | null = null
      for (const client of clients.of(device.number)) {
        text ??= realtimeText(device)
        client.send(text)
      }
      if (text !== null) told.set(device.number, timeUs)
    }
  }
  const clients = new EarlierClients(parts, () => {
    if (clients.count > 0) ticker ??= setInterval(tick, TICK_MS)
    else {
      clearInterval(ticker)
      ticker = undefined
    }
  })
  const route = clients.route('/ws/realtime', (client) => {
    if (client.device.state.newest !== null) client.send(realtimeText(client.device))
  })
  return {
    ...route,
    close: () => {
      clearInterval(ticker)
      route.close()
    },
    count: () => clients.count,
  }
}

function realtimeText(device: HubDevice): string {
  const { state } = device
  const { v, a, w, ts, seq, status, mode } = measurementOf(device) ?? NOTHING
  const [minute] = state.keepForView().windows((ts ?? 0) * 1e6)
  const part = (of: 'min' | 'avg' | 'max'): Record<string, number | null> => {
    const entries = ['v', 'a', 'w'].map((id) => {
      const own = minute?.stats[id]
      return [id, own === undefined ? null : of === 'avg' ? averageOf(own) : own[of]] as const
    })
    return Object.fromEntries(entries)
  }
  const stats = { min_1m: part('min'), max_1m: part('max'), avg_1m: part('avg') }
  const data = { current: { v, a, w }, stats, seq, ts, status, mode, device: device.stream.device }
  return JSON.stringify({ type: 'realtime', data })
}

const NOTHING = {
  v: null,
  a: null,
  w: null,
  ts: null,
  seq: null,
  status: null,
  mode: null,
} as const
