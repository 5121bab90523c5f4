import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'smol-toml'
import { expect, it } from 'vitest'
import { KeyLines } from '../../src/config/key-lines.ts'

const TEXT = `# retain = "1h"
db = "/a]b.db"
"quoted.key" = 1
list = [
  "x = 1", # ] retain = 2
  '[device.no]',
]
text = """
retain = 3
[monitor]
"""
last = "a"
[monitor]  # [mock]
retain = "48h"
a.b."c d" = 4
[ device . "R=0.1 [x]" ]
baud = 9600
[device.bench]
set = """interval=100 \\""" baud = 1"""
baud = 300
`

it.each([
  [['db'], 2],
  [['quoted.key'], 3],
  [['list'], 4],
  [['text'], 8],
  [['last'], 12],
  [['monitor'], 13],
  [['monitor', 'retain'], 14],
  [['monitor', 'a', 'b', 'c d'], 15],
  [['device', 'R=0.1 [x]', 'baud'], 17],
  [['device', 'bench'], 18],
  [['device', 'bench', 'baud'], 20],
  // Within a value that begins there.
  [['last', 'x'], 12],
  [['retain'], null],
  [['device', 'no'], null],
])('%j stands in line %j', (path, line) => {
  expect(() => parse(TEXT)).not.toThrow()
  expect(new KeyLines(TEXT).lineOf(...path)).toBe(line)
})

it('finds each key of the shipped example', () => {
  const example = fileURLToPath(new URL('../../docs/config.example.toml', import.meta.url))
  const text = readFileSync(example, 'utf8').replace(/^#(?=\w)/gm, '')
  const lines = new KeyLines(text)
  const table = parse(text) as Record<string, Record<string, unknown>>
  const wanted = text.split('\n').findIndex((line) => line.startsWith('max-voltage')) + 1
  expect(lines.lineOf('monitor', 'max-voltage')).toBe(wanted)
  for (const key of Object.keys(table['monitor'] ?? {})) {
    expect(lines.lineOf('monitor', key)).toBeGreaterThan(1)
  }
})

it('takes no time over a line that is no key', () => {
  expect(new KeyLines(`${'a'.repeat(20_000)}\n${'"'.repeat(20_001)}`).lineOf('a')).toBeNull()
})
