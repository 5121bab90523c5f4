import { bytesPerByte, FieldReader, FieldWriter, type McCode } from './fields.ts'

/** The way through the PLC's networks to the module that is asked (SH-080008, 6 "Access route settings"). */
export interface Route {
  /** 0: that of the module which is connected. */
  readonly network: number
  /** 255: the module which is connected. */
  readonly pc: number
  /** Request destination module I/O number; 0x3ff: the own CPU. */
  readonly io: number
  /** Request destination module station number. */
  readonly station: number
}

/** The CPU at which the cable ends. */
export const OWN_STATION: Route = { network: 0, pc: 0xff, io: 0x3ff, station: 0 }

/** Subheaders of the 3E frame (SH-080008, 5.2 "Subheader"). */
export const REQUEST = 0x5000
export const RESPONSE = 0xd000
type Subheader = typeof REQUEST | typeof RESPONSE

/** Subheader, access route and length, in bytes of the frame. */
const HEAD_BYTES = 9

/** What stands before the length is known beforehand of each response, in bytes of a code. */
export function knownHeadSize(code: McCode): number {
  return 7 * bytesPerByte(code)
}

export function headSize(code: McCode): number {
  return HEAD_BYTES * bytesPerByte(code)
}

/** @param body from the monitoring timer or the end code on: that is what the length counts (5.2 "Request data length") */
export function frameOf(subheader: Subheader, route: Route, body: FieldWriter): Uint8Array {
  const out = new FieldWriter(body.code).subheader(subheader)
  return writeRoute(out, route).u16(body.size).append(body).bytes
}

export interface Head {
  readonly subheader: number
  readonly route: Route
  /** Bytes that follow, of this code. */
  readonly length: number
}

/** @param bytes `headSize` of them at least @returns null: not of this code */
export function readHead(code: McCode, bytes: Uint8Array): Head | null {
  const reader = new FieldReader(code, bytes)
  const subheader = reader.subheader()
  const route = readRoute(reader)
  const length = reader.u16()
  return reader.fault === null ? { subheader, route, length } : null
}

export function writeRoute(out: FieldWriter, { network, pc, io, station }: Route): FieldWriter {
  return out.u8(network).u8(pc).u16(io).u8(station)
}

export function readRoute(reader: FieldReader): Route {
  return { network: reader.u8(), pc: reader.u8(), io: reader.u16(), station: reader.u8() }
}
