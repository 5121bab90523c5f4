/** Where something is looked at; also the order of the report. */
export const AREAS = [
  'program',
  'configuration',
  'ports',
  'terminal',
  'clock',
  'disk',
  'log',
] as const
export type Area = (typeof AREAS)[number]

/**
 * `ok`: as it should be. `note`: worth knowing. `warning`: works, and may cost something one
 * day. `problem`: does not work.
 */
export type Level = 'ok' | 'note' | 'warning' | 'problem'

export interface Finding {
  readonly area: Area
  readonly level: Level
  /** One line. */
  readonly text: string
  /** What to do; null: nothing. */
  readonly advice: string | null
}

/** Makes the findings of one area. */
export class Findings {
  readonly list: Finding[] = []
  readonly #area: Area

  constructor(area: Area) {
    this.#area = area
  }

  add(level: Level, text: string, advice: string | null = null): void {
    this.list.push({ area: this.#area, level, text, advice })
  }
}

/** Exit code of a problem in an area (contract, section 1). */
const CODES: Readonly<Record<Area, number>> = {
  program: 1,
  configuration: 2,
  ports: 3,
  terminal: 2,
  clock: 2,
  disk: 4,
  log: 4,
}

/** That of the first problem; 0 where there is none, whatever there is of warnings. */
export function exitCodeOf(findings: readonly Finding[]): number {
  const first = findings.find((each) => each.level === 'problem')
  return first === undefined ? 0 : CODES[first.area]
}
