import { z } from 'zod'
import { MAX_CHANNEL_ID, MAX_EXTRA_CHANNELS } from '../../domain/channels.ts'
import { issueText } from '../issue-text.ts'

/** Version of the messages below; goes up when one of them goes or changes its meaning. */
export const LIVE_VERSION = 1

/** What a viewer says. */
const ClientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('token'), token: z.string().min(1).max(1000) }),
  z.strictObject({
    type: z.literal('subscribe'),
    /** A cursor of an earlier message, 0 for the log's beginning; absent or null: from now on. */
    since: z.union([z.literal(0), z.string().min(1).max(4000)]).nullish(),
    /** Most samples of a device in a second; absent or null: each one. */
    maxHz: z.number().min(0.001).max(10_000).nullish(),
    /** Ids of channels, `v`, `a`, `w` among them; absent or null: all. */
    channels: z
      .array(z.string().min(1).max(MAX_CHANNEL_ID))
      .min(1)
      .max(MAX_EXTRA_CHANNELS + 3)
      .nullish(),
  }),
  z.strictObject({ type: z.literal('unsubscribe') }),
  z.strictObject({ type: z.literal('ack'), cursor: z.string().min(1).max(4000) }),
])
export type ClientMessage = z.infer<typeof ClientMessage>
export type Subscription = Extract<ClientMessage, { type: 'subscribe' }>

/** @returns what is wrong with it, for the viewer, where it is none */
export function parseClientMessage(text: string): ClientMessage | { readonly wrong: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { wrong: 'that is no JSON' }
  }
  const parsed = ClientMessage.safeParse(value)
  if (parsed.success) return parsed.data
  return { wrong: issueText(parsed.error, 'the message') }
}

/** Why a viewer is let go (RFC 6455 7.4: 4000 to 4999 are an application's own). */
export const CLOSE = {
  goingAway: 1001,
  tryLater: 1013,
  badMessages: 4400,
  token: 4401,
  tooSlow: 4408,
  tooMany: 4429,
} as const

/** What viewers are told when the server ends. */
export const GOODBYE = 'the server ends: resume with since'
