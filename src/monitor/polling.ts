import type { PollGroupStatus, Polling, TriggerOutcome } from '../sources/mc/polling.ts'
import { InaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'
import type { Hub } from './hub.ts'
import type { PlcView, PollingOrder } from './view.ts'

/** A polling group of a run. */
export interface PollGroupOf {
  /** Label of its device. */
  readonly plc: string
  /** Its name among those of all PLCs: `press1/power`. */
  readonly path: string
  readonly polling: Polling
  readonly status: PollGroupStatus
}

/** The PLCs of a run, in the order of their devices. */
export function plcsOf({ devices }: Hub): PlcView[] {
  return devices.flatMap(({ number, stream, state }): PlcView[] => {
    const { polling } = stream.source
    if (polling === undefined) return []
    const { state: source, reason } = state.source
    return [{ ...polling.status, number, device: stream.device, source, reason }]
  })
}

export function pollGroupsOf({ devices }: Hub): PollGroupOf[] {
  return devices.flatMap(({ stream }) => {
    const { polling } = stream.source
    if (polling === undefined) return []
    const plc = stream.device
    return polling.status.groups.map((status) => {
      return { plc, path: `${plc}/${status.name}`, polling, status }
    })
  })
}

const NO_PLCS = 'name PLCs with --poll-source'

function pathsOf(groups: readonly PollGroupOf[]): string {
  return groups.map(({ path }) => path).join(', ')
}

/** What a turn that was asked for brought, and of which group. */
export interface Triggered {
  readonly group: PollGroupOf
  readonly outcome: Exclude<TriggerOutcome, { readonly kind: 'busy' | 'stopped' }>
}

/**
 * The group of a name: `power`, or `press1/power` where several PLCs have one of that name.
 *
 * @throws InaError device_absent: there is none; usage_invalid: there are several
 */
export function pollGroup(hub: Hub, name: string): PollGroupOf {
  const groups = pollGroupsOf(hub)
  const exact = groups.find(({ path }) => path === name)
  const [first, ...others] = groups.filter(({ status }) => status.name === name)
  const found = exact ?? first
  if (found === undefined) {
    const names = groups.flatMap(({ status, path }) => [status.name, path])
    const all = `there are: ${pathsOf(groups)}`
    const hint = groups.length === 0 ? NO_PLCS : didYouMean(name, names, all)
    throw new InaError('device_absent', `there is no polling group '${name}'`, hint)
  }
  if (exact === undefined && others.length > 0) {
    const message = `several PLCs have a polling group '${name}'`
    throw new InaError('usage_invalid', message, `name one of them: ${pathsOf([found, ...others])}`)
  }
  return found
}

/** Starts or stops groups. @param name null: all of them @returns how they are then @throws InaError as `pollGroup` */
export function orderGroups(
  hub: Hub,
  order: 'start' | 'stop',
  name: string | null,
): readonly PollGroupOf[] {
  const groups = name === null ? pollGroupsOf(hub) : [pollGroup(hub, name)]
  if (groups.length === 0) {
    throw new InaError('device_absent', 'there are no polling groups', NO_PLCS)
  }
  for (const { polling, status } of groups) polling[order](status.name)
  return name === null ? pollGroupsOf(hub) : [pollGroup(hub, name)]
}

/**
 * Reads a group once, and waits for it.
 *
 * @throws InaError as `pollGroup`; device_refused: a turn of it is under way, or it is stopped
 */
export async function triggerGroup(hub: Hub, name: string): Promise<Triggered> {
  const group = pollGroup(hub, name)
  const { path, polling, status } = group
  const outcome = (await polling.trigger(status.name)) ?? ({ kind: 'stopped' } as const)
  if (outcome.kind === 'busy') {
    const hint = 'what it asks for is being read: try again when it is over'
    throw new InaError('device_refused', `a turn of ${path} is under way`, hint)
  }
  if (outcome.kind === 'stopped') {
    throw new InaError('device_refused', `the group ${path} is stopped`, 'start it first')
  }
  return { group, outcome }
}

/** What a viewer is told of an order. @throws InaError as the functions above */
export async function pollingWords(
  hub: Hub,
  order: PollingOrder,
  name: string | null,
): Promise<string> {
  if (order !== 'trigger') {
    const groups = orderGroups(hub, order, name)
    const done = order === 'start' ? 'started' : 'stopped'
    return groups.length === 1
      ? `group ${groups[0]?.status.name} ${done}`
      : `${groups.length} groups ${done}`
  }
  const { group, outcome } = await triggerGroup(hub, name ?? onlyGroup(hub))
  if (outcome.kind === 'failed') {
    const message = `the group ${group.status.name} could not be read: ${outcome.reason}`
    throw new InaError('device_silent', message, 'try again when the PLC is there')
  }
  const values = Object.values(outcome.values)
  const read = values.filter((value) => value !== null).length
  const ms = Math.round(outcome.tookMs)
  return `group ${group.status.name}: ${read} of ${values.length} tags read in ${ms} ms`
}

/** @throws InaError usage_invalid: there are several, or none */
function onlyGroup(hub: Hub): string {
  const groups = pollGroupsOf(hub)
  const [only] = groups
  if (only !== undefined && groups.length === 1) return only.path
  const hint = groups.length === 0 ? NO_PLCS : `name one of ${pathsOf(groups)}`
  throw new InaError('usage_invalid', 'no polling group is named', hint)
}
