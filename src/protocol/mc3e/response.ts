import { DONE, endCodeText } from './end-codes.ts'
import { bytesPerByte, FieldReader, FieldWriter, type McCode } from './fields.ts'
import {
  frameOf,
  headSize,
  knownHeadSize,
  RESPONSE,
  type Route,
  readHead,
  readRoute,
  writeRoute,
} from './frame.ts'
import { type Command, cellsOf, commandOf, dataSize, type McRequest } from './request.ts'

/** Bytes of the frame. */
const END_CODE_BYTES = 2
/** End code, access route, command and subcommand. */
const REFUSAL_BYTES = 11

/** What a PLC's response turned out to be. */
export type McAnswer =
  /** Numbers of 0 to 65535, or bits, in the order of the request. */
  | { readonly kind: 'cells'; readonly cells: readonly number[] }
  | { readonly kind: 'refused'; readonly endCode: number; readonly by: Route | null }
  /** No response to this request: nothing that follows on this connection can be believed. */
  | { readonly kind: 'garbled'; readonly reason: string }

export function encodeAnswer(
  code: McCode,
  route: Route,
  request: McRequest,
  cells: readonly number[],
): Uint8Array {
  const body = new FieldWriter(code).u16(DONE)
  if (request.kind === 'bits') body.bits(cells)
  else {
    const words = request.kind === 'random' ? request.words.length : cells.length
    for (let i = 0; i < words; i++) body.u16(cells[i] as number)
    for (let i = words; i < cells.length; i += 2) {
      body.u32((cells[i] as number) + (cells[i + 1] as number) * 65536)
    }
  }
  return frameOf(RESPONSE, route, body)
}

/** Abnormal completion, with its error information (SH-080008, 5.3 "Error information"). */
export function encodeRefusal(
  code: McCode,
  route: Route,
  endCode: number,
  { command, subcommand }: Command,
): Uint8Array {
  const body = writeRoute(new FieldWriter(code).u16(endCode), route)
  return frameOf(RESPONSE, route, body.u16(command).u16(subcommand))
}

/**
 * Reads the response to one request from the pieces in which TCP delivers it. A 3E frame has no serial number and no
 * checksum, so whatever is not exactly what was asked, down to its last byte, is garbled: of that, nothing is searched for
 * a response, since what a search finds may be an older one.
 */
export class AnswerReader {
  readonly #code: McCode
  readonly #request: McRequest
  readonly #known: Uint8Array
  readonly #other: McCode
  #bytes = new Uint8Array(0)

  constructor(code: McCode, route: Route, request: McRequest) {
    this.#code = code
    this.#other = code === 'ascii' ? 'binary' : 'ascii'
    this.#request = request
    const empty = frameOf(RESPONSE, route, new FieldWriter(code))
    this.#known = empty.subarray(0, knownHeadSize(code))
  }

  /** Bytes that have come. */
  get received(): number {
    return this.#bytes.length
  }

  /** @returns null: more has to come. Not to be called again after an answer. */
  push(chunk: Uint8Array): McAnswer | null {
    const bytes = new Uint8Array(this.#bytes.length + chunk.length)
    bytes.set(this.#bytes)
    bytes.set(chunk, this.#bytes.length)
    this.#bytes = bytes
    return this.#headFault(bytes) ?? this.#read(bytes)
  }

  #headFault(bytes: Uint8Array): McAnswer | null {
    const length = Math.min(bytes.length, this.#known.length)
    for (let i = 0; i < length; i++) {
      if (isSame(bytes[i] as number, this.#known[i] as number, this.#code)) continue
      if (isOfOtherCode(bytes, this.#code)) {
        const other = `the PLC answers in ${this.#other === 'ascii' ? 'ASCII' : 'binary'} code`
        return garbled(`${other}: write ?code=${this.#other} into the URL`)
      }
      return garbled(
        i < 2 * bytesPerByte(this.#code)
          ? 'no response begins like that'
          : 'the response is from another station than was asked',
      )
    }
    return null
  }

  #read(bytes: Uint8Array): McAnswer | null {
    const size = headSize(this.#code)
    if (bytes.length < size) return null
    const head = readHead(this.#code, bytes)
    if (head === null) return garbled('the length is not a number')
    const width = bytesPerByte(this.#code)
    const lengths = {
      cells: END_CODE_BYTES * width + dataSize(this.#code, this.#request),
      refusal: REFUSAL_BYTES * width,
      bareRefusal: END_CODE_BYTES * width,
    }
    const { length } = head
    if (!Object.values(lengths).includes(length)) {
      return garbled(`${length} bytes of response where ${lengths.cells} were asked for`)
    }
    if (bytes.length > size + length) return garbled('more than one response came')
    if (bytes.length < size + length) return null
    const reader = new FieldReader(this.#code, bytes, size)
    const endCode = reader.u16()
    if (reader.fault !== null) return garbled('the end code is not a number')
    if (endCode !== DONE) return this.#refusal(reader, endCode, length)
    if (length !== lengths.cells) return garbled('the response has no data')
    return this.#cells(reader)
  }

  #refusal(reader: FieldReader, endCode: number, length: number): McAnswer {
    const bare = END_CODE_BYTES * bytesPerByte(this.#code)
    if (length === bare) return { kind: 'refused', endCode, by: null }
    // The route is that of the station that refuses, which may be another one than was asked.
    const by = readRoute(reader)
    const [command, subcommand] = [reader.u16(), reader.u16()]
    const asked = commandOf(this.#request)
    const isOfThis = command === asked.command && subcommand === asked.subcommand
    if (reader.fault === null && isOfThis && reader.left === 0) {
      return { kind: 'refused', endCode, by }
    }
    return garbled(`the error ${endCodeText(endCode)} is not about what was asked`)
  }

  #cells(reader: FieldReader): McAnswer {
    const { kind } = this.#request
    const cells: number[] = []
    if (kind === 'bits') cells.push(...reader.bits(this.#request.points))
    else {
      const words = kind === 'random' ? this.#request.words.length : cellsOf(this.#request)
      for (let i = 0; i < words; i++) cells.push(reader.u16())
      const doubles = kind === 'random' ? this.#request.doubles.length : 0
      for (let i = 0; i < doubles; i++) {
        const value = reader.u32()
        cells.push(value & 0xffff, value >>> 16)
      }
    }
    return reader.fault === null ? { kind: 'cells', cells } : garbled('the data are no numbers')
  }
}

function garbled(reason: string): McAnswer {
  return { kind: 'garbled', reason }
}

/** Hexadecimal digits may be written small. */
function isSame(byte: number, known: number, code: McCode): boolean {
  if (byte === known) return true
  return code === 'ascii' && byte >= 0x61 && byte <= 0x66 && byte - 0x20 === known
}

function isOfOtherCode(bytes: Uint8Array, code: McCode): boolean {
  const [first = 0, second = 0] = bytes
  return code === 'ascii' ? first === 0xd0 && second === 0 : first === 0x44 && second === 0x30
}
