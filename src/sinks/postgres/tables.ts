/** The tables in PostgreSQL: how they are called, and what is in them. */

export const DEFAULT_TABLE = 'power_sample'
/** PostgreSQL cuts names at 63 bytes; the longest of ours is this much longer than what people write. */
export const LONGEST_TABLE = 63 - '_channel_sample'.length

export const TABLE_KEYS = ['sample', 'channel', 'event', 'loss', 'run'] as const
export type TableKey = (typeof TABLE_KEYS)[number]

/** Names as they are, not quoted. */
export interface TableNames extends Readonly<Record<TableKey, string>> {
  /** null: the first of the search path */
  readonly schema: string | null
}

/** `power_sample` has `channel_sample`, `power_event`, … beside it, `x_sample` `x_channel_sample`, `x_event`, …, and `x` the same. */
export function tableNames(schema: string | null, sample: string): TableNames {
  const stem = sample.replace(/(?<=.)_sample$/, '')
  return {
    schema,
    sample,
    channel: sample === DEFAULT_TABLE ? 'channel_sample' : `${stem}_channel_sample`,
    event: `${stem}_event`,
    loss: `${stem}_loss`,
    run: `${stem}_run`,
  }
}

/** As SQL has it, whatever is in the name. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function qualified({ schema, ...names }: TableNames, key: TableKey): string {
  return `${schema === null ? '' : `${quoted(schema)}.`}${quoted(names[key])}`
}

/** Types as `format_type` says them. */
type ColumnType =
  | 'timestamp with time zone'
  | 'text'
  | 'uuid'
  | 'smallint'
  | 'bigint'
  | 'double precision'

interface Table {
  /** In order; `!` after the type: never NULL. */
  readonly columns: Readonly<Record<string, ColumnType | `${ColumnType}!`>>
  readonly key: string
  /** Columns of a further index. */
  readonly index: string | null
}

const TIME = 'timestamp with time zone!'
/** What each row says first. */
const ORIGIN = { time: TIME, device: 'text!', log: 'uuid!' } as const
/** Of which run and sample a row is. */
const OF_SAMPLE = { ...ORIGIN, run: 'bigint!', boot: 'bigint', seq: 'bigint' } as const

const TABLES: Readonly<Record<TableKey, Table>> = {
  sample: {
    columns: {
      ...OF_SAMPLE,
      voltage_v: 'double precision',
      current_a: 'double precision',
      power_w: 'double precision',
      status: 'text!',
    },
    // A time is that of one sample of a log, so this implies (log, device, boot, seq, time), and finds a device's span.
    key: 'device, time, log',
    index: null,
  },
  channel: {
    columns: {
      ...OF_SAMPLE,
      channel: 'text!',
      value: 'double precision!',
      unit: 'text!',
      place: 'smallint!',
      status: 'text!',
    },
    key: 'device, channel, time, log',
    index: null,
  },
  event: {
    columns: {
      ...ORIGIN,
      id: 'bigint!',
      kind: 'text!',
      detail: 'text!',
    },
    key: 'log, id',
    index: 'device, time',
  },
  loss: {
    columns: {
      time: TIME,
      time_to: TIME,
      device: 'text!',
      log: 'uuid!',
      id: 'bigint!',
      run: 'bigint!',
      boot: 'bigint',
      first_seq: 'bigint!',
      count: 'bigint!',
      reason: 'text!',
    },
    key: 'log, id',
    index: 'device, time',
  },
  run: {
    columns: { ...ORIGIN, run: 'bigint!', boot: 'bigint' },
    key: 'log, run',
    index: null,
  },
}

/** What has to be there. */
export function columnsOf(key: TableKey): readonly (readonly [name: string, type: string])[] {
  return Object.entries(TABLES[key].columns).map(([name, type]) => [name, type.replace('!', '')])
}

/** The statements that make a table. */
export function creation(names: TableNames, key: TableKey): string[] {
  const table = qualified(names, key)
  const { columns, key: primary, index } = TABLES[key]
  const lines = Object.entries(columns).map(
    ([name, type]) => `  ${name} ${type.replace('!', ' NOT NULL')}`,
  )
  const body = [...lines, `  PRIMARY KEY (${primary})`].join(',\n')
  const made = `CREATE TABLE ${table} (\n${body}\n)`
  return index === null ? [made] : [made, `CREATE INDEX ON ${table} (${index})`]
}
