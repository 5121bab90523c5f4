/**
 * The value under a key that comes from outside: `toString` of a record that has no
 * such entry is undefined, not a function of Object's. So is that of no record.
 */
export function ownValue<T>(
  record: Readonly<Record<string, T>> | null | undefined,
  key: string,
): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined
}

/** A JSON object or a table of TOML: no list, and not null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
