import { channelColumn } from '../../domain/columns.ts'
import type { CommittedSample } from '../../storage/read/commit-reader.ts'
import { formatIso } from '../../util/time-text.ts'

/** Which samples a viewer wants, and what of them. */
export interface PageForm {
  /** Ids of channels, `v`, `a`, `w` among them; null: all */
  readonly channels: readonly string[] | null
  /** Most samples of a device in a second of its time; null: each one */
  readonly maxHz: number | null
}

/** Time of the newest sample that was taken of each device, Unix µs; goes from page to page where `maxHz` thins. */
export type Taken = Readonly<Record<string, number>>

/** A page as it goes to viewers. */
export interface EncodedPage {
  /** JSON of the samples, an array; null: none of them is wanted. */
  readonly samples: string | null
  readonly taken: Taken
}

/** Members of a sample that have a meaning of their own. */
const OWN = ['type', 'device', 'boot', 'seq', 'time', 'ts', 'v', 'a', 'w', 'status', 'late']

/** What the samples of a page look like to viewers of one form. */
export function encodePage(
  samples: readonly CommittedSample[],
  { channels, maxHz }: PageForm,
  taken: Taken,
): EncodedPage {
  const wanted = channels === null ? null : new Set(channels)
  const leastUs = maxHz === null ? 0 : 1e6 / maxHz
  const newest = new Map(Object.entries(taken))
  const texts: string[] = []
  for (const sample of samples) {
    if (wanted !== null && !hasAny(sample, wanted)) continue
    if (leastUs > 0) {
      const before = newest.get(sample.device)
      // A clock that was set back begins anew; a late sample is one of those left out.
      if (sample.late || (before !== undefined && isWithin(sample.timeUs - before, leastUs)))
        continue
      newest.set(sample.device, sample.timeUs)
    }
    texts.push(sampleText(sample, wanted))
  }
  return {
    samples: texts.length === 0 ? null : `[${texts.join(',')}]`,
    taken: Object.fromEntries(newest),
  }
}

/** Whether so much time, µs, is less than wanted; half a millisecond is jitter. */
function isWithin(sinceUs: number, leastUs: number): boolean {
  return sinceUs >= 0 && sinceUs < leastUs - 500
}

function hasAny({ electric, extras }: CommittedSample, wanted: ReadonlySet<string>): boolean {
  if (electric && ['v', 'a', 'w'].some((id) => wanted.has(id))) return true
  return extras !== null && Object.keys(extras).some((id) => wanted.has(id))
}

/** Members named as on the wire; `time` to the millisecond, `ts` to the microsecond. */
function sampleText(sample: CommittedSample, wanted: ReadonlySet<string> | null): string {
  const { device, boot, seq, timeUs, electric, voltage, current, power, extras, status, late } =
    sample
  const members: Record<string, unknown> = {
    device,
    boot,
    seq,
    time: formatIso(timeUs),
    ts: timeUs / 1e6,
  }
  if (electric) {
    const values = { v: voltage, a: current, w: power }
    for (const [id, value] of Object.entries(values)) {
      if (wanted === null || wanted.has(id)) members[id] = value
    }
  }
  members['status'] = status
  if (late) members['late'] = true
  for (const id in extras) {
    if (wanted === null || wanted.has(id)) members[channelColumn(id, OWN)] = extras[id]
  }
  return JSON.stringify(members)
}
