import { Noise } from '../random.ts'
import { type PlcMemory, pointOf } from './memory.ts'

/** A value of the plant, where the PLC keeps it, and the line of the configuration that reads it. */
export interface PlantTag {
  readonly channel: string
  readonly address: string
  readonly type: 'int16' | 'uint16' | 'int32' | 'uint32' | 'float32' | 'int32 high-first' | 'bit'
  readonly scale?: number
  readonly unit?: string
  readonly group: 'power' | 'process'
}

/** docs/plc.md has the same table. */
export const PLANT_TAGS: readonly PlantTag[] = [
  { channel: 'v', address: 'D100', type: 'int16', scale: 0.01, unit: 'V', group: 'power' },
  { channel: 'a', address: 'D101', type: 'int16', scale: 0.001, unit: 'A', group: 'power' },
  { channel: 'speed', address: 'D103', type: 'uint16', unit: 'rpm', group: 'power' },
  { channel: 'temp', address: 'D110', type: 'float32', unit: 'degC', group: 'power' },
  { channel: 'running', address: 'M0', type: 'bit', group: 'power' },
  { channel: 'pressure', address: 'D112', type: 'float32', unit: 'bar', group: 'process' },
  { channel: 'parts', address: 'D120', type: 'uint32', group: 'process' },
  { channel: 'energy', address: 'D122', type: 'uint32', scale: 0.1, unit: 'Wh', group: 'process' },
  { channel: 'fault', address: 'D140.5', type: 'bit', group: 'process' },
  {
    channel: 'vibration',
    address: 'W1F',
    type: 'uint16',
    scale: 0.01,
    unit: 'mm/s',
    group: 'process',
  },
  {
    channel: 'position',
    address: 'R100',
    type: 'int32 high-first',
    scale: 0.001,
    unit: 'mm',
    group: 'process',
  },
  { channel: 'setpoint', address: 'ZR1000', type: 'float32', unit: 'degC', group: 'process' },
  { channel: 'door', address: 'X10', type: 'bit', group: 'process' },
  { channel: 'heating', address: 'Y2A', type: 'bit', group: 'process' },
  { channel: 'ready', address: 'B1F', type: 'bit', group: 'process' },
]

/** It works so long, then stands with a fault until somebody has come, s. */
const WORK_S = 560
const FAULT_S = 40
/** A part is pressed in so long, s. */
const CYCLE_S = 12
const SETPOINT = 62.5
/** The PLC's cycle: between two of them nothing changes, s. */
const SCAN_S = 0.01
/** Words from D1000 on, and bits from M1000 on, that move each at its own pace: for many tags. */
const MANY_FIRST = 1000
const MANY_WORDS = 1000

/** A press with a hydraulic drive. What it is at a time follows from the seed and the time alone. */
export class Plant {
  readonly #memory: PlcMemory
  readonly #noise: Noise
  #cycle = -1

  constructor(memory: PlcMemory, seed: number) {
    this.#memory = memory
    this.#noise = new Noise(seed, STREAM)
    this.#text('D', 130, 'ALU-2.5')
    this.#float('ZR', 1000, SETPOINT)
    memory.setBit(pointOf('SM', 400), true)
  }

  /** Brings the memory to a time. @param timeS since the plant was switched on, s */
  at(timeS: number): void {
    const cycle = Math.floor(timeS / SCAN_S)
    if (cycle === this.#cycle) return
    this.#cycle = cycle
    const tS = cycle * SCAN_S
    const rest = tS % (WORK_S + FAULT_S)
    const isRunning = rest < WORK_S
    const workedS = Math.floor(tS / (WORK_S + FAULT_S)) * WORK_S + Math.min(rest, WORK_S)
    const phase = (workedS % CYCLE_S) / CYCLE_S
    this.#drive(tS, isRunning, phase)
    this.#counters(workedS)
    this.#status(tS, isRunning, phase)
    this.#many(tS)
  }

  #drive(tS: number, isRunning: boolean, phase: number): void {
    const n = Math.floor(tS * 10)
    const stroke = isRunning ? strokeAt(phase) : 0
    const amps = (isRunning ? 1.8 : 0.35) + 6.2 * stroke + 0.02 * this.#noise.gauss(n, 1)
    const volts = 24.1 - 0.06 * amps + 0.01 * this.#noise.gauss(n, 2)
    this.#word('D', 100, volts * 100)
    this.#word('D', 101, amps * 1000)
    this.#word('D', 103, isRunning ? 1485 - 60 * stroke + 2 * this.#noise.gauss(n, 3) : 0)
    this.#float('D', 110, SETPOINT - 0.5 + 1.5 * this.#noise.drift(tS / 90, 4))
    this.#float('D', 112, (isRunning ? 38 : 6) + 140 * stroke + 0.2 * this.#noise.gauss(n, 5))
    this.#word('W', 0x1f, (isRunning ? 180 : 12) + 240 * stroke + 3 * this.#noise.gauss(n, 6))
    const position = Math.round(isRunning ? 250_000 * (1 - stroke) : 250_000)
    this.#word('R', 100, position >>> 16)
    this.#word('R', 101, position)
  }

  #counters(workedS: number): void {
    this.#double('D', 120, Math.floor(workedS / CYCLE_S))
    // 24 V and 3.3 A on the average, in steps of 0.1 Wh.
    this.#double('D', 122, Math.floor(((24 * 3.3) / 3600) * workedS * 10))
    this.#word('CN', 0, Math.floor(workedS / CYCLE_S) % 32_768)
    this.#word('TN', 0, (workedS % CYCLE_S) * 10)
  }

  #status(tS: number, isRunning: boolean, phase: number): void {
    const temperature = this.#noise.drift(tS / 90, 4)
    const bits: readonly (readonly [string, number, boolean])[] = [
      ['M', 0, isRunning],
      ['M', 100, Math.floor(tS) % 2 === 1],
      ['SM', 412, Math.floor(tS * 2) % 2 === 1],
      ['X', 0x10, !isRunning && tS % 7 < 5],
      ['Y', 0x2a, temperature < 0],
      ['B', 0x1f, isRunning && phase > 0.7],
      ['TS', 0, isRunning && phase > 0.5],
    ]
    for (const [name, number, isOn] of bits) this.#memory.setBit(pointOf(name, number), isOn)
    // Ready, fault.
    this.#memory.setWord(pointOf('D', 140), isRunning ? 0b1 : 0b100000)
  }

  #many(tS: number): void {
    for (let i = 0; i < MANY_WORDS; i++) {
      const periodS = 20 + (i % 97)
      const wave = Math.sin((2 * Math.PI * tS) / periodS + i)
      this.#memory.setWord(pointOf('D', MANY_FIRST + i), Math.round(10_000 * wave))
      this.#memory.setBit(pointOf('M', MANY_FIRST + i), wave > 0)
    }
  }

  #word(name: string, number: number, value: number): void {
    this.#memory.setWord(pointOf(name, number), Math.round(value))
  }

  #double(name: string, number: number, value: number): void {
    this.#word(name, number, value % 65536)
    this.#word(name, number + 1, Math.floor(value / 65536))
  }

  /** As the display of a controller would have it: to two decimals. */
  #float(name: string, number: number, value: number): void {
    const view = new DataView(new ArrayBuffer(4))
    view.setFloat32(0, Math.round(value * 100) / 100)
    this.#word(name, number, view.getUint16(2))
    this.#word(name, number + 1, view.getUint16(0))
  }

  #text(name: string, number: number, text: string): void {
    for (let i = 0; i < text.length; i += 2) {
      const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
      this.#word(name, number + i / 2, text.charCodeAt(i) + next * 256)
    }
  }
}

/** Keeps the plant apart from the faults, which have the same seed. */
const STREAM = 2

/** How far the press is down, 0 to 1. @param phase of its cycle, 0 to 1 */
function strokeAt(phase: number): number {
  if (phase < 0.2 || phase > 0.7) return 0
  return Math.sin((Math.PI * (phase - 0.2)) / 0.5)
}

/** A configuration file that reads the plant (contract, section 8). @param url of the PLC */
export function plantConfig(url: string): string {
  const groups = [
    ['power', '1s'],
    ['process', '5s'],
  ] as const
  const lines = [
    '# Read it with: ina219 monitor --poll-source <this file>',
    '[plc.press1]',
    `url = "${url}"`,
    'code = "KRCWO12ELOA101"',
    'connections = 5',
  ]
  for (const [name, interval] of groups) {
    lines.push(
      '[[plc.press1.group]]',
      `name = "${name}"`,
      'mode = "fixed"',
      `interval = "${interval}"`,
      'tags = [',
      ...PLANT_TAGS.filter(({ group }) => group === name).map((tag) => `  ${tagLine(tag)},`),
      ']',
    )
  }
  return `${lines.join('\n')}\n`
}

function tagLine({ channel, address, type, scale, unit }: PlantTag): string {
  const members = [`channel = "${channel}"`, `address = "${address}"`, `type = "${type}"`]
  if (scale !== undefined) members.push(`scale = ${scale}`)
  if (unit !== undefined) members.push(`unit = "${unit}"`)
  return `{ ${members.join(', ')} }`
}
