import { isVirtualMode, VIRTUAL_MODE } from '../../domain/virtual.ts'
import type { HubDevice } from '../../monitor/hub.ts'
import type { SampleFrame } from '../../protocol/frames.ts'
import type { ServeParts } from '../parts.ts'
import { type Problem, problem } from '../problem.ts'

/**
 * Whose samples these are, by whatever path they were posted: what is made up is never under the label of a real
 * device, and what was measured never under that of a virtual one.
 *
 * @param device to which they were posted
 */
export function takerOf(
  { hub }: Pick<ServeParts, 'hub'>,
  device: HubDevice,
  samples: readonly SampleFrame[],
): HubDevice | Problem {
  const { device: label, source } = device.stream
  const isVirtual = source.standsFor !== undefined
  const virtual = samples.filter(({ mode }) => isVirtualMode(mode)).length
  if (virtual > 0 && virtual < samples.length) return MIXED
  if (virtual === 0) return isVirtual ? measured(label) : device
  const taker = isVirtual
    ? device
    : hub.devices.find(({ stream }) => stream.source.standsFor === label)
  if (taker === undefined) return madeUp(label)
  return taker.stream.source.simulator?.isRunning === true ? RUNNING : taker
}

const MIXED = problem(
  400,
  'sample-invalid',
  `samples of mode ${VIRTUAL_MODE} came with others`,
  'post those that are made up by themselves',
)

const RUNNING = problem(
  409,
  'simulator-running',
  'the virtual store of this server is running',
  'stop it first: POST /simulator/stop',
)

function madeUp(label: string): Problem {
  const message = `mode ${VIRTUAL_MODE} says that they are made up, and '${label}' is a real device`
  const hint = 'post them to a serve --energy-store, which logs them under a label of their own'
  return problem(409, 'device-real', message, hint)
}

function measured(label: string): Problem {
  const message = `'${label}' is a virtual device, and these are not of mode ${VIRTUAL_MODE}`
  return problem(409, 'device-virtual', message, 'post what was measured under another label')
}
