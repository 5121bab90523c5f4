import { z } from '@hono/zod-openapi'
import type { HubDevice } from '../../monitor/hub.ts'
import { sendOutcomes } from '../../monitor/send-words.ts'
import { isOk, type Outcome } from '../../stream/carry-out.ts'
import type { Clock } from '../../util/clock.ts'
import { onOrOff } from '../../util/on-off.ts'
import { isRecord } from '../../util/records.ts'
import { readsEarlier } from '../earlier/earlier-routes.ts'
import { type Problem, problem } from '../problem.ts'
import { problems } from '../rest/problem-schema.ts'
import type { RestParts, Sought } from '../rest/rest-parts.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { energyStore } from './data.ts'

const RELAYS = ['A', 'B', 'C', 'D'] as const
type Relay = (typeof RELAYS)[number]
type Wanted = ReadonlyMap<Relay, boolean>

/** Updates under way: each waits for its board. */
const MOST_UNDER_WAY = 16
/** A board that has acknowledged says how its outputs are by then, ms. */
const REPORT_MS = 1000

const State = z.boolean().nullable().openapi({ description: 'on; null: the board has not said' })
const Status = z
  .object({
    A: State,
    B: State,
    C: State,
    D: State,
    unconfirmed: z.array(z.enum(RELAYS)).openapi({
      description: 'asked to switch without having confirmed it: each is shown as it was before',
    }),
    virtual: z.boolean().openapi({ description: 'nothing is really switched' }),
    device: z.string().openapi({ description: 'whose outputs they are' }),
  })
  .openapi('Relays')

const Switch = z.union([z.boolean(), z.literal(0), z.literal(1), z.enum(['on', 'off'])]).optional()
const Update = z
  .object({ A: Switch, B: Switch, C: Switch, D: Switch })
  .openapi('RelayUpdate', { description: 'those to be switched', example: { A: true } })

/** Four relays, which are outputs of a device of the run (contract, sections 7 and 8). */
export function addRelays(app: WebApp, parts: RestParts): void {
  /** What was wanted of relays that have not confirmed it. */
  const unconfirmed = new Map<Relay, boolean>()
  let underWay = 0
  const answers = { 200: { description: 'as they are', content: jsonOf(Status) } }
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/relay/status',
    summary: 'How the relays are',
    responses: { ...answers, ...problems([404, 'no relays are part of this run']) },
  })
  app.get('/api/relay/status', readsEarlier(parts), (c) => {
    const sought = relayDevice(parts)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    return c.json(statusOf(sought.found, unconfirmed), 200, { 'Cache-Control': 'no-store' })
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
  app.post('/api/relay/update', requires(parts.access, 'earlier'), async (c) => {
    const sought = relayDevice(parts)
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
      told = await switchRelays(parts, sought.found, wanted.found, unconfirmed)
    } finally {
      underWay--
    }
    if (told !== null) return answerProblem(c, told)
    return c.json(statusOf(sought.found, unconfirmed), 200, { 'Cache-Control': 'no-store' })
  })
}

function jsonOf<T extends z.ZodType>(schema: T) {
  return { 'application/json': { schema } }
}

/** The relays of the energy store, else the outputs of a board: of one that has said that it has some, first. */
function relayDevice(parts: RestParts): Sought<HubDevice> {
  const store = energyStore(parts)
  if (store?.stream.source.duplex === true) return { found: store }
  const boards = parts.hub.devices.filter(({ stream }) => stream.source.duplex)
  const board = boards.find(({ stream }) => stream.outputs !== null) ?? boards[0]
  if (board !== undefined) return { found: board }
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
  const wanted = new Map<Relay, boolean>()
  for (const [name, state] of Object.entries(value)) {
    const relay = RELAYS.find((each) => each === name)
    if (relay === undefined) return wrong(`there is no relay '${name.slice(0, 40)}'`)
    const isOn = onOrOff(state)
    if (isOn === null) return wrong(`${relay} is neither true nor false`)
    wanted.set(relay, isOn)
  }
  return wanted.size === 0 ? wrong('no relay is named') : { found: wanted }
}

/** @returns null: all have confirmed */
async function switchRelays(
  { hub }: RestParts,
  device: HubDevice,
  wanted: Wanted,
  unconfirmed: Map<Relay, boolean>,
): Promise<Problem | null> {
  for (const [relay, isOn] of wanted) {
    unconfirmed.set(relay, isOn)
    const words = `output.${relay}=${isOn ? 'on' : 'off'}`
    let outcome: Outcome | undefined
    try {
      ;[outcome] = await sendOutcomes(hub, device.number, words)
    } catch (error) {
      // Nothing was sent.
      unconfirmed.delete(relay)
      throw error
    }
    const isCarriedOut = outcome?.answer != null && isOk(outcome.answer)
    if (isCarriedOut && (await isReported(device, relay, isOn, hub.clock))) {
      unconfirmed.delete(relay)
      continue
    }
    const told = isCarriedOut ? NOT_REPORTED : refusalOf(outcome)
    if (told.status === 409) unconfirmed.delete(relay)
    else device.stream.report('output', `output ${relay} ${isOn ? 'on' : 'off'}: unconfirmed`)
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

const NOT_REPORTED: Unswitched = {
  status: 502,
  name: 'relay-unconfirmed',
  why: 'the board acknowledged it, and does not report it',
}

function refusalOf(outcome: Outcome | undefined): Unswitched {
  const why = outcome?.said ?? 'not sent'
  const result = outcome?.answer?.result
  if (result?.kind !== 'refused') return { status: 504, name: 'device-silent', why }
  if (result.error === 'timeout') return { status: 504, name: 'relay-silent', why }
  if (result.error === 'unconfirmed') return { status: 502, name: 'relay-unconfirmed', why }
  return { status: 409, name: 'device-refused', why }
}

/** Whether the device says by itself that an output is so, now or soon. */
function isReported(
  { stream }: HubDevice,
  relay: Relay,
  isOn: boolean,
  clock: Clock,
): Promise<boolean> {
  const isSo = (): boolean => stream.outputs?.[relay] === isOn
  if (isSo()) return Promise.resolve(true)
  return new Promise((resolve) => {
    const sinceMs = clock.monoMs()
    const timer = setInterval(() => {
      if (!isSo() && clock.monoMs() - sinceMs < REPORT_MS) return
      clearInterval(timer)
      resolve(isSo())
    }, 20)
  })
}

function statusOf(
  { stream }: HubDevice,
  unconfirmed: ReadonlyMap<Relay, boolean>,
): z.infer<typeof Status> {
  const { source, outputs } = stream
  const stateOf = (relay: Relay): boolean | null => outputs?.[relay] ?? null
  return {
    A: stateOf('A'),
    B: stateOf('B'),
    C: stateOf('C'),
    D: stateOf('D'),
    // What was wanted may have come about in the meantime.
    unconfirmed: RELAYS.filter(
      (each) => unconfirmed.has(each) && stateOf(each) !== unconfirmed.get(each),
    ),
    virtual: source.hasVirtualOutputs === true || source.simulator !== undefined,
    device: stream.device,
  }
}
