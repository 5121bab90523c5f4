import type { Batch, Sink, SinkFailure } from '../sink.ts'
import { type Connection, connect } from './connect.ts'
import { failureOf } from './failure.ts'
import type { PostgresSettings } from './postgres-settings.ts'
import { readyTables } from './ready-tables.ts'
import { statementsOf } from './statements.ts'

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
      for (const { text, values } of statements) await client.query(text, [...values])
      if (isSeveral) await client.query('COMMIT')
    } catch (error) {
      const failure = failureOf(error)
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

  async #rollback(): Promise<void> {
    try {
      await this.#connection?.client.query('ROLLBACK')
    } catch (error) {
      throw failureOf(error)
    }
  }
}
