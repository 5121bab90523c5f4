import type { LogReader } from '../storage/read/log-reader.ts'
import { parseCsvRecord } from '../util/csv.ts'
import { InaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'

/** What `--channels` requests: every extra channel, or these. */
export type ChannelRequest = 'all' | readonly string[]

/** @param text `all`, or ids. @throws InaError usage_invalid */
export function parseChannels(text: string): ChannelRequest {
  return text.trim() === 'all' ? 'all' : idsOf(text, 'all, or ids')
}

/** @param text ids as in a CSV record, so that one with a comma can be named. @returns each once @throws InaError usage_invalid */
export function parseChannelIds(text: string): string[] {
  return idsOf(text, 'ids')
}

function idsOf(text: string, wanted: string): string[] {
  const ids = parseCsvRecord(text.trim()).map((id) => id.trim())
  if (ids.every((id) => id !== '')) return [...new Set(ids)]
  const hint = `say ${wanted} with commas between, such as 'soc,lux'`
  throw new InaError('usage_invalid', `'${text}' names no channels`, hint)
}

/**
 * The ids of the channels that are requested; of several devices with the same channel once.
 *
 * @param device whose channels are all; null: of all devices
 * @param withDetail what lay between two samples is a channel as well, by the names of the wire
 * @throws InaError usage_invalid: no device in the log has such a channel
 */
export function requestedChannels(
  request: ChannelRequest,
  reader: LogReader,
  device: string | null,
  withDetail: boolean,
): string[] {
  const loggedOf = (of: string | null): string[] => [
    ...new Set(reader.channels(of, withDetail).map(({ id }) => id)),
  ]
  if (request === 'all') return loggedOf(device)
  const known = loggedOf(null)
  const unknown = request.find((id) => !known.includes(id))
  if (unknown === undefined) return [...request]
  const others =
    known.length === 0
      ? 'it has none beside voltage, current and power, which are always written'
      : `it has: ${known.join(', ')}`
  throw new InaError(
    'usage_invalid',
    `the log has no channel '${unknown}'`,
    didYouMean(unknown, known, others),
  )
}
