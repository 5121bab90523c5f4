import type { CommittedSample, LogRecord } from '../../storage/read/commit-reader.ts'
import type { Batch } from '../sink.ts'
import { doubles, integers, texts, times } from './binary-array.ts'
import { columnsOf, qualified, type TableKey, type TableNames } from './tables.ts'

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** Rows for a table, each column an array. */
type Columns = Readonly<Record<string, readonly [type: string, values: Buffer]>>

/** What one transaction does to bring a batch into the tables: applied twice, it is the same as once. */
export function statementsOf(batch: Batch, tables: TableNames): Statement[] {
  const { log, samples, records } = batch
  const into = new Tables(tables, log)
  // A sample without any value has to be somewhere, too.
  const measured = samples.filter(({ electric, extras }) => electric || extras === null)
  const events = records.filter((each) => each.kind === 'event')
  const losses = records.filter((each) => each.kind === 'loss')
  const gone = records.filter((each) => each.kind === 'loss_gone')
  const runs = records.filter((each) => each.kind === 'run')
  return [
    ...(measured.length > 0
      ? [into.add('sample', sampleColumns(measured), 'device, time, log')]
      : []),
    ...into.channels(batch),
    ...runs.flatMap((each) => into.nowKnown(each)),
    ...(runs.length > 0 ? [into.replace('run', runColumns(runs), 'log, run')] : []),
    ...(events.length > 0 ? [into.replace('event', eventColumns(events), 'log, id')] : []),
    ...(losses.length > 0 ? [into.replace('loss', lossColumns(losses), 'log, id')] : []),
    ...(gone.length > 0 ? [into.remove(gone.map(({ id }) => id))] : []),
  ]
}

class Tables {
  readonly #names: TableNames
  readonly #log: string

  constructor(names: TableNames, log: string) {
    this.#names = names
    this.#log = log
  }

  /** Rows that never change. */
  add(key: TableKey, columns: Columns, target: string): Statement {
    return this.#insert(key, columns, `ON CONFLICT (${target}) DO NOTHING`)
  }

  /** Rows that may have changed. */
  replace(key: TableKey, columns: Columns, target: string): Statement {
    const set = Object.keys(columns).map((name) => `${name} = excluded.${name}`)
    return this.#insert(key, columns, `ON CONFLICT (${target}) DO UPDATE SET ${set.join(', ')}`)
  }

  /** Values of extra channels, a row each. */
  channels({ samples, unitOf }: Batch): Statement[] {
    const rows = samples.flatMap((sample) =>
      Object.entries(sample.extras ?? {}).map(([channel, value]) => ({ sample, channel, value })),
    )
    if (rows.length === 0) return []
    const columns: Columns = {
      ...commonColumns(rows.map(({ sample }) => sample)),
      channel: ['text', texts(rows.map(({ channel }) => channel))],
      value: ['float8', doubles(rows.map(({ value }) => value))],
      unit: ['text', texts(rows.map(({ sample, channel }) => unitOf(sample.device, channel)))],
    }
    return [this.add('channel', columns, 'device, channel, time, log')]
  }

  /**
   * The boot number of a run has come to be known after its first samples. Where the run is there with its number, its
   * samples are as well. To be applied before the run itself.
   */
  nowKnown(run: Extract<LogRecord, { kind: 'run' }>): Statement[] {
    const { id, device, boot, startedUs } = run
    if (boot === null) return []
    const isNew = `NOT EXISTS (SELECT 1 FROM ${qualified(this.#names, 'run')}
      WHERE log = $1::uuid AND run = $2 AND boot IS NOT NULL)`
    const update = (key: TableKey, where: string, ...more: readonly unknown[]): Statement => ({
      text: `UPDATE ${qualified(this.#names, key)} SET boot = $3
        WHERE log = $1::uuid AND run = $2 AND boot IS NULL AND ${where}${isNew}`,
      values: [this.#log, id, boot, ...more],
    })
    const ofSpan = 'device = ($4::text[])[1] AND time >= ($5::timestamptz[])[1] AND '
    const span = [texts([device]), times([startedUs])]
    return [
      update('sample', ofSpan, ...span),
      update('channel', ofSpan, ...span),
      update('loss', ''),
    ]
  }

  /** Lost ranges that are taken back. */
  remove(ids: readonly number[]): Statement {
    return {
      text: `DELETE FROM ${qualified(this.#names, 'loss')} WHERE log = $1::uuid AND id = ANY ($2::int8[])`,
      values: [this.#log, integers(ids)],
    }
  }

  /**
   * The columns are looked at in the same statement, which locks the table against changes: a column that has become a
   * `real` meanwhile would take our values, and not keep them. Then the name that is asked for is no table's.
   */
  #insert(key: TableKey, columns: Columns, onConflict: string): Statement {
    const names = Object.keys(columns)
    const table = qualified(this.#names, key)
    const arrays = Object.values(columns).map(([type], i) => `$${i + 4}::${type}[]`)
    const expected = columnsOf(key).map(([name, type]) => `${name} ${type}`)
    return {
      text: `WITH written AS (
          INSERT INTO ${table} (log, ${names.join(', ')})
          SELECT $1::uuid, * FROM unnest(${arrays.join(', ')}) ${onConflict})
        SELECT CASE count(*) WHEN ${expected.length} THEN NULL ELSE concat('columns as they were: ', count(*))::regclass END
        FROM pg_attribute WHERE attrelid = to_regclass($3)
          AND attname || ' ' || format_type(atttypid, atttypmod) = ANY ($2::text[])`,
      values: [this.#log, expected, table, ...Object.values(columns).map(([, values]) => values)],
    }
  }
}

function commonColumns(samples: readonly CommittedSample[]): Columns {
  return {
    time: ['timestamptz', times(samples.map(({ timeUs }) => timeUs))],
    device: ['text', texts(samples.map(({ device }) => device))],
    run: ['int8', integers(samples.map(({ epochId }) => epochId))],
    boot: ['int8', integers(samples.map(({ boot }) => boot))],
    seq: ['int8', integers(samples.map(({ seq }) => seq))],
    status: ['text', texts(samples.map(({ status }) => status))],
  }
}

function sampleColumns(samples: readonly CommittedSample[]): Columns {
  const values = (read: (sample: CommittedSample) => number): Buffer =>
    doubles(samples.map((each) => (each.electric ? read(each) : null)))
  return {
    ...commonColumns(samples),
    voltage_v: ['float8', values(({ voltage }) => voltage)],
    current_a: ['float8', values(({ current }) => current)],
    power_w: ['float8', values(({ power }) => power)],
  }
}

function runColumns(runs: readonly Extract<LogRecord, { kind: 'run' }>[]): Columns {
  return {
    time: ['timestamptz', times(runs.map(({ startedUs }) => startedUs))],
    device: ['text', texts(runs.map(({ device }) => device))],
    run: ['int8', integers(runs.map(({ id }) => id))],
    boot: ['int8', integers(runs.map(({ boot }) => boot))],
  }
}

function eventColumns(events: readonly Extract<LogRecord, { kind: 'event' }>[]): Columns {
  return {
    time: ['timestamptz', times(events.map(({ timeUs }) => timeUs))],
    device: ['text', texts(events.map(({ device }) => device))],
    id: ['int8', integers(events.map(({ id }) => id))],
    kind: ['text', texts(events.map(({ event }) => event))],
    detail: ['text', texts(events.map(({ detail }) => detail))],
  }
}

function lossColumns(losses: readonly Extract<LogRecord, { kind: 'loss' }>[]): Columns {
  return {
    time: ['timestamptz', times(losses.map(({ fromUs }) => fromUs))],
    time_to: ['timestamptz', times(losses.map(({ toUs }) => toUs))],
    device: ['text', texts(losses.map(({ device }) => device))],
    id: ['int8', integers(losses.map(({ id }) => id))],
    run: ['int8', integers(losses.map(({ runId }) => runId))],
    boot: ['int8', integers(losses.map(({ boot }) => boot))],
    first_seq: ['int8', integers(losses.map(({ firstSeq }) => firstSeq))],
    count: ['int8', integers(losses.map(({ count }) => count))],
    reason: ['text', texts(losses.map(({ reason }) => reason))],
  }
}
