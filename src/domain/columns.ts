import { ELECTRIC_CHANNELS } from './channels.ts'

/** Columns of a sample in CSV, and its members in NDJSON, wherever samples are written. */
export const SAMPLE_COLUMNS: readonly string[] = [
  'time',
  'device',
  ...ELECTRIC_CHANNELS.map(({ column }) => column),
  'seq',
  'status',
]

/** What the name of an extra channel gets where it would be that of a fixed column. */
const SUFFIX = '_channel'

/**
 * The column of an extra channel. It depends on the fixed columns alone, so that it
 * stays the same whatever other channels come, and no two channels share one:
 * `status` becomes `status_channel`, and a channel of that name gets the suffix again.
 *
 * @param parts columns of the channel, where it has several: `_min`, `_avg`, `_max`
 */
export function channelColumn(
  id: string,
  fixed: readonly string[],
  parts: readonly string[] = [''],
): string {
  let stem = id
  while (stem.endsWith(SUFFIX)) stem = stem.slice(0, -SUFFIX.length)
  return parts.some((part) => fixed.includes(stem + part)) ? id + SUFFIX : id
}
