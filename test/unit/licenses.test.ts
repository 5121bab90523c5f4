import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }

const root = new URL('../../', import.meta.url)
const texts = readFileSync(new URL('dist/third-party-licenses.txt', root), 'utf8')

describe('the licences of bundled packages', () => {
  it('go along with the program', () => {
    expect(pkg.files).toContain('dist')
  })

  // Of the command, of a package in a package, of a thread, of the web page.
  it.each([
    'blessed',
    'chalk',
    'commander',
    'smol-toml',
    'drawille-blessed-contrib',
    'hono',
    'ws',
    'preact',
    'better-sqlite3',
    'serialport',
    '@serialport/parser-readline',
  ])('have the text of %s', (name) => {
    const folder = new URL(`node_modules/${name}/`, root)
    const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'))
    expect(texts).toContain(`\n${name} ${version} (`)
    const file = readdirSync(folder).find((each) => /^license/i.test(each)) ?? ''
    expect(texts).toContain(readFileSync(new URL(file, folder), 'utf8').trim())
  })

  // Of these all but what is compiled is bundled.
  const COMPILED = ['better-sqlite3', 'serialport']
  it('name no other package that is installed on its own', () => {
    const installed = Object.keys({ ...pkg.dependencies, ...pkg.optionalDependencies })
    for (const name of installed.filter((each) => !COMPILED.includes(each))) {
      expect(texts).not.toContain(`\n${name} `)
    }
  })
})
