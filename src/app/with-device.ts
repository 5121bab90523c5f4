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
 * @param busyHint what to do where another program holds the port; nobody waits for it
 * @throws InaError device_*: it can't be opened
 */
export async function withDevice<T>(
  plan: SourcePlan,
  io: ProcessIo,
  busyHint: string,
  work: (talk: DeviceTalk) => Promise<T>,
): Promise<T> {
  try {
    return await talked(plan, io, work)
  } catch (error) {
    if (!isInaError(error)) throw error
    const hint = hintFor(error.code, busyHint)
    throw hint === null ? error : new InaError(error.code, error.message, hint, error)
  }
}

/** Where a monitor may `--wait`; null: what the error says holds here, too. */
function hintFor(code: InaError['code'], busyHint: string): string | null {
  if (code === 'device_busy') return busyHint
  return code === 'device_absent' ? "plug the board in and look at 'ina219 ports'" : null
}

async function talked<T>(
  plan: SourcePlan,
  io: ProcessIo,
  work: (talk: DeviceTalk) => Promise<T>,
): Promise<T> {
  const talk = new DeviceTalk(await openSource(plan, io), io.clock)
  const ticker = setInterval(() => talk.tick(), TICK_MS)
  try {
    await talk.open()
    return await work(talk)
  } finally {
    clearInterval(ticker)
    await talk.stop()
  }
}
