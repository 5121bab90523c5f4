import { z } from '@hono/zod-openapi'
import { STORE } from '../../domain/energy-store.ts'
import type { HubDevice } from '../../monitor/hub.ts'
import { formatIso } from '../../util/time-text.ts'
import type { Durable } from '../ingest/durable.ts'
import { answerPosted, Receipt } from '../ingest/ingest.ts'
import { readPosted } from '../ingest/posted-samples.ts'
import type { ServeParts } from '../parts.ts'
import { type Problem, problem } from '../problem.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { energyStore, shownStore } from './store-device.ts'

/** What a board of an energy store measures. */
const MEASURED = [STORE.soc.id, STORE.solar.id, STORE.light.id] as const

const Value = z.number().nullable()
const Solar = z
  .looseObject({
    soc: Value.openapi({ description: 'state of charge, %; null: not measured', example: 85 }),
    solar_w: Value.openapi({ description: 'power of the panel, W', example: 12.5 }),
    lux: Value.openapi({ description: 'light, lx', example: 35000 }),
  })
  .openapi('Solar', { description: 'further members as those of a sample: ts, seq, v, a, …' })

const LatestSolar = z
  .object({
    device: z.string(),
    soc: Value,
    solar_w: Value,
    lux: Value,
    ts: z.number().nullable().openapi({ description: 'when it was measured, Unix s; null: never' }),
    timestamp: z.iso.datetime().nullable(),
    age_s: z.number().nullable(),
    state: z.string().openapi({ description: 'live, or silent: then the values are of then' }),
    status: z.string().nullable(),
    virtual: z.boolean().openapi({ description: 'made up: nothing of it was measured' }),
  })
  .openapi('LatestSolar')

export type StoreData = z.infer<typeof LatestSolar>

/** What the board of an energy store posts, on the paths that it knows (contract, section 8). */
export function addStoreData(app: WebApp, parts: ServeParts, durable: Durable | null): void {
  const openApi = app.openAPIRegistry
  openApi.registerPath({
    method: 'post',
    path: '/api/data/solar',
    summary: 'Takes a sample of the energy store',
    description:
      'Answered when it is in the log, as ingest is. Peers of `--allow-from` need no token.',
    security: [{ token: [] }],
    request: { body: { required: true, content: { 'application/json': { schema: Solar } } } },
    responses: {
      202: {
        description: 'it is in the log',
        content: { 'application/json': { schema: Receipt } },
      },
      ...problems(
        [400, 'it is no sample; nothing was taken'],
        [401, 'no token'],
        [404, 'serve runs without --energy-store'],
        [409, 'it is made up, and the virtual store of this server is running'],
        [503, 'the log can not be written at the moment'],
      ),
    },
  })
  app.post('/api/data/solar', requires(parts.access, 'earlier_write'), async (c) => {
    const store = energyStore(parts)
    if (store === null || durable === null) return answerProblem(c, noStore('/api/data/solar'))
    const body = new Uint8Array(await c.req.arrayBuffer())
    return answerPosted(c, store, {
      parts,
      body,
      posted: readPosted(body, lacksMeasured),
      durable,
    })
  })
  openApi.registerPath({
    method: 'get',
    path: '/api/data/latest',
    summary: 'The newest sample of the energy store',
    responses: {
      200: { description: 'it', content: { 'application/json': { schema: LatestSolar } } },
      ...problems([404, 'serve runs without --energy-store']),
    },
  })
  app.get('/api/data/latest', requires(parts.access, 'earlier_read'), (c) => {
    const store = shownStore(parts)
    if (store === null) return answerProblem(c, noStore('/api/data/latest'))
    return c.json(latestOf(store), 200, { 'Cache-Control': 'no-store' })
  })
}

function noStore(path: string): Problem {
  const hint = 'start serve with --energy-store'
  return problem(404, 'no-energy-store', `${path} is of an energy store, and there is none`, hint)
}

/** All three, so that a slip in a name is no further channel. */
function lacksMeasured(members: Readonly<Record<string, unknown>>): string | null {
  const wrong = MEASURED.find((name) => !isValue(members[name]))
  return wrong === undefined
    ? null
    : `has no ${wrong} that is a number, or null where it was not measured`
}

function isValue(value: unknown): boolean {
  return value === null || Number.isFinite(value)
}

/** The newest sample of the energy store, as every client is told. */
export function latestOf({ stream, state }: HubDevice): StoreData {
  const sample = state.newestKnown
  const measured = (name: (typeof MEASURED)[number]): number | null =>
    sample?.extras?.[name] ?? null
  const timeUs = sample?.timeUs ?? null
  return {
    device: stream.device,
    soc: measured('soc'),
    solar_w: measured('solar_w'),
    lux: measured('lux'),
    ts: timeUs === null ? null : timeUs / 1e6,
    timestamp: timeUs === null ? null : formatIso(timeUs),
    age_s: timeUs === null ? null : Math.round((stream.nowUs() - timeUs) / 1000) / 1000,
    state: state.source.state,
    status: sample?.status ?? null,
    virtual: stream.isVirtual,
  }
}
