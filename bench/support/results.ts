import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { figure, goal, writeFigures } from './figures.ts'
import type { Spread } from './pairs.ts'
import { ROOT } from './paths.ts'

/** One line of the tables: what is claimed, beside whom, and what was measured. */
export interface Claim extends Spread {
  readonly what: string
  /** Whom it is compared with in the same run, or `-`. */
  readonly peer: string
  /** `x`: a ratio. */
  readonly unit: 'x' | '%' | 'MB' | 'ms' | 'µs' | 's' | 'bytes' | 'MB/s' | 'rows/s'
  /** Which way is good; what must be reached, and what is aimed at (issue 12), if anything. */
  readonly better: 'more' | 'less'
  readonly least?: number
  readonly aim?: number
  /** The figures that a ratio was made of. */
  readonly ours?: string
  readonly theirs?: string
  /** Stands in bench/README.md alone. */
  readonly isDetail?: boolean
}

export interface Result {
  readonly date: string
  readonly machine: string
  readonly claims: readonly Claim[]
}

export type Results = Readonly<Record<string, Result>>

const FILE = join(ROOT, 'bench/results.json')

/** What stands behind the name of the bench on the command line, without `--write`. */
export function benchArguments(): string[] {
  return process.argv.slice(2).filter((each) => each !== '--write')
}

export function readResults(): Results {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Results
}

/**
 * Prints what a bench found: a table for people, a line of JSON for programs. With `--write` it becomes the result of
 * that name, and the tables are written anew.
 */
export function report(name: string, claims: readonly Claim[]): void {
  const rounded = claims.map((claim) => ({
    ...claim,
    median: digits(claim.median),
    min: digits(claim.min),
    max: digits(claim.max),
  }))
  const result: Result = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    claims: rounded,
  }
  for (const claim of rounded) {
    const beside = claim.peer === '-' ? '' : `, beside ${claim.peer}`
    console.log(`${claim.what}${beside}: ${figure(claim)}${goal(claim)}`)
    if (claim.ours !== undefined) console.log(`  ours:   ${claim.ours}`)
    if (claim.theirs !== undefined) console.log(`  theirs: ${claim.theirs}`)
  }
  console.log(JSON.stringify({ bench: name, ...result }))
  if (!process.argv.includes('--write')) return
  const results = { ...readResults(), [name]: result }
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(FILE, `${JSON.stringify(sorted, null, 2)}\n`)
  writeFigures(sorted)
}

/** Three digits say all that a measurement of this kind knows. */
function digits(value: number): number {
  return Number(value.toPrecision(3))
}

function machine(): string {
  const all = cpus()
  return `${all.length} x ${all[0]?.model.trim() ?? 'unknown'}, ${process.platform}, Node ${process.versions.node}`
}
