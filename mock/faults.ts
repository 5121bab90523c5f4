import { InaError } from '../src/util/errors.ts'
import { didYouMean } from '../src/util/nearest.ts'

/** What can happen to a line; each is a probability per line, 0..1. */
export interface FaultSpec {
  /** The line is not sent. */
  readonly drop: number
  /** Some of its bytes are changed. */
  readonly corrupt: number
  /** Its tail is lost, the newline is not: a UART that was read too late. */
  readonly truncate: number
  /** It is sent twice. */
  readonly duplicate: number
  /** A line of rubbish comes before it. */
  readonly garbage: number
  /** The device restarts before it. */
  readonly reset: number
}

export type FaultKind = keyof FaultSpec

const FAULT_KINDS: readonly FaultKind[] = [
  'drop',
  'corrupt',
  'truncate',
  'duplicate',
  'garbage',
  'reset',
]

/** Each kind with 0: no probability, or none counted. */
export function noFaults(): Record<FaultKind, number> {
  return { drop: 0, corrupt: 0, truncate: 0, duplicate: 0, garbage: 0, reset: 0 }
}

/** Kinds of which a line gets at most one, so their probabilities must not add up to more than 1. */
const EXCLUSIVE: readonly FaultKind[] = ['drop', 'corrupt', 'truncate', 'duplicate']

const EXAMPLE = 'write kind=probability pairs, such as drop=0.01,corrupt=0.005,reset=0.0001'

/** Reads `drop=0.01,corrupt=0.005`. */
export function parseFaults(text: string): FaultSpec {
  return parseProbabilities(text, {
    kinds: FAULT_KINDS,
    exclusive: EXCLUSIVE,
    unit: 'line',
    example: EXAMPLE,
  })
}

export interface FaultForm<K extends string> {
  readonly kinds: readonly K[]
  /** Of which one thing gets at most one. */
  readonly exclusive: readonly K[]
  /** What is hit, such as a line. */
  readonly unit: string
  readonly example: string
}

/** Reads pairs of a kind and its probability. @returns 0 for kinds that are not named @throws InaError usage_invalid */
export function parseProbabilities<K extends string>(
  text: string,
  { kinds, exclusive, unit, example }: FaultForm<K>,
): Record<K, number> {
  const spec = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<K, number>
  const given = new Set<K>()
  for (const part of text.split(',')) {
    const [name = '', value, ...rest] = part.split('=').map((each) => each.trim())
    const kind = kinds.find((each) => each === name)
    if (kind === undefined) {
      throw new InaError(
        'usage_invalid',
        `'${name}' is not a kind of fault of a ${unit}`,
        didYouMean(name, kinds, `the kinds are ${kinds.join(', ')}`),
      )
    }
    const probability = value === undefined || value === '' ? Number.NaN : Number(value)
    if (!(probability >= 0 && probability <= 1) || rest.length > 0) {
      throw new InaError('usage_invalid', `'${part.trim()}' has no probability of 0 to 1`, example)
    }
    if (given.has(kind)) {
      throw new InaError(
        'usage_invalid',
        `the fault '${kind}' is given twice`,
        'give each kind once',
      )
    }
    given.add(kind)
    spec[kind] = probability
  }
  if (exclusive.reduce((sum, kind) => sum + spec[kind], 0) > 1) {
    throw new InaError(
      'usage_invalid',
      `the probabilities of ${exclusive.join(', ')} add up to more than 1`,
      `a ${unit} gets at most one of them: lower some`,
    )
  }
  return spec
}
