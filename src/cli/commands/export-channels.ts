import type { LogReader } from '../../storage/read/log-reader.ts'
import { parseCsvRecord } from '../../util/csv.ts'
import { InaError } from '../../util/errors.ts'
import { nearest } from '../../util/nearest.ts'

/** What `--channels` asks for: every extra channel, or these. */
export type ChannelWish = 'all' | readonly string[]

/** What the name of a channel gets where it would be that of another column. */
const SUFFIX = '_channel'

/** @param text `all`, or ids as in a CSV record, so that one with a comma can be named. @throws InaError usage_invalid */
export function parseChannels(text: string): ChannelWish {
  if (text.trim() === 'all') return 'all'
  const ids = parseCsvRecord(text.trim()).map((id) => id.trim())
  if (ids.length > 0 && ids.every((id) => id !== '')) return [...new Set(ids)]
  throw new InaError(
    'usage_invalid',
    `'${text}' names no channels`,
    "say all, or ids with commas between, such as 'soc,lux'",
  )
}

/**
 * The ids of the channels that are asked for; of several devices with the same channel once.
 *
 * @param device whose channels are all; null: of all devices
 * @throws InaError usage_invalid: no device in the log has such a channel
 */
export function channelsOf(wish: ChannelWish, reader: LogReader, device: string | null): string[] {
  const idsOf = (of: string | null): string[] => [
    ...new Set(reader.channels(of).map(({ id }) => id)),
  ]
  if (wish === 'all') return idsOf(device)
  const known = idsOf(null)
  const unknown = wish.find((id) => !known.includes(id))
  if (unknown === undefined) return [...wish]
  const guess = nearest(unknown, known)
  const others =
    known.length === 0
      ? 'it has none beside voltage, current and power, which are always written'
      : `it has: ${known.join(', ')}`
  throw new InaError(
    'usage_invalid',
    `the log has no channel '${unknown}'`,
    guess === null ? others : `did you mean '${guess}'?`,
  )
}

/**
 * The columns of the channels, each with a name of its own.
 *
 * @param fixed the names of the columns before them
 * @param parts columns a channel: its own, or `_min`, `_avg`, `_max`
 * @returns names in order of the channels, then of the parts
 */
export function channelColumns(
  ids: readonly string[],
  fixed: readonly string[],
  parts: readonly string[],
): string[] {
  const taken = new Set(fixed)
  return ids.flatMap((id) => {
    let name = id
    while (parts.some((part) => taken.has(name + part))) name += SUFFIX
    const columns = parts.map((part) => name + part)
    for (const column of columns) taken.add(column)
    return columns
  })
}
