import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
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

/** Where the tables stand: between two comments, and nothing else there. */
export const TABLES: Readonly<Record<string, (results: Results) => string>> = {
  'README.md': shortTable,
  'bench/README.md': fullTable,
}
const BEGIN = '<!-- figures: written by node bench/run.mjs <name> --write -->'
const END = '<!-- end of figures -->'

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
  for (const [path, table] of Object.entries(TABLES)) {
    const file = join(ROOT, path)
    writeFileSync(file, withTable(readFileSync(file, 'utf8'), table(sorted)))
  }
}

/** A text with what is between the marks replaced. @throws where it has no marks */
export function withTable(text: string, table: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`no place for the figures: ${BEGIN} ... ${END}`)
  return `${text.slice(0, from + BEGIN.length)}\n${table}\n${text.slice(to)}`
}

function shortTable(results: Results): string {
  const rows = Object.entries(results).flatMap(([name, { claims }]) =>
    claims
      .filter(({ isDetail }) => isDetail !== true)
      .map((claim) => [claim.what, claim.peer, figure(claim), `\`${name}\``]),
  )
  return markdown(['what', 'beside, in the same run', 'median (least to most)', 'bench'], rows)
}

function fullTable(results: Results): string {
  const rows = Object.entries(results).flatMap(([name, { claims }]) =>
    claims.map((claim) => [
      `\`${name}\``,
      claim.what,
      claim.peer,
      figure(claim),
      bound(claim, claim.least),
      bound(claim, claim.aim),
      claim.ours ?? '',
      claim.theirs ?? '',
    ]),
  )
  const head = ['bench', 'what', 'beside', 'median (spread)', 'must', 'aim', 'ours', 'theirs']
  const when = Object.entries(results).map(([name, { date }]) => `${name} ${date}`)
  const machines = new Set(Object.values(results).map((result) => result.machine))
  return `${markdown(head, rows)}\n\nMeasured on ${[...machines].join('; ')}: ${when.join(', ')}.`
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function figure({ median, min, max, unit }: Claim): string {
  const text = `${number(median)} ${unit}`
  return min === max ? text : `${text} (${number(min)} to ${number(max)})`
}

function goal(claim: Claim): string {
  const [least, aim] = [bound(claim, claim.least), bound(claim, claim.aim)]
  return least === '' ? '' : ` [must be ${least}, aim ${aim}]`
}

function bound({ unit, better }: Claim, value: number | undefined): string {
  if (value === undefined) return ''
  return `${better === 'more' ? '≥' : '≤'} ${number(value)} ${unit}`
}

/** Three digits say all that a measurement of this kind knows. */
function digits(value: number): number {
  return Number(value.toPrecision(3))
}

function number(value: number): string {
  return value.toLocaleString('en')
}

function machine(): string {
  const all = cpus()
  return `${all.length} x ${all[0]?.model.trim() ?? 'unknown'}, ${process.platform}, Node ${process.versions.node}`
}
