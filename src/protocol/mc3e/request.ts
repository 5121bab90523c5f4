import {
  ASCII_FAULT,
  DATA_FAULT,
  DEVICE_FAULT,
  LENGTH_FAULT,
  TOO_MANY_BITS,
  TOO_MANY_RANDOM,
  TOO_MANY_WORDS,
  UNKNOWN_COMMAND,
} from './end-codes.ts'
import {
  bitsSize,
  bytesPerByte,
  FieldReader,
  FieldWriter,
  type McCode,
  type Point,
} from './fields.ts'
import { frameOf, REQUEST, type Route } from './frame.ts'

/**
 * What is asked of a PLC. The answer is one number, a cell, for each word, or bit: those of `random` are the words, then
 * each double word as its low and its high word.
 */
export type McRequest =
  | { readonly kind: 'words'; readonly from: Point; readonly points: number }
  | { readonly kind: 'bits'; readonly from: Point; readonly points: number }
  | {
      readonly kind: 'random'
      readonly words: readonly Point[]
      readonly doubles: readonly Point[]
    }

/** Command and subcommand (SH-080008, 8.2 and 8.3). */
const COMMANDS = {
  words: [0x0401, 0x0000],
  bits: [0x0401, 0x0001],
  random: [0x0403, 0x0000],
} as const

/** Points of one request (SH-080008, appendix 5, the columns for R/Q/L; 16 points of a bit device are one word). */
export const MOST_WORDS = 960
export const MOST_BITS: Readonly<Record<McCode, number>> = { ascii: 3584, binary: 7168 }
/** Word and double-word points together. */
export const MOST_RANDOM = 192

/** @param timer monitoring timer in units of 250 ms, 0 to 65535; 0: the PLC waits without end (5.2 "Monitoring timer") */
export function encodeRequest(
  code: McCode,
  route: Route,
  timer: number,
  request: McRequest,
): Uint8Array {
  const [command, subcommand] = COMMANDS[request.kind]
  const body = new FieldWriter(code).u16(timer).u16(command).u16(subcommand)
  if (request.kind === 'random') {
    body.u8(request.words.length).u8(request.doubles.length)
    for (const point of [...request.words, ...request.doubles]) body.point(point)
  } else body.point(request.from).u16(request.points)
  return frameOf(REQUEST, route, body)
}

export function commandOf(request: McRequest): Command {
  const [command, subcommand] = COMMANDS[request.kind]
  return { command, subcommand }
}

/** How many cells its answer has. */
export function cellsOf(request: McRequest): number {
  return request.kind === 'random'
    ? request.words.length + 2 * request.doubles.length
    : request.points
}

/** How long the data of its answer are, in bytes of a code. */
export function dataSize(code: McCode, request: McRequest): number {
  if (request.kind === 'bits') return bitsSize(code, request.points)
  return 2 * bytesPerByte(code) * cellsOf(request)
}

export interface Command {
  readonly command: number
  readonly subcommand: number
}

/** What a PLC makes of the text of a request: from the monitoring timer on. */
export type DecodedRequest = Command &
  (
    | { readonly kind: 'request'; readonly timer: number; readonly request: McRequest }
    | { readonly kind: 'refused'; readonly endCode: number }
  )

/** The other end: checks a request as a Q CPU does, but for what only the one that holds the memory knows. */
export function decodeRequest(code: McCode, text: Uint8Array): DecodedRequest {
  const reader = new FieldReader(code, text)
  const timer = reader.u16()
  const name = { command: reader.u16(), subcommand: reader.u16() }
  const refuse = (endCode: number): DecodedRequest => ({ kind: 'refused', endCode, ...name })
  if (reader.fault !== null) return refuse(faultCode(reader))
  const kind = kindOf(name)
  if (kind === undefined) return refuse(UNKNOWN_COMMAND)
  const request = kind === 'random' ? readRandom(reader) : readBatch(reader, kind)
  if (typeof request === 'number') return refuse(request)
  if (reader.left > 0) return refuse(LENGTH_FAULT)
  return { kind: 'request', timer, request, ...name }
}

function kindOf({ command, subcommand }: Command): McRequest['kind'] | undefined {
  const kinds = Object.keys(COMMANDS) as McRequest['kind'][]
  return kinds.find((kind) => COMMANDS[kind][0] === command && COMMANDS[kind][1] === subcommand)
}

/** A request, or the end code of its refusal. */
function readBatch(reader: FieldReader, kind: 'words' | 'bits'): McRequest | number {
  const from = reader.point()
  const points = reader.u16()
  if (from === null || reader.fault !== null) return faultCode(reader)
  if (kind === 'words') {
    if (!from.device.inWords) return DEVICE_FAULT
    return points < 1 || points > MOST_WORDS ? TOO_MANY_WORDS : { kind, from, points }
  }
  if (from.device.unit === 'word') return DATA_FAULT
  return points < 1 || points > MOST_BITS[reader.code] ? TOO_MANY_BITS : { kind, from, points }
}

function readRandom(reader: FieldReader): McRequest | number {
  const [wordCount, doubleCount] = [reader.u8(), reader.u8()]
  const count = wordCount + doubleCount
  if (reader.fault !== null) return faultCode(reader)
  if (count < 1 || count > MOST_RANDOM) return TOO_MANY_RANDOM
  const points: Point[] = []
  for (let i = 0; i < count; i++) {
    const point = reader.point()
    if (point === null) return faultCode(reader)
    if (!point.device.inWords) return DEVICE_FAULT
    points.push(point)
  }
  return { kind: 'random', words: points.slice(0, wordCount), doubles: points.slice(wordCount) }
}

function faultCode({ fault }: FieldReader): number {
  if (fault === 'code') return ASCII_FAULT
  return fault === 'device' ? DEVICE_FAULT : LENGTH_FAULT
}
