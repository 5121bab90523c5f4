/**
 * Arrays in PostgreSQL's binary form, as parameters: the very doubles and microseconds, and nothing to print or to parse
 * (src/backend/utils/adt/arrayfuncs.c, array_recv): dimensions, whether there are NULLs, type of the elements, length
 * and lower bound of the dimension, then each element with its length, -1: NULL.
 */

const OIDS = { int8: 20, text: 25, float8: 701, timestamptz: 1184 } as const

const HEADER = 20
const NUMBER = 12
const NULL = -1
/** 2000-01-01 in Unix µs: the origin of PostgreSQL's times. */
const ORIGIN_US = 946_684_800_000_000

export function doubles(values: readonly (number | null)[]): Buffer {
  return numbers('float8', values, (into, value, at) => into.writeDoubleBE(value, at))
}

/** @param values whole numbers */
export function integers(values: readonly (number | null)[]): Buffer {
  return numbers('int8', values, writeInteger)
}

/** @param values Unix µs */
export function times(values: readonly number[]): Buffer {
  return numbers('timestamptz', values, (into, value, at) =>
    writeInteger(into, value - ORIGIN_US, at),
  )
}

/** What PostgreSQL can't keep, the character 0, becomes U+FFFD. */
export function texts(values: readonly string[]): Buffer {
  const encoded = new Map<string, Buffer>()
  const parts = [header('text', values.length, false)]
  for (const value of values) {
    let part = encoded.get(value)
    if (part === undefined) {
      const bytes = Buffer.from(value.replaceAll('\0', '\ufffd'))
      part = Buffer.allocUnsafe(4 + bytes.length)
      part.writeInt32BE(bytes.length)
      bytes.copy(part, 4)
      encoded.set(value, part)
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function numbers(
  type: keyof typeof OIDS,
  values: readonly (number | null)[],
  write: (into: Buffer, value: number, at: number) => void,
): Buffer {
  const nulls = values.reduce((count: number, value) => count + (value === null ? 1 : 0), 0)
  const array = Buffer.allocUnsafe(HEADER + values.length * NUMBER - nulls * 8)
  header(type, values.length, nulls > 0).copy(array)
  let at = HEADER
  for (const value of values) {
    if (value === null) {
      at = array.writeInt32BE(NULL, at)
      continue
    }
    write(array, value, array.writeInt32BE(8, at))
    at += NUMBER
  }
  return array
}

function header(type: keyof typeof OIDS, length: number, hasNulls: boolean): Buffer {
  const header = Buffer.allocUnsafe(HEADER)
  header.writeInt32BE(1, 0)
  header.writeInt32BE(hasNulls ? 1 : 0, 4)
  header.writeInt32BE(OIDS[type], 8)
  header.writeInt32BE(length, 12)
  header.writeInt32BE(1, 16)
  return header
}

/** Two's complement in two halves: a BigInt for each number takes five times as long. */
function writeInteger(into: Buffer, value: number, at: number): void {
  const high = Math.floor(value / 2 ** 32)
  into.writeInt32BE(high, at)
  into.writeUInt32BE(value - high * 2 ** 32, at + 4)
}
