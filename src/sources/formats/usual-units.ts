import type { Cell } from './cells.ts'
import type { Units } from './format-choice.ts'
import type { Name } from './names.ts'

export type Electric = 'v' | 'a' | 'w'

/** A named value of a sketch, with what its name means. */
export interface ReadValue {
  readonly name: Name
  /** As printed. */
  readonly label: string
  /** null: neither number nor hole */
  readonly cell: Cell | null
  readonly text: string
  readonly unit: string | null
}

/** Sketches that print no units, known by the names that they print. */
const KNOWN_SKETCHES: readonly {
  readonly names: string
  readonly units: Units
  readonly shunt: string
}[] = [
  // INA226_demo of RobTillaart's library: getBusVoltage, getShuntVoltage, getCurrent, getPower.
  { names: 'bus|curr|power|shunt', units: { v: 'V', a: 'A', w: 'W' }, shunt: 'V' },
  // ina260_test of Adafruit's first versions: readBusVoltage gives mV.
  { names: 'bus voltage|current|power', units: { v: 'mV', a: 'mA', w: 'mW' }, shunt: 'mV' },
]

/**
 * Units for the values of one reading that have none.
 *
 * @param given what the user says
 * @param usualOfForm what such values are in, in this form of lines
 */
export function unitsFor(
  values: readonly ReadValue[],
  given: Partial<Units>,
  usualOfForm: Units,
): Units & { readonly shunt: string } {
  const electric = values.filter(({ name }) => name.slot.kind === 'electric' || isShunt(name))
  const names = electric
    .map(({ label }) => label.trim().toLowerCase())
    .sort()
    .join('|')
  const isBare = electric.every(({ unit }) => unit === null)
  const known = isBare ? KNOWN_SKETCHES.find((each) => each.names === names) : undefined
  const usual = known?.units ?? usualOfForm
  const unitOf = (id: Electric): string | null =>
    values.find(
      ({ name, unit }) => name.slot.kind === 'electric' && name.slot.id === id && unit !== null,
    )?.unit ?? null
  // A power in mW beside a current without unit: that is in mA, and the other way round.
  const [a, w] = [given.a ?? unitOf('a'), given.w ?? unitOf('w')]
  return {
    v: given.v ?? usual.v,
    a: a ?? w?.replace('W', 'A') ?? usual.a,
    w: w ?? a?.replace('A', 'W') ?? usual.w,
    shunt: known?.shunt ?? 'mV',
  }
}

function isShunt({ slot }: Name): boolean {
  return slot.kind === 'channel' && slot.id === 'shunt_mv'
}
