import { readWords } from '../protocol/words/read-words.ts'
import { carryOut, isOk, notSent, type Outcome } from '../stream/carry-out.ts'
import { commandText } from '../stream/command-text.ts'
import { InaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'
import type { Hub, HubDevice } from './hub.ts'
import type { DeviceNumber } from './view.ts'

/**
 * Has devices of a run carry out what `ina219 send` takes, one after the other up to the first that
 * is not carried out: `save` must not keep half a change. What each answered is an event.
 *
 * @param number the device that words without a device's name are for
 * @returns what the devices answered, in words
 * @throws InaError usage_invalid: a mistake in the words, or a device that hears nothing; device_silent:
 *   it is not there. Nothing is sent then
 */
export async function sendWords(hub: Hub, number: DeviceNumber, words: string): Promise<string> {
  const outcomes = await sendOutcomes(hub, number, words)
  return outcomes.map(({ text, said }) => `${text}: ${said}`).join('; ')
}

/**
 * The same.
 *
 * @returns what became of each
 * @throws InaError as `sendWords`
 */
export async function sendOutcomes(
  hub: Hub,
  number: DeviceNumber,
  words: string,
): Promise<readonly Outcome[]> {
  const orders = readWords([words], (text, at) => scopeAt(text, at, hub), hub.clock).map(
    ({ device, text, value }) => ({ device: deviceOf(hub, device, number), text, command: value }),
  )
  for (const { device } of orders) refuseDeaf(device)
  const outcomes: Outcome[] = []
  let isOver = false
  for (const { device, ...order } of orders) {
    const outcome: Outcome = isOver ? notSent(order) : await carryOut(order, device.stream)
    const { answer, said } = outcome
    if (answer !== null) device.stream.report('command', `${commandText(order.command)}: ${said}`)
    isOver ||= answer === null || !isOk(answer)
    outcomes.push(outcome)
  }
  return outcomes
}

function namesOf({ stream }: HubDevice): readonly string[] {
  return [stream.device, stream.source.label]
}

/** The longest name of a device that stands there before a colon: labels may have some of their own. */
function scopeAt(text: string, at: number, { devices }: Hub): string | null {
  const fitting = devices.flatMap(namesOf).filter((name) => text.startsWith(`${name}:`, at))
  return fitting.sort((one, other) => other.length - one.length)[0] ?? null
}

function deviceOf({ devices }: Hub, name: string | null, number: DeviceNumber): HubDevice {
  const device =
    name === null ? devices[number] : devices.find((each) => namesOf(each).includes(name))
  if (device !== undefined) return device
  const names = devices.map(({ stream }) => stream.device)
  throw new InaError(
    'usage_invalid',
    `there is no device '${name}'`,
    didYouMean(name ?? '', names, `there are: ${names.join(', ')}`),
  )
}

function refuseDeaf({ stream, state }: HubDevice): void {
  const { label, duplex } = stream.source
  if (!duplex) {
    throw new InaError(
      'usage_invalid',
      `nothing can be sent to ${label}: its samples come one way`,
      'read the device at its port (--port) to set it from here',
    )
  }
  const { state: now, reason } = state.source
  if (now === 'live' || now === 'silent') return
  throw new InaError(
    'device_silent',
    `${label} is not there to be told (${now})`,
    reason === '' ? 'try again when it is live' : reason,
  )
}
