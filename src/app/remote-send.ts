import { isOffered } from '../monitor/simulators.ts'
import type { DeviceBrief, DeviceNumber } from '../monitor/view.ts'
import type { ConnectPlan } from '../remote/connect-plan.ts'
import { RemoteView } from '../remote/remote-view.ts'
import { InaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'
import type { ProcessIo } from './io.ts'
import { outcomesJson, refuseFailed } from './send-run.ts'

/** What `send --connect` is to do. */
export interface RemoteSendPlan {
  readonly connect: ConnectPlan
  /** Label or source of the device; null: there is one alone, or the words say it. */
  readonly device: string | null
  readonly words: readonly string[]
  readonly json: boolean
}

/**
 * Has the devices of a running `serve` carry out commands, and prints what they answered.
 *
 * @throws InaError device_*: the server is not reached or does not allow it, or not all were carried out;
 *   usage_invalid: a mistake in the words, or no such device
 */
export async function runRemoteSend(plan: RemoteSendPlan, io: ProcessIo): Promise<void> {
  const { connect, words, json } = plan
  const view = await RemoteView.open({ ...connect, clock: io.clock })
  try {
    const link = view.changing()
    const { devices } = await view.snapshot(0)
    const device = deviceFor(plan, devices)
    const outcomes = await link.ask('send', { device, words: words.join(' ') })
    io.stdout.write(
      json
        ? outcomesJson(outcomes)
        : outcomes.map(({ text, said }) => `${text}: ${said}\n`).join(''),
    )
    refuseFailed(outcomes)
  } finally {
    view.close()
  }
}

function namesOf({ device, source }: DeviceBrief): readonly string[] {
  return [device, source.label]
}

/** @throws InaError usage_invalid: never a silent guess */
function deviceFor(
  { device, words }: RemoteSendPlan,
  devices: readonly DeviceBrief[],
): DeviceNumber {
  const names = devices.map((each) => each.device)
  if (device !== null) {
    const found = devices.find((each) => namesOf(each).includes(device))
    if (found !== undefined) return found.number
    throw new InaError(
      'usage_invalid',
      `there is no device '${device}'`,
      didYouMean(device, names, `there are: ${names.join(', ')}`),
    )
  }
  const all = devices.flatMap(namesOf)
  const areNamed = words.every((word) => all.some((name) => word.startsWith(`${name}:`)))
  const taking = devices.filter(({ source }) => !isOffered(source))
  const [only] = taking
  if (areNamed || only === undefined) return 0
  if (taking.length === 1) return only.number
  throw new InaError(
    'usage_invalid',
    `the server reads ${devices.length} devices: ${names.join(', ')}`,
    `name one with --device, or as in ${names[0] ?? ''}:${words[0] ?? ''}`,
  )
}
