import { z } from '@hono/zod-openapi'
import { EVENT_SUBJECTS, type EventSubject } from '../../domain/events.ts'
import {
  type FindRequest,
  POLLING_ORDERS,
  SIMULATOR_ORDERS,
  SNOOZE_MIN,
  type StatisticsRequest,
  type TraceRequest,
  type ViewControl,
} from '../../monitor/view.ts'
import { THEME_CHOICES } from '../../theme/themes.ts'
import { InaError } from '../../util/errors.ts'
import { issueText } from '../issue-text.ts'
import type { Asked, AskedKind, ClientMessage, SendRequest } from './messages.ts'
import type { SaveRequest } from './save/save-messages.ts'
import { fromWire } from './wire.ts'

/** Slots of a trace: two a pixel of a wall screen. */
const MOST_SLOTS = 8192
const LONGEST_TEXT = 1000
const MOST_LIMITS = 100
/** Of `last`: longer than any retention. */
const LONGEST_SPAN_S = 1e9

const device = z.int().min(0).max(9999)
const exactUs = z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER)
const timeUs = exactUs.transform(Math.round)
const text = z.string().max(LONGEST_TEXT)
const alarm = text.nullable()
const subjects = Object.keys(EVENT_SUBJECTS) as [EventSubject, ...EventSubject[]]

const seconds = z.number().positive().max(LONGEST_SPAN_S)
const span = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('last'), seconds }),
  z.object({ kind: z.literal('window'), seconds }),
  z.object({ kind: z.literal('reset') }),
  z.object({ kind: z.literal('between'), fromUs: timeUs, toUs: timeUs }),
])

const value = z.number().nullable()
const limits = z
  .array(z.object({ channel: text, low: value, high: value }))
  .max(MOST_LIMITS)
  .readonly()
const form = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('csv') }),
  z.object({ kind: z.literal('chart'), theme: z.enum(THEME_CHOICES), limits }),
])

const REQUESTS = {
  snapshot: z.object({ device }),
  trace: z.object({
    device,
    spanMs: z
      .number()
      .positive()
      .max(LONGEST_SPAN_S * 1000),
    slots: z.int().min(1).max(MOST_SLOTS),
    endUs: exactUs.nullable(),
  }) satisfies z.ZodType<TraceRequest>,
  statistics: z.object({ device, span }) satisfies z.ZodType<StatisticsRequest>,
  find: z.discriminatedUnion('what', [
    z.object({ device, what: z.literal('sample'), atUs: timeUs, withinUs: timeUs }),
    z.object({ device, what: z.enum(['max', 'min']), channel: text, fromUs: timeUs, toUs: timeUs }),
    z.object({
      device,
      what: z.enum(subjects),
      direction: z.enum(['before', 'after']),
      atUs: timeUs,
    }),
  ]) satisfies z.ZodType<FindRequest>,
  burst: z.object({ device }),
  control: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('totals_reset'), device }),
    z.object({ kind: z.literal('alarm_ack'), device, name: alarm }),
    z.object({
      kind: z.literal('alarm_snooze'),
      device,
      name: alarm,
      minutes: z.number().positive().max(SNOOZE_MIN.longest),
    }),
    z.object({ kind: z.literal('mark'), device, text, timeUs: exactUs.nullable() }),
    z.object({ kind: z.literal('send'), device, words: text }),
    z.object({
      kind: z.literal('polling'),
      device,
      order: z.enum(POLLING_ORDERS),
      group: text.nullable(),
    }),
    z.object({ kind: z.literal('simulator'), device, order: z.enum(SIMULATOR_ORDERS) }),
  ]) satisfies z.ZodType<ViewControl>,
  send: z.object({ device, words: text }) satisfies z.ZodType<SendRequest>,
  save: z.object({
    device: text,
    fromUs: timeUs,
    toUs: timeUs,
    form,
  }) satisfies z.ZodType<SaveRequest>,
} as const satisfies Record<AskedKind, z.ZodType>

/** What may be asked of a view, and no schema knows; the compiler names it here. */
type Unknown = {
  [Kind in AskedKind]: Asked[Kind]['request'] extends z.input<(typeof REQUESTS)[Kind]>
    ? never
    : Kind
}[AskedKind]
REQUESTS satisfies [Unknown] extends [never] ? object : Unknown

const Envelope = z.union([
  z.object({ type: z.literal('token'), token: text }),
  z.object({ id: z.int().min(0), ask: z.string().max(100), request: z.unknown() }),
])
type Envelope = z.infer<typeof Envelope>

/** A message of a client, whose request has not been looked at. @throws InaError input_invalid */
export function messageOf(data: string): Envelope {
  const { success, data: message } = Envelope.safeParse(fromWire(data))
  if (success) return message
  throw new InaError(
    'input_invalid',
    'that is no message of the view protocol',
    'send {"id":1,"ask":"snapshot","request":{"device":0}}, or a token',
  )
}

type Question = Exclude<ClientMessage, { type: 'token' }>

/** @throws InaError input_invalid: nothing of the kind can be asked, or not so */
export function questionOf({ id, ask, request }: Exclude<Envelope, { type: 'token' }>): Question {
  const schema = Object.hasOwn(REQUESTS, ask) ? REQUESTS[ask as AskedKind] : undefined
  if (schema === undefined) {
    const known = Object.keys(REQUESTS).join(', ')
    throw new InaError('input_invalid', `'${ask}' can't be asked`, `ask one of ${known}`)
  }
  const { success, data, error } = schema.safeParse(request)
  if (success) return { id, ask, request: data } as Question
  throw new InaError('input_invalid', issueText(error, 'the request'), 'see docs/serve.md')
}
