// What a view answers, as text: JSON, with tags for what JSON has not. The web page runs this file as
// well, so it needs nothing of Node.

import { InaError } from '../../util/errors.ts'

/** Goes up when a message changes its meaning; what the messages carry has `VIEW_VERSION`. */
export const WIRE_PROTOCOL = 1

/** The only member of an object in JSON that stands for something else. */
const TAGS: ReadonlySet<string> = new Set(['f64', 'u32', 'i16', 'u8', 'num', 'map', 'obj'])

/**
 * Plain data, typed arrays and maps in JSON: `{"f64":"…"}`, `{"u32":"…"}`, `{"i16":"…"}`, `{"u8":"…"}` are arrays in
 * base64, little endian; `{"num":"NaN"}` is a number that JSON has not (also `Infinity`, `-Infinity`, `-0`);
 * `{"map":[[key,value],…]}` a map; `{"obj":{…}}` an object whose only member would read as one of these.
 * Members that are undefined are left out.
 */
export function toWire(value: unknown): string {
  return JSON.stringify(encoded(value)) ?? 'null'
}

/**
 * @param readText what is made of each text and each name of a member
 * @throws InaError input_invalid: it is not what `toWire` writes
 */
export function fromWire(text: string, readText: ReadText = (same) => same): unknown {
  try {
    return decoded(JSON.parse(text), readText)
  } catch (error) {
    throw new InaError(
      'input_invalid',
      'that is no message of the view protocol',
      'see docs/serve.md',
      error,
    )
  }
}

type ReadText = (text: string) => string

function encoded(value: unknown): unknown {
  if (typeof value === 'number') return isInJson(value) ? value : { num: numberText(value) }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(encoded)
  if (value instanceof Float64Array) return { f64: base64Of(value, 8, 'setFloat64') }
  if (value instanceof Uint32Array) return { u32: base64Of(value, 4, 'setUint32') }
  if (value instanceof Int16Array) return { i16: base64Of(value, 2, 'setInt16') }
  if (value instanceof Uint8Array) return { u8: base64Of(value, 1, 'setUint8') }
  if (value instanceof Map) return { map: Array.from(value, (pair) => pair.map(encoded)) }
  const members = Object.entries(value).map(([name, member]) => [name, encoded(member)] as const)
  const object = Object.fromEntries(members)
  return isTagged(members.filter(([, member]) => member !== undefined)) ? { obj: object } : object
}

function decoded(value: unknown, readText: ReadText): unknown {
  if (typeof value === 'string') return readText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => decoded(each, readText))
  const members = Object.entries(value)
  const [first] = members
  if (first !== undefined && isTagged(members)) return untagged(...first, readText)
  return decodedMembers(members, readText)
}

function decodedMembers(members: readonly [string, unknown][], readText: ReadText): object {
  return Object.fromEntries(
    members.map(([name, member]) => [readText(name), decoded(member, readText)]),
  )
}

function isTagged(members: readonly (readonly [string, unknown])[]): boolean {
  return members.length === 1 && TAGS.has(members[0]?.[0] ?? '')
}

function untagged(tag: string, value: unknown, readText: ReadText): unknown {
  switch (tag) {
    case 'f64':
      return arrayOf(value, 8, (view, length) =>
        Float64Array.from({ length }, (_, i) => view.getFloat64(i * 8, true)),
      )
    case 'u32':
      return arrayOf(value, 4, (view, length) =>
        Uint32Array.from({ length }, (_, i) => view.getUint32(i * 4, true)),
      )
    case 'i16':
      return arrayOf(value, 2, (view, length) =>
        Int16Array.from({ length }, (_, i) => view.getInt16(i * 2, true)),
      )
    case 'u8':
      return arrayOf(value, 1, ({ buffer }) => new Uint8Array(buffer as ArrayBuffer))
    case 'num':
      return numberOf(value)
    case 'map':
      return mapOf(value, readText)
    default:
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(tag)
      return decodedMembers(Object.entries(value), readText)
  }
}

function isInJson(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0)
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function numberOf(text: unknown): number {
  const value = Number(text)
  if (typeof text === 'string' && !isInJson(value) && numberText(value) === text) return value
  throw wrong('num')
}

function mapOf(pairs: unknown, readText: ReadText): Map<unknown, unknown> {
  if (!Array.isArray(pairs)) throw wrong('map')
  return new Map(
    pairs.map((pair: unknown) => {
      if (!Array.isArray(pair) || pair.length !== 2) throw wrong('map')
      return [decoded(pair[0], readText), decoded(pair[1], readText)]
    }),
  )
}

/** Of Node alone, absent in browsers: many times as fast as what follows, on the side that has the most to send. */
const NODE_BUFFER = (globalThis as { Buffer?: typeof Buffer }).Buffer
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

function nativeBase64Of(values: ArrayBufferView): string | null {
  if (NODE_BUFFER === undefined || !IS_LITTLE_ENDIAN) return null
  return NODE_BUFFER.from(
    values.buffer as ArrayBuffer,
    values.byteOffset,
    values.byteLength,
  ).toString('base64')
}

/** Characters that one call takes as its arguments. */
const CHUNK = 8192

type Setter = 'setFloat64' | 'setUint32' | 'setInt16' | 'setUint8'
type TypedArray = Float64Array | Uint32Array | Int16Array | Uint8Array

function base64Of(values: TypedArray, size: number, set: Setter) {
  const native = nativeBase64Of(values)
  if (native !== null) return native
  const bytes = new Uint8Array(values.length * size)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < values.length; i++) view[set](i * size, values[i] as number, true)
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  }
  return btoa(text)
}

function arrayOf<T>(value: unknown, size: number, read: (view: DataView, length: number) => T): T {
  if (typeof value !== 'string') throw wrong('array')
  const text = atob(value)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  if (bytes.length % size !== 0) throw wrong('array')
  return read(new DataView(bytes.buffer), bytes.length / size)
}

function wrong(what: string): TypeError {
  return new TypeError(`not a wire ${what}`)
}
