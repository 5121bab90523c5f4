import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './paths.ts'
import type { Claim, Result, Results } from './results.ts'

/** Documents with figures, and of which benches they have to have some; `all`: of all of them in brief. */
export const DOCUMENTS: Readonly<Record<string, (results: Results) => readonly string[]>> = {
  'README.md': () => ['all'],
  'bench/README.md': (results) => Object.keys(results),
}

/** Where they stand: between two comments, and nothing else there. */
const PLACE =
  /(<!-- figures of (\S+), written by node bench\/run\.mjs with --write -->\n)[\s\S]*?(<!-- end of figures -->)/g

/** Writes the figures into all documents. */
export function writeFigures(results: Results): void {
  for (const [path, wanted] of Object.entries(DOCUMENTS)) {
    const file = join(ROOT, path)
    writeFileSync(file, withFigures(readFileSync(file, 'utf8'), results, wanted(results)))
  }
}

/** A text with what is between the marks replaced. @throws where one that is wanted has no place */
export function withFigures(text: string, results: Results, wanted: readonly string[]): string {
  const places = [...text.matchAll(PLACE)].map(([, , name]) => name)
  const missing = wanted.find((name) => !places.includes(name))
  if (missing !== undefined) throw new Error(`no place for the figures of ${missing}`)
  return text.replace(PLACE, (_, begin: string, name: string, end: string) => {
    const result = results[name]
    if (name === 'all') return `${begin}${briefTable(results)}\n${end}`
    return `${begin}${result === undefined ? '' : `${fullTable(result)}\n`}${end}`
  })
}

function briefTable(results: Results): string {
  const rows = Object.entries(results).flatMap(([name, { claims }]) =>
    claims
      .filter(({ isDetail }) => isDetail !== true)
      .map((claim) => [claim.what, claim.peer, figure(claim), `\`${name}\``]),
  )
  return markdown(['what', 'beside, in the same run', 'median (least to most)', 'bench'], rows)
}

/** Without the columns in which nothing stands. */
function fullTable({ claims, machine, date }: Result): string {
  const columns: Readonly<Record<string, (claim: Claim) => string>> = {
    what: ({ what }) => what,
    beside: ({ peer }) => (peer === '-' ? '' : peer),
    'median (least to most)': figure,
    must: (claim) => bound(claim, claim.least),
    aim: (claim) => bound(claim, claim.aim),
    ours: ({ ours = '' }) => ours,
    theirs: ({ theirs = '' }) => theirs,
  }
  const filled = Object.entries(columns).filter(([, cell]) =>
    claims.some((each) => cell(each) !== ''),
  )
  const rows = claims.map((claim) => filled.map(([, cell]) => cell(claim)))
  return `${markdown(
    filled.map(([name]) => name),
    rows,
  )}\n\nMeasured ${date} on ${machine}.`
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Median, and the extremes where there are some. */
export function figure({ median, min, max, unit }: Claim): string {
  const text = `${number(median)} ${unit}`
  return min === max ? text : `${text} (${number(min)} to ${number(max)})`
}

/** What it must reach, for the terminal. */
export function goal(claim: Claim): string {
  const [least, aim] = [bound(claim, claim.least), bound(claim, claim.aim)]
  return least === '' ? '' : ` [must be ${least}, aim ${aim}]`
}

function bound({ unit, better }: Claim, value: number | undefined): string {
  if (value === undefined) return ''
  return `${better === 'more' ? '≥' : '≤'} ${number(value)} ${unit}`
}

function number(value: number): string {
  return value.toLocaleString('en')
}
