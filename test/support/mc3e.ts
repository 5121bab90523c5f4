import fc from 'fast-check'
import { PlcMemory } from '../../mock/mc3e/memory.ts'
import { DEVICE_NAMES, deviceOf, type PlcDevice } from '../../src/protocol/mc3e/devices.ts'
import type { Point } from '../../src/protocol/mc3e/fields.ts'
import type { McRequest } from '../../src/protocol/mc3e/request.ts'
import { type PlcTag, parseTag } from '../../src/protocol/mc3e/tag.ts'

/** What is in the memory of a PLC that has another number in each word, so that no answer passes for another one. */
export function patternAt({ device, number }: Point): number {
  return (Math.imul(number + 1, 0x9e37) ^ Math.imul(device.binary, 0x85eb)) & 0xffff
}

/** A memory that is full of it. */
export function patternMemory(): PlcMemory {
  const memory = new PlcMemory()
  for (const name of DEVICE_NAMES) {
    const device = deviceOf(name) as PlcDevice
    const step = device.unit === 'word' ? 1 : 16
    for (let number = 0; number < memory.pointsOf(device); number += step) {
      memory.setWord({ device, number }, patternAt({ device, number }))
    }
  }
  return memory
}

const memory = new PlcMemory()
/** Devices that the mock has. */
const devices = DEVICE_NAMES.map((name) => deviceOf(name) as PlcDevice).filter(
  (device) => memory.pointsOf(device) > 0,
)
const numberTypes = ['int16', 'uint16', 'int32', 'uint32', 'float32', 'int32 high-first'] as const

/** A tag that the mock can read, many of them near each other. */
export const anyTag: fc.Arbitrary<PlcTag> = fc
  .record({
    device: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...devices.slice(0, 3)) },
      { weight: 1, arbitrary: fc.constantFrom(...devices) },
    ),
    type: fc.constantFrom(...numberTypes, 'bit', 'string 7'),
    near: fc.oneof(
      { weight: 4, arbitrary: fc.nat(120) },
      { weight: 1, arbitrary: fc.nat(0x7fffffff) },
    ),
    bit: fc.nat(15),
  })
  .map(({ device, type, near, bit }) => {
    const points = memory.pointsOf(device)
    const spare = device.unit === 'word' ? 4 : 64
    const number = near % (points - spare)
    const isBit = type === 'bit' || !device.inWords
    const even = device.unit === 'bit' && !isBit ? number - (number % 16) : number
    const name = `${device.name}${even.toString(device.radix)}`
    const address = isBit && device.unit === 'word' ? `${name}.${bit.toString(16)}` : name
    return parseTag({ address, type: isBit ? 'bit' : type })
  })

const anyPoint = fc.record({
  device: fc.constantFrom(...devices.filter(({ inWords }) => inWords)),
  number: fc.nat(999_999),
})

/** A request that both codes can carry. */
export const anyRequest: fc.Arbitrary<McRequest> = fc.oneof(
  fc.record({
    kind: fc.constant('words' as const),
    from: anyPoint,
    points: fc.integer({ min: 1, max: 960 }),
  }),
  fc.record({
    kind: fc.constant('bits' as const),
    from: fc.record({
      device: fc.constantFrom(...devices.filter(({ unit }) => unit === 'bit')),
      number: fc.nat(999_999),
    }),
    points: fc.integer({ min: 1, max: 200 }),
  }),
  fc
    .record({
      kind: fc.constant('random' as const),
      words: fc.array(anyPoint, { maxLength: 96 }),
      doubles: fc.array(anyPoint, { maxLength: 96 }),
    })
    .filter(({ words, doubles }) => words.length + doubles.length > 0),
)
