import type { PollGroupStatus, Polling, TriggerOutcome } from '../sources/mc/polling.ts'
import { InaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'
import type { Hub } from './hub.ts'
import type { PlcView } from './view.ts'

/** A polling group of a run. */
export interface PollGroupOf {
  /** Label of its device. */
  readonly plc: string
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
    return polling.status.groups.map((status) => ({ plc: stream.device, polling, status }))
  })
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
  const full = ({ plc, status }: PollGroupOf): string => `${plc}/${status.name}`
  const exact = groups.find((each) => full(each) === name)
  const [first, ...others] = groups.filter(({ status }) => status.name === name)
  const found = exact ?? first
  if (found === undefined) {
    const names = groups.flatMap((each) => [each.status.name, full(each)])
    const all = `there are: ${groups.map(full).join(', ')}`
    const hint = groups.length === 0 ? 'name PLCs with --poll-source' : didYouMean(name, names, all)
    throw new InaError('device_absent', `there is no polling group '${name}'`, hint)
  }
  if (exact === undefined && others.length > 0) {
    const names = [found, ...others].map(full).join(', ')
    const message = `several PLCs have a polling group '${name}'`
    throw new InaError('usage_invalid', message, `name one of them: ${names}`)
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
    throw new InaError(
      'device_absent',
      'there are no polling groups',
      'name PLCs with --poll-source',
    )
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
  const { plc, polling, status } = group
  const outcome = (await polling.trigger(status.name)) ?? ({ kind: 'stopped' } as const)
  const full = `${plc}/${status.name}`
  if (outcome.kind === 'busy') {
    const hint = 'what it asks for is being read: try again when it is over'
    throw new InaError('device_refused', `a turn of ${full} is under way`, hint)
  }
  if (outcome.kind === 'stopped') {
    throw new InaError('device_refused', `the group ${full} is stopped`, 'start it first')
  }
  return { group, outcome }
}

/** What a viewer is told of an order. @throws InaError as the functions above */
export async function pollingWords(
  hub: Hub,
  order: 'start' | 'stop' | 'trigger',
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
  if (only !== undefined && groups.length === 1) return `${only.plc}/${only.status.name}`
  const names = groups.map(({ plc, status }) => `${plc}/${status.name}`).join(', ')
  const hint = groups.length === 0 ? 'name PLCs with --poll-source' : `name one of ${names}`
  throw new InaError('usage_invalid', 'no polling group is named', hint)
}
