import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

function rooms(...args: string[]): string {
  return execFileSync(process.execPath, ['scripts/rooms.mjs', ...args], { encoding: 'utf8' })
}

test('the imports go from room to room as the table says', () => {
  expect(rooms()).toBe('')
})

test('the table of docs/architecture.md is the one that is held', () => {
  const rows = readFileSync('docs/architecture.md', 'utf8').matchAll(
    /^\| `([a-z]+)\/` \| [^|]+ \| ([^|]*) \|$/gm,
  )
  const documented = [...rows].map(([, room, imports = '']) =>
    `${room}: ${imports === 'nothing' ? '' : imports.replaceAll(',', '')}`.trim(),
  )
  const held = rooms('--table').trim().split('\n')
  expect(documented.toSorted()).toEqual(held.map((line) => line.trim()).toSorted())
})
