import { ELECTRIC_CHANNELS, MAX_CHANNEL_ID } from '../../domain/channels.ts'
import { POLL_MODES, type PollMode } from '../../domain/poll-mode.ts'
import { isChannelId } from '../../protocol/extras.ts'
import { parseTag } from '../../protocol/mc3e/tag.ts'
import { NO_CHANNELS } from '../../protocol/members.ts'
import { MOST_CONNECTIONS } from '../../sources/mc/plc-pool.ts'
import { type PlcTarget, parsePlcUrl } from '../../sources/mc/plc-url.ts'
import {
  LONGEST_INTERVAL_MS,
  type PollGroupPlan,
  type PollTag,
  SHORTEST_INTERVAL_MS,
} from '../../sources/mc/poll-plan.ts'
import { formatDuration, parseDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import type { Fields } from './fields.ts'

/** Members of a PLC, of a group and of a tag; as columns of CSV, beside the names of what they belong to. */
export const PLC_FIELDS = ['url', 'code', 'connections', 'line', 'process'] as const
export const GROUP_FIELDS = ['mode', 'interval', 'csv'] as const
export const TAG_FIELDS = ['channel', 'address', 'type', 'scale', 'unit'] as const

const CODE = /^[A-Z0-9]{14}$/
const EXAMPLE_CODE = 'KRCWO12ELOA101'
/** As part of a path, of a command and of a name such as `press1/power`. */
const LABEL = /^[^/?#%\\:\s]+( [^/?#%\\:\s]+)*$/u
const MOST_LABEL = 64
const GROUP_NAME = /^[\p{L}\p{N}_-]{1,32}$/u

/** What is said of a PLC beside its groups; null where it is wrong. */
export interface PlcEntry {
  readonly label: string
  readonly fields: Fields
  readonly target: PlcTarget | null
  readonly code: string | null
  readonly connections: number
  readonly line: string | null
  readonly process: string | null
}

export interface GroupEntry {
  readonly fields: Fields
  readonly name: string | null
  readonly mode: PollMode
  readonly intervalMs: number | null
  /** Those without a mistake. */
  readonly tags: readonly TagEntry[]
  /** No tag was said. */
  readonly isEmpty: boolean
}

export interface TagEntry extends PollTag {
  readonly fields: Fields
}

export function readPlc(label: string, fields: Fields): PlcEntry {
  if (label.length > MOST_LABEL || !LABEL.test(label)) {
    const rule = `1 to ${MOST_LABEL} characters without any of / ? # % \\ :`
    fields.wrong('plc', `'${label}' is no label of a PLC; write ${rule}`)
  }
  const url = fields.needed('url', 'mc3e://192.168.3.39:5007')
  const code = fields.text('code')
  if (code !== null && !CODE.test(code)) {
    fields.wrong(
      'code',
      `'${code}' is no equipment code; it has 14 capital letters and digits, such as ${EXAMPLE_CODE}`,
    )
  }
  const connections = fields.number('connections') ?? MOST_CONNECTIONS
  const isCount =
    Number.isInteger(connections) && connections >= 1 && connections <= MOST_CONNECTIONS
  if (!isCount) fields.wrong('connections', `'connections' must be 1 to ${MOST_CONNECTIONS}`)
  return {
    label,
    fields,
    target: url === null ? null : fields.read('url', () => parsePlcUrl(url)),
    code,
    connections,
    line: fields.text('line'),
    process: fields.text('process'),
  }
}

/** @param tags that belong to it, those of its `csv` among them; null: one with a mistake */
export function readGroup(
  fields: Fields,
  nameField: string,
  tags: readonly (TagEntry | null)[],
): GroupEntry {
  const name = fields.needed(nameField, 'power')
  if (name !== null && !GROUP_NAME.test(name)) {
    const rule = 'write 1 to 32 letters, digits, - or _, such as power'
    fields.wrong(nameField, `'${name}' is no name of a group; ${rule}`)
  }
  const said = fields.text('mode') ?? 'fixed'
  const mode = POLL_MODES.find((each) => each === said)
  if (mode === undefined) {
    const hint = didYouMean(said, POLL_MODES, `there are ${POLL_MODES.join(' and ')}`)
    fields.wrong('mode', `there is no mode '${said}'; ${hint}`)
  }
  const intervalMs = mode === 'fixed' ? readInterval(fields) : null
  return {
    fields,
    name,
    mode: mode ?? 'handshake',
    intervalMs,
    tags: tags.filter((each) => each !== null),
    isEmpty: tags.length === 0,
  }
}

function readInterval(fields: Fields): number | null {
  const text = fields.needed('interval', '1s')
  if (text === null) return null
  return fields.read('interval', () => {
    const ms = parseDuration(text)
    if (ms >= SHORTEST_INTERVAL_MS && ms <= LONGEST_INTERVAL_MS) return ms
    const [least, most] = [SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS].map((each) =>
      formatDuration(each),
    )
    throw wrong(`an interval of ${text} is none of ${least} to ${most}`, 'write such as 1s')
  })
}

/** @returns null: something is wrong with it, and has been said */
export function readTag(fields: Fields): TagEntry | null {
  const channel = fields.needed('channel', 'temp')
  const address = fields.needed('address', 'D100')
  const type = fields.text('type')
  const scale = fields.number('scale')
  const unit = fields.text('unit') ?? ''
  const isNamed =
    channel !== null && fields.read('channel', () => checkChannel(channel, unit)) !== null
  if (address === null) return null
  const tag = fields.read('address', () =>
    parseTag({ address, ...(type !== null && { type }), ...(scale !== null && { scale }) }),
  )
  if (tag === null || !isNamed) return null
  if (tag.type === 'string' && ELECTRIC_CHANNELS.some(({ id }) => id === channel)) {
    fields.wrong('type', `'${channel}' is a quantity, and ${address} a text; name it otherwise`)
    return null
  }
  return { fields, channel, unit, address, tag }
}

/** @returns true @throws InaError */
function checkChannel(channel: string, unit: string): true {
  const electric = ELECTRIC_CHANNELS.find(({ id }) => id === channel)
  if (electric !== undefined) {
    if (unit === '' || unit === electric.unit) return true
    throw wrong(
      `'${channel}' is the ${electric.label.toLowerCase()} in ${electric.unit}, not in ${unit}`,
      `scale it to ${electric.unit}, or name the channel otherwise`,
    )
  }
  if (NO_CHANNELS.has(channel)) {
    throw wrong(`'${channel}' means something else in samples`, 'name the channel otherwise')
  }
  if (isChannelId(channel) && !channel.includes(':')) return true
  throw wrong(
    `'${channel}' can't be the name of a channel`,
    `write 1 to ${MAX_CHANNEL_ID} characters without a colon`,
  )
}

function wrong(message: string, hint: string): InaError {
  return new InaError('config_invalid', message, hint)
}

/** Of a run: as it is polled. @returns null: a mistake has been said */
export function groupPlan({ name, mode, intervalMs, tags }: GroupEntry): PollGroupPlan | null {
  if (name === null || (mode === 'fixed' && intervalMs === null)) return null
  return {
    name,
    mode,
    intervalMs,
    tags: tags.map(({ channel, unit, address, tag }) => ({ channel, unit, address, tag })),
  }
}
