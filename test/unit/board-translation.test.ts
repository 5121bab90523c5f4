import { avrInstruction, CPU } from 'avr8js'
import { describe, expect, it } from 'vitest'
import { loadFirmware } from '../../mock/board/firmware-image.ts'
import { RAM_BYTES } from '../../mock/board/mcu.ts'
import { Translation } from '../../mock/board/translation.ts'
import { Noise } from '../../mock/random.ts'
import { BoardRig } from '../support/board.ts'

const noise = new Noise(7)
let drawn = 0
const draw = (below: number): number => {
  drawn += 1
  return Math.floor(noise.uniform(drawn, 0) * below)
}

const SP = 0x5d
/** Upper bytes of X, Y and Z. */
const POINTERS = [27, 29, 31]

/** Two processors in one state: anything in the registers and the RAM, pointers mostly into it. */
function twins(program: Uint16Array, pc: number): [CPU, CPU] {
  const twin = new CPU(program, RAM_BYTES)
  const other = new CPU(program, RAM_BYTES)
  const { data } = twin
  for (let at = 0; at < data.length; at++) data[at] = draw(256)
  for (const register of POINTERS) data[register] = draw(9)
  data[SP + 1] = 2 + draw(5)
  other.data.set(data)
  twin.pc = pc
  other.pc = pc
  return [twin, other]
}

/** avr8js has negative addresses behind a jump back over address 0. */
function wrapped({ pc, progMem }: CPU): number {
  return (pc + progMem.length) % progMem.length
}

function interpret(cpu: CPU): void {
  avrInstruction(cpu)
  cpu.pc = wrapped(cpu)
}

function stateOf(cpu: CPU) {
  return { data: Buffer.from(cpu.data).toString('hex'), pc: wrapped(cpu), cycles: cpu.cycles }
}

const { program } = loadFirmware()
const anything = program.map(() => draw(0x10000))

it('a board runs the same, to the cycle, with its program translated as before', () => {
  const firmware = { ...loadFirmware(), program: program.slice() }
  const run = () => {
    const rig = new BoardRig({ firmware })
    rig.hello()
    expect(rig.command('set_interval', { value: 0 })).toBe('ok')
    rig.board.runMs(50)
    const arrivals = rig.arrivals.map(({ atMs, text }) => `${atMs} ${text}`)
    return { arrivals, ram: Buffer.from(rig.board.ram).toString('hex') }
  }
  const cold = run()
  expect(run()).toEqual(cold)
})

describe.each([
  ['the firmware', program],
  ['any words', anything],
])('translated instructions of %s', (_, words) => {
  const STRIDE = 29

  it('do one by one what avr8js does', () => {
    const translation = new Translation(words, 1)
    for (let pc = 50; pc < words.length - 100; pc += STRIDE) {
      const [translated, interpreted] = twins(words, pc)
      translation.runBefore(translated, 0)
      expect(translated.cycles).toBe(0)
      translation.runOne(translated)
      interpret(interpreted)
      expect(stateOf(translated)).toEqual(stateOf(interpreted))
    }
  })

  it('do in blocks what avr8js does, and end before the cycle given', () => {
    const translation = new Translation(words, 1)
    let cycles = 0
    for (let pc = 50; pc < words.length - 100; pc += STRIDE) {
      const [translated, interpreted] = twins(words, pc)
      translation.runBefore(translated, 0)
      const end = 60 + draw(200)
      translation.runBefore(translated, end)
      expect(translated.cycles).toBeLessThan(end)
      while (interpreted.cycles < translated.cycles) interpret(interpreted)
      expect(stateOf(translated)).toEqual(stateOf(interpreted))
      cycles += translated.cycles
    }
    // Else the test has tested nothing.
    expect(cycles).toBeGreaterThan(3000)
  })
})
