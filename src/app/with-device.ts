import { DeviceTalk } from '../stream/device-talk.ts'
import { InaError, isInaError } from '../util/errors.ts'
import type { ProcessIo } from './io.ts'
import { openSource } from './open-source.ts'
import type { SourcePlan } from './run-plan.ts'

/** Timers of the link run this often, ms. */
const TICK_MS = 50

/**
 * Opens a device, has it talked to, and closes it again whatever happens.
 *
 * @param busyHint what to do where another program holds the port
 * @throws InaError device_*: it can't be opened
 */
export async function withDevice<T>(
  plan: SourcePlan,
  io: ProcessIo,
  busyHint: string,
  work: (talk: DeviceTalk) => Promise<T>,
): Promise<T> {
  const talk = new DeviceTalk(await openSource(plan, io), io.clock)
  const ticker = setInterval(() => talk.tick(), TICK_MS)
  try {
    await talk.open()
    return await work(talk)
  } catch (error) {
    if (!isInaError(error) || error.code !== 'device_busy') throw error
    throw new InaError('device_busy', error.message, busyHint, error)
  } finally {
    clearInterval(ticker)
    await talk.stop()
  }
}
