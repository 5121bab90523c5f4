import { systemCode } from '../../util/errors.ts'
import { type Batch, type Sink, SinkFailure } from '../sink.ts'
import { type Connection, connect } from './connect.ts'
import { failureOf, isSqlState } from './failure.ts'
import type { PostgresSettings } from './postgres-settings.ts'
import { checkTables, readyTables } from './ready-tables.ts'
import { OTHER_COLUMNS, statementsOf } from './statements.ts'

/** Of the log's name, to find it in the tables. */
const LOG_DIGITS = 12

/** PostgreSQL, with or without TimescaleDB: a batch is a transaction that changes nothing where its rows are there already. */
export class PostgresSink implements Sink {
  readonly mostSamples = 10_000
  readonly #settings: PostgresSettings
  #connection: Connection | null = null
  /** Rises when the connection is let go of: one that comes later is nobody's. */
  #number = 0

  constructor(settings: PostgresSettings) {
    this.#settings = settings
  }

  get trouble(): SinkFailure | null {
    const broken = this.#connection?.broken() ?? null
    return broken === null ? null : failureOf(broken)
  }

  async open(): Promise<void> {
    await this.close()
    const number = this.#number
    try {
      const connection = await connect(this.#settings)
      if (number !== this.#number) {
        connection.destroy()
        return
      }
      this.#connection = connection
      await readyTables(connection.client, this.#settings)
    } catch (error) {
      throw failureOf(error)
    }
  }

  async send(batch: Batch): Promise<void> {
    const client = this.#connection?.client
    if (client === undefined) throw failureOf(new Error('there is no connection'))
    const statements = statementsOf(batch, this.#settings.tables)
    try {
      // One by itself is a transaction as well, and one way there and back.
      const isSeveral = statements.length > 1
      if (isSeveral) await client.query('BEGIN')
      for (const { text, values, findsClash } of statements) {
        const { rowCount } = await client.query(text, [...values])
        if (findsClash && rowCount !== null && rowCount > 0) throw clash(batch.log)
      }
      if (isSeveral) await client.query('COMMIT')
    } catch (error) {
      if (isSqlState(error) && systemCode(error) === OTHER_COLUMNS) {
        // Which ones, and what to do.
        if (statements.length > 1) await this.#rollback()
        await this.#checkTables()
      }
      const failure = this.#failureOf(error)
      // The runner goes on with parts of the batch, on the same connection.
      if (failure.kind === 'refused' && statements.length > 1) await this.#rollback()
      throw failure
    }
  }

  async close(): Promise<void> {
    this.#number++
    this.#connection?.destroy()
    this.#connection = null
  }

  /** @throws SinkFailure */
  async #checkTables(): Promise<void> {
    const client = this.#connection?.client
    try {
      if (client !== undefined) await checkTables(client, this.#settings.tables)
    } catch (error) {
      throw this.#failureOf(error)
    }
  }

  async #rollback(): Promise<void> {
    try {
      await this.#connection?.client.query('ROLLBACK')
    } catch (error) {
      throw this.#failureOf(error)
    }
  }

  /** What pg says of a connection that broke is not why it did. */
  #failureOf(error: unknown): SinkFailure {
    const broken = isSqlState(error) ? null : (this.#connection?.broken() ?? null)
    return failureOf(broken ?? error)
  }
}

/** The connection is let go of, and with it the transaction. */
function clash(log: string): SinkFailure {
  return new SinkFailure(
    'denied',
    `a copy of this log has sent other runs or events under the same numbers (log ${log.slice(0, LOG_DIGITS)}): move this log or that one aside, so that a new one begins (docs/sinks.md, "A log that was copied")`,
  )
}
