/** Bits of the status register, DS40002198 3.1. */
const [C, Z, N, V, S, H] = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20]
/** The number of bit I. */
const INTERRUPTS = 7
const X = 26
const Y = 28
const Z_POINTER = 30
const SP = 0x5d
export const SREG = 0x5f
/** From here on memory is only memory; below are registers, which may have hooks. */
export const REGISTERS_END = 0x100
export const ALL_FLAGS = 0xff

/** An instruction in JavaScript over the memory `data`, the status `s` and the variables a, b, r and t. */
export interface Instruction {
  readonly code: string
  readonly cycles: number
  /** Its own address, in words. */
  readonly at: number
  /** What becomes of each flag that it changes, but for S. */
  readonly flags?: ReadonlyMap<number, string>
  /** Flags it depends on. */
  readonly reads: number
  /** What it reaches: `a`. Where that is a register it can't be done like this. */
  readonly address?: string
  /** Where the program goes on; `popped`: at `t` */
  readonly to: number | 'popped'
  /** Condition under which it goes on elsewhere, and the cycles of that. */
  readonly leaves?: { readonly when: string; readonly to: number; readonly cycles: number }
  /** It reaches a peripheral or enables interrupts: what comes after it is open. */
  readonly isAlone?: boolean
}

type Rule = (opcode: number, at: number, program: Uint16Array) => Partial<Instruction>

/** @returns null: too rare */
export function instructionAt(program: Uint16Array, at: number): Instruction | null {
  const opcode = program[at] as number
  const found = RULES.find(([mask, pattern]) => (opcode & mask) === pattern)
  if (!found) return null
  const instruction = found[2](opcode, at, program)
  return { code: '', at, cycles: 1, reads: 0, to: at + sizeOf(opcode), ...instruction }
}

/** Of LDS, STS, CALL, JMP: two words. */
function sizeOf(opcode: number): 1 | 2 {
  return (opcode & 0xfc0f) === 0x9000 || (opcode & 0xfe0c) === 0x940c ? 2 : 1
}

/** What an instruction does to the flags. @param wanted those that anybody looks at */
export function flagCode(
  flags: Instruction['flags'],
  wanted: number,
): { code: string; changes: number } {
  let changes = 0
  for (const flag of flags?.keys() ?? []) changes |= flag
  // S is N xor V.
  const hasSign = (changes & N) !== 0
  if (hasSign) changes |= S
  const needed = wanted & S && hasSign ? wanted | N | V : wanted
  const values = [...(flags ?? [])].flatMap(([flag, value]) =>
    flag & needed ? [`(${value})`] : [],
  )
  if (values.length === 0) return { code: '', changes }
  const sign = hasSign && wanted & S ? 's|=((s>>2^s>>3)&1)<<4;' : ''
  return { code: `s=s&${~(changes & needed)}|${values.join('|')};${sign}`, changes }
}

// Operands, as they stand in the word.

const left = (opcode: number): string => `data[${(opcode >> 4) & 0x1f}]`
const right = (opcode: number): string => `data[${(opcode & 0x0f) | ((opcode >> 5) & 0x10)}]`
const upper = (opcode: number): string => `data[${16 + ((opcode >> 4) & 0x0f)}]`
const literal = (opcode: number): string => `${(opcode & 0x0f) | ((opcode >> 4) & 0xf0)}`
const bit = (opcode: number): number => 1 << (opcode & 7)
const statusBit = (opcode: number): number => (opcode >> 4) & 7
const second = (at: number, program: Uint16Array): number => program[at + 1] as number
const displacement = (opcode: number): number =>
  (opcode & 7) | ((opcode >> 7) & 0x18) | ((opcode >> 8) & 0x20)

const ioRegister = (opcode: number): number => 0x20 + ((opcode & 0x0f) | ((opcode >> 5) & 0x30))

const pair = (register: number): string => `(data[${register}]|data[${register + 1}]<<8)`
const setPair = (register: number, value: string): string =>
  `data[${register}]=${value};data[${register + 1}]=${value}>>8;`

// Flags. H is taken from bit 0 as avr8js takes it; no compiler tests it.

const ZERO = 'r?0:2'
const NEGATIVE = 'r>>5&4'

const LOGIC = new Map([
  [Z, ZERO],
  [N, NEGATIVE],
  [V, '0'],
])
const SUM = new Map([
  [C, 't>>8'],
  [Z, ZERO],
  [N, NEGATIVE],
  [V, '((r^a)&(r^b))>>4&8'],
  [H, '((a&b)|(b&~r)|(~r&a))&1?32:0'],
])
const DIFFERENCE = new Map([
  [C, 't<0?1:0'],
  [Z, 't?0:2'],
  [N, 't>>5&4'],
  [V, '((a^b)&(a^t))>>4&8'],
  [H, '((~a&b)|(b&t)|(t&~a))&1?32:0'],
])
/** Of a number of several bytes: zero where all of them are. */
const DIFFERENCE_ON = new Map([...DIFFERENCE, [Z, 't?0:s&2']])
const SHIFT = new Map([
  [C, 'a&1'],
  [Z, ZERO],
  [N, NEGATIVE],
  [V, '(r>>7^a&1)<<3'],
])

const logic = (target: string, value: string): Partial<Instruction> => ({
  code: `r=${value};${target}=r;`,
  flags: LOGIC,
})

const sum = (opcode: number, carry: string): Partial<Instruction> => {
  const d = left(opcode)
  return { code: `a=${d};b=${right(opcode)};t=a+b${carry};r=t&255;${d}=r;`, flags: SUM }
}

/** @param target where the difference goes; '': nowhere */
const difference = (a: string, b: string, target: string): Partial<Instruction> => ({
  code: `a=${a};b=${b};t=a-b;${target && `${target}=t;`}`,
  flags: DIFFERENCE,
})

const differenceOn = (a: string, b: string, target: string): Partial<Instruction> => ({
  code: `a=${a};b=${b};t=a-b-(s&1);${target && `${target}=t;`}`,
  flags: DIFFERENCE_ON,
  reads: C | Z,
})

const shift = (opcode: number, top: string): Partial<Instruction> => ({
  code: `a=${left(opcode)};r=a>>1|${top};${left(opcode)}=r;`,
  flags: SHIFT,
})

/** INC and DEC. @param last value that overflows */
const step = (opcode: number, by: string, last: number): Partial<Instruction> => ({
  code: `a=${left(opcode)};r=a${by}&255;${left(opcode)}=r;`,
  flags: new Map([
    [Z, ZERO],
    [N, NEGATIVE],
    [V, `a===${last}?8:0`],
  ]),
})

const load = (opcode: number, address: string, then = ''): Partial<Instruction> => ({
  address,
  code: `${left(opcode)}=data[a];${then}`,
  cycles: 2,
})

const store = (opcode: number, address: string, then = ''): Partial<Instruction> => ({
  address,
  code: `data[a]=${left(opcode)};${then}`,
  cycles: 2,
})

/** A hook may look at the cycles gone by until then. */
const input = (opcode: number, register: number, before = ''): Partial<Instruction> => ({
  code: `${before}${left(opcode)}=cpu.readData(${register});`,
  isAlone: true,
})

const output = (opcode: number, register: number): Partial<Instruction> => ({
  code: `cpu.writeData(${register},${left(opcode)});s=data[${SREG}];`,
  isAlone: true,
})

const branch = (opcode: number, at: number, when: string): Partial<Instruction> => ({
  leaves: { when, to: at + 1 + ((opcode << 22) >> 25), cycles: 2 },
})

/** Over the next instruction. */
const skip = (at: number, program: Uint16Array, when: string): Partial<Instruction> => {
  const size = sizeOf(second(at, program))
  return { leaves: { when, to: at + 1 + size, cycles: 1 + size } }
}

const relative = (opcode: number, at: number): number => at + 1 + ((opcode << 20) >> 20)

const call = (from: number, to: number, cycles: number): Partial<Instruction> => ({
  code: `b=${pair(SP)};data[b]=${from & 0xff};data[b-1]=${from >> 8};b-=2;${setPair(SP, 'b')}`,
  to,
  cycles,
})

const RETURN = {
  code: `b=${pair(SP)}+2;${setPair(SP, 'b')}t=data[b-1]<<8|data[b];`,
  to: 'popped',
  cycles: 4,
} as const

/** Mask, what is under it (DS40002198 5), the instruction in JavaScript. */
const RULES: readonly (readonly [number, number, Rule])[] = [
  /* ADC */ [0xfc00, 0x1c00, (op) => ({ ...sum(op, '+(s&1)'), reads: C })],
  /* ADD */ [0xfc00, 0x0c00, (op) => sum(op, '')],
  /* AND */ [0xfc00, 0x2000, (op) => logic(left(op), `${left(op)}&${right(op)}`)],
  /* ANDI */ [0xf000, 0x7000, (op) => logic(upper(op), `${upper(op)}&${literal(op)}`)],
  /* ASR */ [0xfe0f, 0x9405, (op) => shift(op, 'a&128')],
  /* BCLR */ [0xff8f, 0x9488, (op) => ({ code: `s&=${~(1 << statusBit(op))};` })],
  /* BRBC */ [0xfc00, 0xf400, (op, at) => branch(op, at, `!(s&${bit(op)})`)],
  /* BRBS */ [0xfc00, 0xf000, (op, at) => branch(op, at, `s&${bit(op)}`)],
  /* BSET */ [
    0xff8f,
    0x9408,
    (op) => ({ code: `s|=${1 << statusBit(op)};`, isAlone: statusBit(op) === INTERRUPTS }),
  ],
  /* CALL */ [0xfe0e, 0x940e, (_, at, program) => call(at + 2, second(at, program), 4)],
  /* CP */ [0xfc00, 0x1400, (op) => difference(left(op), right(op), '')],
  /* CPC */ [0xfc00, 0x0400, (op) => differenceOn(left(op), right(op), '')],
  /* CPI */ [0xf000, 0x3000, (op) => difference(upper(op), literal(op), '')],
  /* CPSE */ [0xfc00, 0x1000, (op, at, program) => skip(at, program, `${left(op)}===${right(op)}`)],
  /* DEC */ [0xfe0f, 0x940a, (op) => step(op, '-1', 0x80)],
  /* EOR */ [0xfc00, 0x2400, (op) => logic(left(op), `${left(op)}^${right(op)}`)],
  /* IJMP */ [0xffff, 0x9409, () => ({ code: `t=${pair(Z_POINTER)};`, to: 'popped', cycles: 2 })],
  /* IN SP */ [0xfe0f, 0xb60d, (op) => ({ code: `${left(op)}=data[${SP}];` })],
  /* IN SP */ [0xfe0f, 0xb60e, (op) => ({ code: `${left(op)}=data[${SP + 1}];` })],
  /* IN SREG */ [0xfe0f, 0xb60f, (op) => ({ code: `${left(op)}=s;`, reads: ALL_FLAGS })],
  /* IN */ [0xf800, 0xb000, (op) => input(op, ioRegister(op))],
  /* INC */ [0xfe0f, 0x9403, (op) => step(op, '+1', 0x7f)],
  /* JMP */ [0xfe0e, 0x940c, (_, at, program) => ({ to: second(at, program), cycles: 3 })],
  /* LD X */ [0xfe0f, 0x900c, (op) => load(op, pair(X))],
  /* LD X+ */ [0xfe0f, 0x900d, (op) => load(op, pair(X), setPair(X, '(a+1)'))],
  /* LD Z+ */ [0xfe0f, 0x9001, (op) => load(op, pair(Z_POINTER), setPair(Z_POINTER, '(a+1)'))],
  /* LDD Y */ [0xd208, 0x8008, (op) => load(op, `${pair(Y)}+${displacement(op)}`)],
  /* LDD Z */ [0xd208, 0x8000, (op) => load(op, `${pair(Z_POINTER)}+${displacement(op)}`)],
  /* LDI */ [0xf000, 0xe000, (op) => ({ code: `${upper(op)}=${literal(op)};` })],
  /* LDS */ [
    0xfe0f,
    0x9000,
    (op, at, program) => {
      const from = second(at, program)
      if (from < REGISTERS_END) return { ...input(op, from, 'cpu.cycles+=1;'), cycles: 1 }
      return { code: `${left(op)}=data[${from}];`, cycles: 2 }
    },
  ],
  /* LSR */ [0xfe0f, 0x9406, (op) => shift(op, '0')],
  /* MOV */ [0xfc00, 0x2c00, (op) => ({ code: `${left(op)}=${right(op)};` })],
  /* MOVW */ [
    0xff00,
    0x0100,
    (op) => ({ code: `t=${pair((op << 1) & 0x1e)};${setPair((op >> 3) & 0x1e, 't')}` }),
  ],
  /* MUL */ [
    0xfc00,
    0x9c00,
    (op) => ({
      code: `t=${left(op)}*${right(op)};${setPair(0, 't')}`,
      flags: new Map([
        [C, 't>>15'],
        [Z, 't?0:2'],
      ]),
      cycles: 2,
    }),
  ],
  /* OR */ [0xfc00, 0x2800, (op) => logic(left(op), `${left(op)}|${right(op)}`)],
  /* ORI */ [0xf000, 0x6000, (op) => logic(upper(op), `${upper(op)}|${literal(op)}`)],
  /* OUT SP */ [0xfe0f, 0xbe0d, (op) => ({ code: `data[${SP}]=${left(op)};` })],
  /* OUT SP */ [0xfe0f, 0xbe0e, (op) => ({ code: `data[${SP + 1}]=${left(op)};` })],
  /* OUT SREG */ [0xfe0f, 0xbe0f, (op) => ({ code: `s=${left(op)};`, isAlone: true })],
  /* OUT */ [0xf800, 0xb800, (op) => output(op, ioRegister(op))],
  /* POP */ [
    0xfe0f,
    0x900f,
    (op) => ({ code: `b=${pair(SP)}+1;${setPair(SP, 'b')}${left(op)}=data[b];`, cycles: 2 }),
  ],
  /* PUSH */ [
    0xfe0f,
    0x920f,
    (op) => ({ code: `b=${pair(SP)};data[b]=${left(op)};b-=1;${setPair(SP, 'b')}`, cycles: 2 }),
  ],
  /* RCALL */ [0xf000, 0xd000, (op, at) => call(at + 1, relative(op, at), 3)],
  /* RET */ [0xffff, 0x9508, () => RETURN],
  /* RETI */ [
    0xffff,
    0x9518,
    () => ({ ...RETURN, code: `${RETURN.code}s|=${1 << INTERRUPTS};`, isAlone: true }),
  ],
  /* RJMP */ [0xf000, 0xc000, (op, at) => ({ to: relative(op, at), cycles: 2 })],
  /* ROR */ [0xfe0f, 0x9407, (op) => ({ ...shift(op, '(s&1)<<7'), reads: C })],
  /* SBC */ [0xfc00, 0x0800, (op) => differenceOn(left(op), right(op), left(op))],
  /* SBCI */ [0xf000, 0x4000, (op) => differenceOn(upper(op), literal(op), upper(op))],
  /* SBRC */ [0xfe08, 0xfc00, (op, at, program) => skip(at, program, `!(${left(op)}&${bit(op)})`)],
  /* SBRS */ [0xfe08, 0xfe00, (op, at, program) => skip(at, program, `${left(op)}&${bit(op)}`)],
  /* ST X */ [0xfe0f, 0x920c, (op) => store(op, pair(X))],
  /* ST X+ */ [0xfe0f, 0x920d, (op) => store(op, pair(X), setPair(X, '(a+1)'))],
  /* ST Z+ */ [0xfe0f, 0x9201, (op) => store(op, pair(Z_POINTER), setPair(Z_POINTER, '(a+1)'))],
  /* STD Y */ [0xd208, 0x8208, (op) => store(op, `${pair(Y)}+${displacement(op)}`)],
  /* STD Z */ [0xd208, 0x8200, (op) => store(op, `${pair(Z_POINTER)}+${displacement(op)}`)],
  /* STS */ [
    0xfe0f,
    0x9200,
    (op, at, program) => {
      const to = second(at, program)
      if (to < REGISTERS_END) return { ...output(op, to), cycles: 2 }
      return { code: `data[${to}]=${left(op)};`, cycles: 2 }
    },
  ],
  /* SUB */ [0xfc00, 0x1800, (op) => difference(left(op), right(op), left(op))],
  /* SUBI */ [0xf000, 0x5000, (op) => difference(upper(op), literal(op), upper(op))],
  /* SWAP */ [0xfe0f, 0x9402, (op) => ({ code: `a=${left(op)};${left(op)}=a<<4|a>>4;` })],
]
