import { z } from '@hono/zod-openapi'
import { parseChannelIds, parseChannels } from '../../export/requested-channels.ts'
import { parseDuration } from '../../util/duration.ts'
import { InaError, isInaError } from '../../util/errors.ts'
import { formatIso, parseTime } from '../../util/time-text.ts'

/** What the query of a request says, read as the command line reads its options. */

/** The longest name that is looked at. */
const MOST_NAME = 1000

export const Device = z.string().min(1).max(MOST_NAME).openapi({
  description: 'label of a device, as /api/v1/devices has it',
  example: 'bench-7',
})

/** The longest list of channels. */
const MOST_CHANNELS = 4000

/** Text that one of the command line's own functions reads. */
function read<T>(parse: (text: string) => T, longest = MOST_NAME) {
  return z
    .string()
    .max(longest)
    .transform((text, context): T => {
      try {
        return parse(text)
      } catch (error) {
        if (!isInaError(error)) throw error
        context.addIssue({ code: 'custom', message: `${error.message}; ${error.hint}` })
        return z.NEVER
      }
    })
}

const TIME_TEXT = 'ISO 8601 (without a zone: local time of the server) or Unix seconds'

/** Unix µs. */
export const Time = read(parseTime).openapi({ type: 'string', format: 'date-time' })

export const SPAN = {
  from: Time.optional().openapi({
    type: 'string',
    description: `begin there: ${TIME_TEXT}; absent: at the begin of the log`,
    example: '2026-11-20T20:13:00Z',
  }),
  to: Time.optional().openapi({
    type: 'string',
    description: `end before there: ${TIME_TEXT}; absent: behind the newest sample`,
    example: '1795810380',
  }),
  last: read(parseDuration).optional().openapi({
    type: 'string',
    description: 'begin that long before now instead: 90s, 15m, 1h30m, 2d',
    example: '15m',
  }),
}

/** Of a span as it was asked for. */
export interface AskedSpan {
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** ms */
  readonly last?: number | undefined
}

/** @returns Unix µs; null: as far as the log goes @throws InaError usage_invalid */
export function spanOf(
  { from, to, last }: AskedSpan,
  nowMs: number,
): { readonly fromUs: number | null; readonly toUs: number | null } {
  if (last !== undefined) {
    if (from !== undefined || to !== undefined) {
      const hint = 'give last alone, or from and to'
      throw new InaError('usage_invalid', 'last and from or to exclude each other', hint)
    }
    return { fromUs: Math.max(0, Math.round((nowMs - last) * 1000)), toUs: null }
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw new InaError(
      'usage_invalid',
      `from ${formatIso(from)} is not before to ${formatIso(to)}`,
      'give them in order of time',
    )
  }
  return { fromUs: from === undefined ? null : Math.max(0, from), toUs: to ?? null }
}

/** Ids of channels. */
export const CHANNEL_IDS = read(parseChannelIds, MOST_CHANNELS)

/** Ids of extra channels, or `all`. */
export const CHANNELS = read(parseChannels, MOST_CHANNELS)

/** A whole number. */
export function whole(least: number, most: number) {
  return z.coerce.number().int().min(least).max(most)
}

/** Names with commas between; each once. */
export const NAMES = z
  .string()
  .min(1)
  .max(MOST_NAME)
  .transform((text) => [...new Set(text.split(',').map((each) => each.trim()))])
