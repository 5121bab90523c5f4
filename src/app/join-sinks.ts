import type { SinkThread } from '../sinks/sink-thread.ts'
import type { SinkDevices } from './sink-devices.ts'
import { SinkNews } from './sink-news.ts'
import { underFirstDevice } from './under-first-device.ts'

/** What sinks and the rest of the run have to do with each other. @returns to be called at the end */
export async function joinSinks(sinks: SinkThread, parts: SinkDevices): Promise<() => void> {
  const news = new SinkNews()
  const report = underFirstDevice(parts.hub, 'sink')
  sinks.onStatus((statuses) => {
    for (const text of news.take(statuses)) report(text)
  })
  // Loaded only where a sink has a use for devices as they are now.
  const hide = sinks.wantsLive
    ? (await import('./sink-devices.ts')).showDevices(sinks, parts)
    : null
  return () => {
    sinks.onStatus(() => {})
    hide?.()
  }
}
