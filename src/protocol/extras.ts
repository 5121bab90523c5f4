import { type Extras, MAX_CHANNEL_ID } from '../domain/channels.ts'
import { cleanText } from '../domain/sample.ts'
import { DETAIL, NO_CHANNELS } from './members.ts'

/**
 * Names, in their order, of the newest line without channels, with and without a detail: a
 * device sends the same ones each time, so that its lines need no closer look. Nothing but
 * speed depends on it.
 */
const usualNames: Record<'plain' | 'detailed', readonly string[]> = { plain: [], detailed: [] }

export interface FurtherMembers {
  /** null: none */
  readonly extras: Extras | null
  /** Name of a numeric member that can't be that of a channel; null: none */
  readonly leftOut: string | null
}

const NONE: FurtherMembers = { extras: null, leftOut: null }

/**
 * Every further numeric member is a channel (PROTOCOL.md 5.1).
 *
 * @param hasDetail those of a detail are none
 */
export function readExtras(
  members: Readonly<Record<string, unknown>>,
  hasDetail: boolean,
): FurtherMembers {
  const names = hasDetail ? usualNames.detailed : usualNames.plain
  let at = 0
  for (const name in members) if (name !== names[at++]) return collectExtras(members, hasDetail)
  return NONE
}

function collectExtras(
  members: Readonly<Record<string, unknown>>,
  hasDetail: boolean,
): FurtherMembers {
  const isOther = (name: string): boolean =>
    NO_CHANNELS.has(name) || (hasDetail && Object.hasOwn(DETAIL, name))
  let extras: Record<string, number> | null = null
  let leftOut: string | null = null
  for (const name in members) {
    if (isOther(name)) continue
    const value = members[name]
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    if (!isChannelId(name)) {
      leftOut ??= quotable(cleanText(name))
      continue
    }
    extras ??= {}
    extras[name] = value + 0
  }
  if (extras !== null || leftOut !== null) return { extras, leftOut }
  const names = Object.keys(members)
  // A text under another name may be a number in the next line.
  if (names.every(isOther)) usualNames[hasDetail ? 'detailed' : 'plain'] = names
  return NONE
}

/** What is cut shows that it is longer than a name may be. */
function quotable(name: string): string {
  return name.length <= MAX_CHANNEL_ID ? name : `${name.slice(0, MAX_CHANNEL_ID)}...`
}

/** A name that every object has would be found in samples without the channel, too. */
export function isChannelId(name: string): boolean {
  const isClean = name !== '' && name.length <= MAX_CHANNEL_ID && cleanText(name) === name
  return isClean && !(name in Object.prototype)
}

/** What is there of voltage, current and power where they are no electric sample. */
export function withElectric(
  extras: Extras | null,
  v: number | null,
  a: number | null,
  w: number | null,
): Extras {
  return {
    ...(v === null ? {} : { v }),
    ...(a === null ? {} : { a }),
    ...(w === null ? {} : { w }),
    ...extras,
  }
}
