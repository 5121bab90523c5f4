import type { Client } from 'pg'
import { InaError } from '../../util/errors.ts'
import { Texts, Times } from './binary-array.ts'
import { failureOf, READER_HINTS } from './failure.ts'
import { qualified, type TableKey, type TableNames } from './tables.ts'

/** A row as PostgreSQL prints it: of numbers the shortest digits that give the same double. */
export type Cells = readonly (string | null)[]

/** `time`, or another column, in Unix µs. */
export const us = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::int8`

/** Questions to the tables of a database. */
export class FleetQuery {
  readonly #client: Client
  readonly #tables: TableNames

  constructor(client: Client, tables: TableNames) {
    this.#client = client
    this.#tables = tables
  }

  /** Its name in SQL. */
  table(key: TableKey): string {
    return qualified(this.#tables, key)
  }

  /** @throws InaError log_unreadable */
  async rows(text: string, values: readonly unknown[] = []): Promise<Cells[]> {
    try {
      const { rows } = await this.#client.query({
        text,
        values: [...values],
        rowMode: 'array',
        types: { getTypeParser: () => (value: string) => value },
      })
      return rows as Cells[]
    } catch (error) {
      throw unreadable(error)
    }
  }
}

export function textsOf(values: readonly string[]): Buffer {
  const array = new Texts(values.length)
  for (const value of values) array.add(value)
  return array.take()
}

/** @param values Unix µs */
export function timesOf(values: readonly number[]): Buffer {
  const array = new Times(values.length)
  for (const value of values) array.add(value)
  return array.take()
}

export function unreadable(error: unknown): InaError {
  if (error instanceof InaError) return error
  return new InaError(
    'log_unreadable',
    `the database can't be read: ${failureOf(error, READER_HINTS).message}`,
    'name a database that loggers have written to: --from-db postgres://user@host/database',
    error,
  )
}
