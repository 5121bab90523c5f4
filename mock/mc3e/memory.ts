import { deviceOf, type PlcDevice } from '../../src/protocol/mc3e/devices.ts'
import { DEVICE_FAULT, OUT_OF_RANGE } from '../../src/protocol/mc3e/end-codes.ts'
import type { Point } from '../../src/protocol/mc3e/fields.ts'
import type { McRequest } from '../../src/protocol/mc3e/request.ts'

/** Points of each device: those of a Q CPU where nobody has assigned others, and file registers of 64 K words. */
const POINTS: Readonly<Record<string, number>> = {
  D: 12_288,
  W: 0x2000,
  R: 32_768,
  ZR: 65_536,
  SD: 2048,
  SW: 0x800,
  TN: 2048,
  CN: 1024,
  Z: 20,
  X: 0x2000,
  Y: 0x2000,
  M: 8192,
  L: 8192,
  B: 0x2000,
  F: 2048,
  V: 2048,
  SM: 2048,
  SB: 0x800,
  DX: 0x2000,
  DY: 0x2000,
  TS: 2048,
  TC: 2048,
  CS: 1024,
  CC: 1024,
}
const BITS_OF_WORD = 16

/** What a PLC remembers: words, and bits that are 16 to a word. */
export class PlcMemory {
  readonly #words = new Map<string, Uint16Array>()

  /** 0: the PLC has none of that device. */
  pointsOf({ name }: PlcDevice): number {
    return POINTS[name] ?? 0
  }

  /** Of a bit device the 16 points from that one on, the first in the lowest bit. */
  word({ device, number }: Point): number {
    if (device.unit === 'word') return this.#of(device)[number] ?? 0
    let word = 0
    for (let i = 0; i < BITS_OF_WORD; i++) word |= this.bit({ device, number: number + i }) << i
    return word
  }

  bit({ device, number }: Point): number {
    const word = this.#of(device)[Math.floor(number / BITS_OF_WORD)] ?? 0
    return (word >>> (number % BITS_OF_WORD)) & 1
  }

  /** @param value any whole number: its lowest 16 bits count */
  setWord({ device, number }: Point, value: number): void {
    if (device.unit === 'word') this.#of(device)[number] = value & 0xffff
    else {
      for (let i = 0; i < BITS_OF_WORD; i++) {
        this.setBit({ device, number: number + i }, ((value >>> i) & 1) === 1)
      }
    }
  }

  setBit({ device, number }: Point, isOn: boolean): void {
    const words = this.#of(device)
    const at = Math.floor(number / BITS_OF_WORD)
    const mask = 1 << (number % BITS_OF_WORD)
    words[at] = isOn ? (words[at] ?? 0) | mask : (words[at] ?? 0) & ~mask
  }

  /** The cells of an answer, or the end code of a refusal. */
  read(request: McRequest): readonly number[] | number {
    if (request.kind === 'random') {
      const words = request.words.flatMap((point) => this.#range(point, 1))
      const doubles = request.doubles.flatMap((point) => this.#range(point, 2))
      const cells = [...words, ...doubles]
      return cells.find((cell) => cell < 0) === undefined ? cells : this.#refusal(request)
    }
    const { kind, from, points } = request
    if (kind === 'words') {
      const cells = this.#range(from, points)
      return cells[0] === NOT_THERE ? this.#refusal(request) : cells
    }
    if (from.number + points > this.pointsOf(from.device)) return this.#refusal(request)
    const { device, number } = from
    return Array.from({ length: points }, (_, i) => this.bit({ device, number: number + i }))
  }

  #range(from: Point, words: number): number[] {
    const step = from.device.unit === 'word' ? 1 : BITS_OF_WORD
    if (from.number + words * step > this.pointsOf(from.device)) return [NOT_THERE]
    return Array.from({ length: words }, (_, i) =>
      this.word({ device: from.device, number: from.number + i * step }),
    )
  }

  #refusal(request: McRequest): number {
    const points =
      request.kind === 'random' ? [...request.words, ...request.doubles] : [request.from]
    return points.some(({ device }) => this.pointsOf(device) === 0) ? DEVICE_FAULT : OUT_OF_RANGE
  }

  #of(device: PlcDevice): Uint16Array {
    let words = this.#words.get(device.name)
    if (words === undefined) {
      const points = this.pointsOf(device)
      words = new Uint16Array(device.unit === 'word' ? points : Math.ceil(points / BITS_OF_WORD))
      this.#words.set(device.name, words)
    }
    return words
  }
}

const NOT_THERE = -1

/** A point by the name of its device, for those who fill the memory. */
export function pointOf(name: string, number: number): Point {
  const device = deviceOf(name)
  if (device === undefined) throw new Error(`no device ${name}`)
  return { device, number }
}
