import type { StreamEvent } from '../../domain/events.ts'
import type { Hub, HubDevice } from '../../monitor/hub.ts'
import { formatIso } from '../../util/time-text.ts'
import { LIVE_VERSION } from './live-messages.ts'

/** First message to a viewer who may read. @param cursor behind all that is committed; empty: no log */
export function helloText(hub: Hub, version: string, cursor: string): string {
  return JSON.stringify({
    type: 'hello',
    protocol: LIVE_VERSION,
    server: 'ina219',
    version,
    cursor: cursor === '' ? null : cursor,
    devices: hub.devices.map(({ stream }) => stream.device),
  })
}

/** How everything stands where the samples of a subscription begin. */
export function snapshotText(hub: Hub, cursor: string): string {
  return JSON.stringify({
    type: 'snapshot',
    cursor: cursor === '' ? null : cursor,
    devices: hub.devices.map((device) => snapshotOf(device)),
  })
}

/** For a viewer that does not keep up: what is newest, without what was between. */
export function thinnedText(hub: Hub): string {
  return JSON.stringify({
    type: 'thinned',
    detail: 'more was sent than you have acknowledged; what is missing follows',
    devices: hub.devices.map((device) => snapshotOf(device)),
  })
}

function snapshotOf({ stream, state }: HubDevice): object {
  const { source, newest, values, valuesUs, channels } = state
  const timeUs = newest?.sample.timeUs ?? null
  return {
    device: stream.device,
    boot: stream.boot,
    state: source.state,
    reason: source.reason,
    virtual: stream.isVirtual,
    seq: newest?.sample.seq ?? null,
    time: timeUs === null ? null : formatIso(timeUs),
    ts: timeUs === null ? null : timeUs / 1e6,
    status: newest?.sample.status ?? null,
    values: valuesUs === timeUs ? values : null,
    rate: state.rateAt(stream.nowUs()),
    lost: stream.ledger.lost,
    channels: channels.map(({ id, label, unit }) => ({ id, label, unit })),
  }
}

export function eventText(device: string, { timeUs, kind, text }: StreamEvent): string {
  return JSON.stringify({ type: 'event', device, time: formatIso(timeUs), kind, text })
}

export function lossText(device: string, count: number, fromUs: number, toUs: number): string {
  const [from, to] = [formatIso(fromUs), formatIso(toUs)]
  return JSON.stringify({ type: 'loss', device, count, from, to })
}
