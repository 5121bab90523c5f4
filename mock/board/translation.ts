import { avrInstruction, type CPU } from 'avr8js'
import {
  ALL_FLAGS,
  flagCode,
  type Instruction,
  instructionAt,
  REGISTERS_END,
  SREG,
} from './instructions.ts'

/** A stretch of program. @returns true: it could not be done to its end */
type Block = (cpu: CPU, data: Uint8Array) => boolean

/** Instructions of a block at most. */
const LENGTH = 24
/** Cycles more than where an instruction of two words is not skipped. */
const LONGEST_SKIP = 2

const translations = new WeakMap<Uint16Array, Translation>()

/** The same for the same program, whoever runs it. */
export function translationOf(program: Uint16Array): Translation {
  const translation = translations.get(program) ?? new Translation(program)
  translations.set(program, translation)
  return translation
}

/**
 * A program translated to JavaScript, block by block. `avrInstruction` of
 * avr8js 0.21.1 tries the patterns of all instructions one after the other;
 * what runs often runs here some times faster, and does the same. No block of
 * several instructions reaches a register of a peripheral or enables
 * interrupts, so nothing can happen in it but a clock event, and when that
 * comes is known beforehand.
 */
export class Translation {
  readonly program: Uint16Array
  /** By address, in words. */
  readonly #blocks: (Block | undefined)[]
  /** Blocks of one instruction that is alone. */
  readonly #single: (Block | undefined)[]
  /** Cycles that a block takes at most. */
  readonly #cycles: Uint8Array
  readonly #visits: Uint16Array
  readonly #warm: number

  /** @param warm times an address is reached before it is worth a block */
  constructor(program: Uint16Array, warm = 500) {
    this.program = program
    this.#warm = warm
    this.#blocks = new Array(program.length).fill(undefined)
    this.#single = new Array(program.length).fill(undefined)
    this.#cycles = new Uint8Array(program.length)
    this.#visits = new Uint16Array(program.length)
  }

  /** Runs for as long as surely nothing else happens before that cycle; perhaps not at all. */
  runBefore(cpu: CPU, endCycle: number): void {
    const { data } = cpu
    for (;;) {
      const { pc } = cpu
      const block = this.#blocks[pc]
      if (block === undefined) this.#visit(pc)
      else if (cpu.cycles + (this.#cycles[pc] as number) < endCycle && !block(cpu, data)) continue
      return
    }
  }

  runOne(cpu: CPU): void {
    const single = this.#single[cpu.pc]
    if (single === undefined || single(cpu, cpu.data)) avrInstruction(cpu)
  }

  #visit(address: number): void {
    const visits = this.#visits[address] as number
    if (visits === this.#warm) return
    this.#visits[address] = visits + 1
    if (visits + 1 === this.#warm) this.#translate(address)
  }

  #translate(start: number): void {
    const stretch: Instruction[] = []
    let end: Address = start
    while (end !== 'popped' && stretch.length < LENGTH) {
      const instruction = instructionAt(this.program, end)
      if (instruction === null || instruction.isAlone) break
      stretch.push(instruction)
      end = instruction.to
    }
    if (stretch.length > 0) {
      this.#blocks[start] = this.#compile(stretch)
      this.#cycles[start] = cyclesOf(stretch) + LONGEST_SKIP
    }
    const first = instructionAt(this.program, start)
    if (first?.isAlone) this.#single[start] = this.#compile([first])
  }

  #compile(stretch: readonly Instruction[]): Block {
    // Backwards, as flags that nobody looks at need not be worked out.
    let live = ALL_FLAGS
    let cycles = cyclesOf(stretch)
    let body = `${this.#exit((stretch.at(-1) as Instruction).to, cycles)}return false`
    for (const instruction of stretch.toReversed()) {
      const { at, address, code, leaves, reads } = instruction
      const flags = flagCode(instruction.flags, live)
      cycles -= instruction.cycles
      const guard = address
        ? `a=${address};if(a<${REGISTERS_END}){${this.#exit(at, cycles)}return true}`
        : ''
      const leave = leaves
        ? `if(${leaves.when}){${this.#exit(leaves.to, cycles + leaves.cycles)}return false}`
        : ''
      live = leaves || address ? ALL_FLAGS : (live & ~flags.changes) | reads
      body = guard + code + flags.code + leave + body
    }
    body = `let s=data[${SREG}],a=0,b=0,r=0,t=0;${body}`
    return new Function('cpu', 'data', body) as Block
  }

  #exit(to: Address, cycles: number): string {
    const { length } = this.program
    const pc = to === 'popped' ? `t%${length}` : (to + length) % length
    return `data[${SREG}]=s;cpu.pc=${pc};cpu.cycles+=${cycles};`
  }
}

type Address = Instruction['to']

function cyclesOf(stretch: readonly Instruction[]): number {
  return stretch.reduce((sum, { cycles }) => sum + cycles, 0)
}
