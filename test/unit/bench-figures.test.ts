import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DOCUMENTS, withFigures } from '../../bench/support/figures.ts'
import { ROOT } from '../../bench/support/paths.ts'
import { readResults } from '../../bench/support/results.ts'

describe.each(Object.entries(DOCUMENTS))('the figures in %s', (path, wanted) => {
  it('are those of bench/results.json', () => {
    const [text, results] = [readFileSync(join(ROOT, path), 'utf8'), readResults()]
    expect(text).toBe(withFigures(text, results, wanted(results)))
  })
})

it('a document without a place for the figures is not written to', () => {
  expect(() => withFigures('# Benches\n', readResults(), ['all'])).toThrow(/no place/)
})
