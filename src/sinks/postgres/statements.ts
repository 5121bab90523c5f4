import type { CommittedSample, LogRecord } from '../../storage/read/commit-reader.ts'
import type { Batch } from '../sink.ts'
import { type ArrayType, Doubles, Integers, Texts, Times } from './binary-array.ts'
import { columnsOf, qualified, type TableKey, type TableNames } from './tables.ts'

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
  /** Each row that comes back is a record of ours under whose number there is another one: nothing of the batch may stay. */
  readonly findsClash?: true
}

/** A column of some rows. */
interface Column {
  readonly type: ArrayType
  readonly length: number
  take(): Buffer
}

/** Rows for a table, but for `log`. */
interface Columns extends Readonly<Record<string, Column>> {
  readonly device: Column
}

interface TimedColumns extends Columns {
  readonly time: Column
}

/** SQLSTATE of a statement that finds other columns than it needs (`invalid_name`; see `#insert`). */
export const OTHER_COLUMNS = '42602'

/** What one transaction does to bring a batch into the tables: applied twice, it is the same as once. */
export function statementsOf(batch: Batch, tables: TableNames): Statement[] {
  const { log, samples, records } = batch
  const into = new Tables(tables, log)
  const events = records.filter((each) => each.kind === 'event')
  const losses = records.filter((each) => each.kind === 'loss')
  const gone = records.filter((each) => each.kind === 'loss_gone')
  const runs = records.filter((each) => each.kind === 'run')
  return [
    ...into.add('sample', sampleColumns(samples), 'device, time, log'),
    ...into.add('channel', channelColumns(batch), 'device, channel, time, log'),
    ...runs.flatMap((each) => into.nowKnown(each)),
    ...into.replaceOwn('run', runColumns(runs), 'run'),
    ...into.replaceOwn('event', eventColumns(events), 'id'),
    ...into.replace('loss', lossColumns(losses), 'log, id'),
    ...into.remove(gone.map(({ id }) => id)),
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
  add(key: TableKey, columns: Columns, target: string): Statement[] {
    return this.#insert(key, columns, `ON CONFLICT (${target}) DO NOTHING`)
  }

  /** Rows that may have changed. */
  replace(key: TableKey, columns: Columns, target: string, where = ''): Statement[] {
    const set = Object.keys(columns).map((name) => `${name} = excluded.${name}`)
    return this.#insert(
      key,
      columns,
      `ON CONFLICT (${target}) DO UPDATE SET ${set.join(', ')} ${where}`,
    )
  }

  /**
   * Rows that may have changed, but for their time: where one of another time has their number, a copy of the log has
   * written it. That one is left as it is, and found by the second statement, also where it has come just now.
   *
   * @param number column that tells the rows of a log apart
   */
  replaceOwn(key: TableKey, columns: TimedColumns, number: string): Statement[] {
    const [replacing] = this.replace(
      key,
      columns,
      `log, ${number}`,
      'WHERE own.time = excluded.time',
    )
    const numbers = columns[number]
    if (replacing === undefined || numbers === undefined) return []
    const find: Statement = {
      text: `SELECT 1 FROM ${qualified(this.#names, key)} AS own
        JOIN unnest($2::${numbers.type}[], $3::${columns.time.type}[]) AS sent (number, time) ON own.${number} = sent.number
        WHERE own.log = $1::uuid AND own.time <> sent.time LIMIT 1`,
      values: [this.#log, numbers.take(), columns.time.take()],
      findsClash: true,
    }
    return [replacing, find]
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
    const [name, begin] = [new Texts(1), new Times(1)]
    name.add(device)
    begin.add(startedUs)
    const span = [name.take(), begin.take()]
    return [
      update('sample', ofSpan, ...span),
      update('channel', ofSpan, ...span),
      update('loss', ''),
    ]
  }

  /** Lost ranges that are taken back. */
  remove(ids: readonly number[]): Statement[] {
    const table = qualified(this.#names, 'loss')
    const text = `DELETE FROM ${table} WHERE log = $1::uuid AND id = ANY ($2::int8[])`
    return ids.length === 0 ? [] : [{ text, values: [this.#log, ids] }]
  }

  /**
   * The columns are looked at in the same statement, which locks the table against changes: a column that has become a
   * `real` meanwhile would take our values, and not keep them. Then the name that is asked for is no table's.
   */
  #insert(key: TableKey, columns: Columns, onConflict: string): Statement[] {
    if (columns.device.length === 0) return []
    const names = Object.keys(columns)
    const table = qualified(this.#names, key)
    const arrays = Object.values(columns).map(({ type }, i) => `$${i + 4}::${type}[]`)
    const expected = columnsOf(key).map(([name, type]) => `${name} ${type}`)
    const statement = {
      text: `WITH written AS (
          INSERT INTO ${table} AS own (log, ${names.join(', ')})
          SELECT $1::uuid, * FROM unnest(${arrays.join(', ')}) ${onConflict})
        SELECT CASE count(*) WHEN ${expected.length} THEN NULL ELSE concat('columns as they were: ', count(*))::regclass END
        FROM pg_attribute WHERE attrelid = to_regclass($3)
          AND attname || ' ' || format_type(atttypid, atttypmod) = ANY ($2::text[])`,
      values: [
        this.#log,
        expected,
        table,
        ...Object.values(columns).map((column) => column.take()),
      ],
    }
    return [statement]
  }
}

/** What samples and values of channels have in common. */
class CommonColumns {
  readonly time: Times
  readonly device: Texts
  readonly run: Integers
  readonly boot: Integers
  readonly seq: Integers
  readonly status: Texts

  constructor(expected: number) {
    this.time = new Times(expected)
    this.device = new Texts(expected)
    this.run = new Integers(expected)
    this.boot = new Integers(expected)
    this.seq = new Integers(expected)
    this.status = new Texts(expected)
  }

  add({ timeUs, device, epochId, boot, seq, status }: CommittedSample): void {
    this.time.add(timeUs)
    this.device.add(device)
    this.run.add(epochId)
    this.boot.add(boot)
    this.seq.add(seq)
    this.status.add(status)
  }
}

function sampleColumns(samples: readonly CommittedSample[]): Columns {
  const common = new CommonColumns(samples.length)
  const voltage = new Doubles(samples.length)
  const current = new Doubles(samples.length)
  const power = new Doubles(samples.length)
  for (const sample of samples) {
    // A sample without any value has to be somewhere, too.
    if (!sample.electric && sample.extras !== null) continue
    common.add(sample)
    voltage.add(sample.electric ? sample.voltage : null)
    current.add(sample.electric ? sample.current : null)
    power.add(sample.electric ? sample.power : null)
  }
  return { ...common, voltage_v: voltage, current_a: current, power_w: power }
}

function channelColumns({ samples, unitOf }: Batch): Columns {
  const common = new CommonColumns(samples.length)
  const channel = new Texts(samples.length)
  const value = new Doubles(samples.length)
  const unit = new Texts(samples.length)
  const place = new Integers(samples.length)
  for (const sample of samples) {
    const { extras, device } = sample
    if (extras === null) continue
    let n = 0
    for (const id in extras) {
      common.add(sample)
      channel.add(id)
      value.add(extras[id] ?? null)
      unit.add(unitOf(device, id))
      place.add(n++)
    }
  }
  return { ...common, channel, value, unit, place }
}

function runColumns(runs: readonly Extract<LogRecord, { kind: 'run' }>[]): TimedColumns {
  const columns = {
    time: new Times(runs.length),
    device: new Texts(runs.length),
    run: new Integers(runs.length),
    boot: new Integers(runs.length),
  }
  for (const { startedUs, device, id, boot } of runs) {
    columns.time.add(startedUs)
    columns.device.add(device)
    columns.run.add(id)
    columns.boot.add(boot)
  }
  return columns
}

function eventColumns(events: readonly Extract<LogRecord, { kind: 'event' }>[]): TimedColumns {
  const columns = {
    time: new Times(events.length),
    device: new Texts(events.length),
    id: new Integers(events.length),
    kind: new Texts(events.length),
    detail: new Texts(events.length),
  }
  for (const { timeUs, device, id, event, detail } of events) {
    columns.time.add(timeUs)
    columns.device.add(device)
    columns.id.add(id)
    columns.kind.add(event)
    columns.detail.add(detail)
  }
  return columns
}

function lossColumns(losses: readonly Extract<LogRecord, { kind: 'loss' }>[]): Columns {
  const columns = {
    time: new Times(losses.length),
    time_to: new Times(losses.length),
    device: new Texts(losses.length),
    id: new Integers(losses.length),
    run: new Integers(losses.length),
    boot: new Integers(losses.length),
    first_seq: new Integers(losses.length),
    count: new Integers(losses.length),
    reason: new Texts(losses.length),
  }
  for (const loss of losses) {
    columns.time.add(loss.fromUs)
    columns.time_to.add(loss.toUs)
    columns.device.add(loss.device)
    columns.id.add(loss.id)
    columns.run.add(loss.runId)
    columns.boot.add(loss.boot)
    columns.first_seq.add(loss.firstSeq)
    columns.count.add(loss.count)
    columns.reason.add(loss.reason)
  }
  return columns
}
