import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvQuoted, csvText, parseCsvRecord } from '../../src/util/csv.ts'

test('text cells come back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (cells) => {
      expect(parseCsvRecord(cells.map(csvQuoted).join(','))).toEqual(cells)
    }),
  )
})

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['a"b', '"a""b"'],
  ['two\nlines', '"two\nlines"'],
  ['=1', "'=1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@x', "'@x"],
  ['\tx', "'\tx"],
  ['\rx', '"\'\rx"'],
  ['a=1', 'a=1'],
])('%j becomes %j', (text, cell) => {
  expect(csvText(text)).toBe(cell)
})
