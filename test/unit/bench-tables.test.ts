import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../bench/support/paths.ts'
import { readResults, TABLES, withTable } from '../../bench/support/results.ts'

describe.each(Object.entries(TABLES))('the figures in %s', (path, table) => {
  it('are those of bench/results.json', () => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    expect(text).toBe(withTable(text, table(readResults())))
  })
})

it('a file without a place for the figures is not written to', () => {
  expect(() => withTable('# Benches\n', '| a |')).toThrow(/no place/)
})
