import type { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../src/util/clock.ts'
import { systemSchedule } from '../src/util/schedule.ts'
import { createDevice, type MockDeviceOptions } from './device.ts'
import { LiveDevice } from './live-device.ts'
import { Outbox } from './outbox.ts'
import { type MockSummary, summaryOf } from './summary.ts'

/** Text gathered before it is written in one go, in characters. */
const CHUNK = 64 * 1024

/** Prints samples as fast as the reader takes them, until the last one or the signal. */
export async function printAtOnce(
  options: MockDeviceOptions,
  stream: Writable,
  signal: AbortSignal,
): Promise<MockSummary> {
  const device = createDevice(options)
  let text = ''
  const outbox = new Outbox(device.core, device.faults, (more) => {
    text += more
  })
  while (!device.core.finished && !signal.aborted) {
    while (text.length < CHUNK && !device.core.finished) outbox.sample()
    const isTaken = stream.write(text, 'latin1')
    text = ''
    // A pipe is written to at once and never says that it is full: signals and a
    // broken pipe are only heard of between turns.
    await (isTaken ? turn() : drained(stream, signal))
  }
  return summaryOf(options, device, outbox)
}

/** Prints samples in real time, until the last one or the signal. @param pace host ms per device ms */
export async function printLive(
  options: MockDeviceOptions,
  pace: number,
  stream: Writable,
  clock: Clock,
  signal: AbortSignal,
): Promise<MockSummary> {
  const device = createDevice(options)
  return new Promise((resolve) => {
    const live: LiveDevice = new LiveDevice({
      ...device,
      clock,
      schedule: systemSchedule,
      pace,
      lingerMs: 0,
      write: (text) => printFrom(live, text, stream, signal),
      finished: () => end(),
    })
    const end = (): void => {
      live.pause()
      resolve(summaryOf(options, device, live.outbox))
    }
    if (signal.aborted) return end()
    signal.addEventListener('abort', end, { once: true })
    live.start()
  })
}

/** Writes what a device says; where nobody reads, the device stands still until it is taken. */
export function printFrom(
  live: LiveDevice,
  text: string,
  stream: Writable,
  signal: AbortSignal,
): void {
  if (stream.write(text, 'latin1')) return
  live.pause()
  void drained(stream, signal).then(() => {
    if (!signal.aborted) live.resume()
  })
}

function drained(stream: Writable, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    stream.on('drain', done)
    signal.addEventListener('abort', done)
  })
}
