import { z } from '@hono/zod-openapi'
import { OUTPUT_NAMES, type OutputName } from '../../domain/outputs.ts'
import type { HubDevice } from '../../monitor/hub.ts'
import { relayDevice } from '../../monitor/relay-device.ts'
import { sendOutcomes } from '../../monitor/send-words.ts'
import { isOk, type Outcome } from '../../stream/carry-out.ts'
import { onOrOff } from '../../util/on-off.ts'
import { isRecord } from '../../util/records.ts'
import type { ServeParts } from '../parts.ts'
import { type Problem, problem, type Sought } from '../problem.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { energyStore, shownStore } from './store-device.ts'

type Wanted = ReadonlyMap<OutputName, boolean>

/** Updates under way: each waits for its board. */
const MOST_UNDER_WAY = 16

const State = z.boolean().nullable().openapi({ description: 'on; null: the board has not said' })
const Status = z
  .object({
    A: State,
    B: State,
    C: State,
    D: State,
    unconfirmed: z.array(z.enum(OUTPUT_NAMES)).openapi({
      description: 'asked to switch without having confirmed it: each is shown as it was before',
    }),
    virtual: z.boolean().openapi({ description: 'nothing is really switched' }),
    device: z.string().openapi({ description: 'whose outputs they are' }),
    reason: z.string().openapi({
      description: 'why the board does not say how they are at the moment; empty: it does',
    }),
  })
  .openapi('Relays')

export type RelayStatus = z.infer<typeof Status>

const Switch = z.union([z.boolean(), z.literal(0), z.literal(1), z.enum(['on', 'off'])]).optional()
const Update = z
  .object({ A: Switch, B: Switch, C: Switch, D: Switch })
  .openapi('RelayUpdate', { description: 'those to be switched', example: { A: true } })

/** Four relays, which are outputs of a device of the run (contract, sections 7 and 8). */
export function addRelays(app: WebApp, parts: ServeParts): void {
  let underWay = 0
  const answers = { 200: { description: 'as they are', content: jsonOf(Status) } }
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/relay/status',
    summary: 'How the relays are',
    responses: { ...answers, ...problems([404, 'no relays are part of this run']) },
  })
  app.get('/api/relay/status', requires(parts.access, 'earlier_read'), (c) => {
    const sought = soughtRelays(parts)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    return c.json(statusOf(sought.found), 200, { 'Cache-Control': 'no-store' })
  })
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/relay/update',
    summary: 'Switches relays',
    description:
      'One after the other; answered when each has confirmed. Peers of `--allow-from` need no token.',
    security: [{ token: [] }],
    request: { body: { required: true, content: jsonOf(Update) } },
    responses: {
      ...answers,
      ...problems(
        [400, 'a mistake in the body; nothing was switched'],
        [401, 'no token'],
        [404, 'no relays are part of this run'],
        [409, 'the board refused'],
        [502, 'the board answered, but not that it is switched'],
        [503, 'too many updates at once, or the board is away'],
        [504, 'the board did not answer'],
      ),
    },
  })
  app.post('/api/relay/update', requires(parts.access, 'earlier_write'), async (c) => {
    const sought = soughtRelays(parts)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    const wanted = wantedOf(await c.req.text())
    if ('problem' in wanted) return answerProblem(c, wanted.problem)
    if (underWay >= MOST_UNDER_WAY) {
      const hint = 'try again when the relays have answered'
      return answerProblem(c, problem(503, 'busy', 'many updates are under way', hint))
    }
    underWay++
    let told: Problem | null
    try {
      told = await switchRelays(parts, sought.found, wanted.found)
    } finally {
      underWay--
    }
    if (told !== null) return answerProblem(c, told)
    return c.json(statusOf(sought.found), 200, { 'Cache-Control': 'no-store' })
  })
}

function jsonOf<T extends z.ZodType>(schema: T) {
  return { 'application/json': { schema } }
}

/**
 * The relays of this run; where there are no real ones, those of the virtual store, while that is shown and runs in
 * this process: one that posts hears nobody.
 */
export function soughtRelays(parts: ServeParts): Sought<HubDevice> {
  const found = relayDevice(parts.hub.devices, energyStore(parts))
  if (found?.stream.hasVirtualOutputs === true && found === energyStore(parts)) {
    const shown = shownStore(parts)
    return { found: shown?.stream.source.simulator?.isRunning === true ? shown : found }
  }
  if (found !== null) return { found }
  const hint = 'start serve with --port for a board that has outputs, or with --energy-store'
  return { problem: problem(404, 'no-relays', 'no relays are part of this run', hint) }
}

function wantedOf(text: string): Sought<Wanted> {
  const wrong = (why: string): { readonly problem: Problem } => ({
    problem: problem(400, 'input-invalid', why, 'send such as {"A":true,"B":false}'),
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return wrong('the body is no JSON')
  }
  if (!isRecord(value)) return wrong('the body is no object')
  const wanted = new Map<OutputName, boolean>()
  for (const [name, state] of Object.entries(value)) {
    const relay = OUTPUT_NAMES.find((each) => each === name)
    if (relay === undefined) return wrong(`there is no relay '${name.slice(0, 40)}'`)
    const isOn = onOrOff(state)
    if (isOn === null) return wrong(`${relay} is neither true nor false`)
    wanted.set(relay, isOn)
  }
  return wanted.size === 0 ? wrong('no relay is named') : { found: wanted }
}

/** @returns null: all have confirmed */
async function switchRelays(
  { hub }: ServeParts,
  device: HubDevice,
  wanted: Wanted,
): Promise<Problem | null> {
  for (const [relay, isOn] of wanted) {
    const words = `output.${relay}=${isOn ? 'on' : 'off'}`
    const [outcome] = await sendOutcomes(hub, device.number, words)
    if (outcome?.answer != null && isOk(outcome.answer)) continue
    const told = refusalOf(outcome)
    const hint = 'it is shown as it was before; relays named behind it were not switched'
    return problem(told.status, told.name, `${words} was not confirmed: ${told.why}`, hint)
  }
  return null
}

interface Unswitched {
  readonly status: 409 | 502 | 504
  readonly name: string
  readonly why: string
}

function refusalOf(outcome: Outcome | undefined): Unswitched {
  const why = outcome?.said ?? 'not sent'
  const result = outcome?.answer?.result
  if (result?.kind !== 'refused') return { status: 504, name: 'device-silent', why }
  if (result.error === 'timeout') return { status: 504, name: 'relay-silent', why }
  if (result.error === 'unconfirmed') return { status: 502, name: 'relay-unconfirmed', why }
  return { status: 409, name: 'device-refused', why }
}

/** The relays of a device, as every client is told. */
export function statusOf(device: HubDevice): RelayStatus {
  const { stream } = device
  const { outputs, unconfirmed } = stream
  const stateOf = (relay: OutputName): boolean | null => outputs?.[relay] ?? null
  return {
    A: stateOf('A'),
    B: stateOf('B'),
    C: stateOf('C'),
    D: stateOf('D'),
    unconfirmed: OUTPUT_NAMES.filter((name) => Object.hasOwn(unconfirmed, name)),
    virtual: stream.hasVirtualOutputs,
    device: stream.device,
    reason: relayTrouble(device),
  }
}

/** A board at a port is away with all that it has; one of a way of its own is asked, whatever the device does. */
function relayTrouble({ stream, state }: HubDevice): string {
  const { state: word, reason } = state.source
  if (stream.source.outputsTrouble !== undefined) return stream.outputsTrouble
  return word === 'live' ? '' : reason || word
}
