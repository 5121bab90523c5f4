import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'

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

/** What is said of a house with this one file. */
function faultsOf(file: string, text: string): string {
  const house = temporaryFolder()
  for (const folder of ['scripts', 'mock', 'src', dirname(file)]) {
    mkdirSync(join(house, folder), { recursive: true })
  }
  cpSync('scripts/rooms.mjs', join(house, 'scripts/rooms.mjs'))
  writeFileSync(join(house, file), text)
  const { stderr } = spawnSync(process.execPath, [join(house, 'scripts/rooms.mjs')], {
    encoding: 'utf8',
  })
  return stderr
}

test.each([
  [
    'src/domain/a.ts',
    "import { b } from '../storage/client/log.ts'",
    'domain may not import storage',
  ],
  ['src/tui/a.ts', "import type { b } from '../sources/b.ts'", 'tui may not import sources'],
  ['src/chart/a.ts', "export * from '../tui/b.ts'", 'chart may not import tui'],
  ['src/chart/a.ts', "await import(\n  '../tui/b.ts'\n)", 'chart may not import tui'],
  ['src/chart/a.ts', 'import "../tui/b.ts"', 'chart may not import tui'],
  ['src/chart/a.ts', 'await import(`../tui/b.ts`)', 'chart may not import tui'],
  ['src/chart/a.ts', "import { open } from 'fs'", 'chart does no I/O'],
  ['src/app/a.ts', "import { b } from '../storage/write/b.ts'", 'no door of storage'],
  ['src/storage/read/a.ts', "import { b } from '../write/b.ts'", 'storage/read may not import'],
  ['src/app/a.ts', "import chalk from 'chalk'", 'chalk is for cli alone'],
  ['src/serve/page/a.tsx', "import { b } from '../../storage/b.ts'", 'page may not import storage'],
  ['src/serve/page/a.tsx', "import { b } from '../web.ts'", 'page may not import serve/web.ts'],
  ['src/serve/page/a.ts', "import { b } from 'node:fs'", 'node:fs is not for browsers'],
  ['src/serve/a.ts', "import { b } from './page/b.tsx'", 'serve/page is for browsers alone'],
  ['src/serve/a.ts', "import { b } from 'preact/hooks'", 'preact/hooks is for serve/page alone'],
  ['src/attic/a.ts', "import { b } from '../util/b.ts'", 'attic may not import util'],
])('%s: %s is refused', (file, text, fault) => {
  expect(faultsOf(file, text)).toContain(fault)
})

test('what the table allows is not refused', () => {
  expect(faultsOf('src/app/a.ts', "import { b } from '../storage/client/log.ts'")).toBe('')
})
