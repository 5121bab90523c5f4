import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { processIo } from '../../src/cli/io.ts'
import { createProgram } from '../../src/cli/program.ts'
import { ina219, temporaryFolder } from '../support/cli.ts'

const MOCK = ['mock', '--rate', 'max', '--start', '1790000000', '--plain-frames']

function configFile(text: string): string {
  const path = join(temporaryFolder(), 'config.toml')
  writeFileSync(path, text)
  return path
}

const lines = (stdout: string): number => stdout.split('\n').filter((line) => line !== '').length

describe('where an option comes from', () => {
  it('flag before environment before file', async () => {
    const config = configFile('count = 4\n')
    const file = await ina219([...MOCK, '--config', config])
    expect(lines(file.stdout)).toBe(4)
    const env = await ina219([...MOCK, '--config', config], '', { INA219_COUNT: '3' })
    expect(lines(env.stdout)).toBe(3)
    const flag = await ina219([...MOCK, '--config', config, '--count', '2'], '', {
      INA219_COUNT: '3',
    })
    expect(lines(flag.stdout)).toBe(2)
  })

  it('a table for one command goes before the top level', async () => {
    const config = configFile('count = 4\n[mock]\ncount = 1\n[monitor]\nbaud = 9600\n')
    expect(lines((await ina219([...MOCK, '--config', config])).stdout)).toBe(1)
  })

  it('the file is found through INA219_CONFIG and XDG_CONFIG_HOME', async () => {
    const config = configFile('count = 5\n')
    expect(lines((await ina219(MOCK, '', { INA219_CONFIG: config })).stdout)).toBe(5)
  })

  it('a switch in the environment can say no', async () => {
    const args = ['monitor', '--stdin', '--output', 'none', '--summary', '-', '--db']
    const frame = '{"v":5,"a":1}\n'
    const off = await ina219([...args, join(temporaryFolder(), 'a.db')], frame, {
      INA219_NO_LOG: '0',
    })
    expect(JSON.parse(off.stdout)).toMatchObject({ logged: 1 })
    const on = await ina219([...args, join(temporaryFolder(), 'a.db')], frame, {
      INA219_NO_LOG: '1',
    })
    expect(JSON.parse(on.stdout)).toMatchObject({ logged: 0 })
  })

  it.each([
    ['retian = "48h"', /unknown key 'retian'; did you mean 'retain'/],
    ['[monitor]\nbuad = 9600', /unknown key 'monitor\.buad'; did you mean 'baud'/],
    ['count = "many"', /key 'count'.*'many' is not a whole number/],
    ['count = [1]', /must be a text or a number/],
    ['board = "x"', /must be true or false/],
    ['count = ', /not valid TOML/],
  ])('%j is an error with exit code 2', async (text, pattern) => {
    const run = await ina219([...MOCK, '--duration', '1s', '--config', configFile(text)])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(pattern)
  })

  it('a named file that is not there is an error', async () => {
    const run = await ina219(['mock', '--count', '1', '--config', '/nonexistent.toml'])
    expect(run.code).toBe(2)
  })
})

describe('the shipped example', () => {
  it('has the defaults, and knows every option it names', () => {
    const text = readFileSync(new URL('../../docs/config.example.toml', import.meta.url), 'utf8')
    const program = createProgram(processIo)
    const named = (name: string): Map<string, unknown> => {
      const command = program.commands.find((each) => each.name() === name)
      return new Map(command?.options.map((each) => [each.name(), each.defaultValue]))
    }
    const active = parse(text) as Record<string, Record<string, unknown>>
    const all = parse(text.replace(/^#(?=\w)/gm, '')) as Record<string, Record<string, unknown>>
    for (const name of ['monitor', 'mock']) {
      for (const key of Object.keys(all[name] ?? {})) expect([...named(name).keys()]).toContain(key)
      for (const [key, value] of Object.entries(active[name] ?? {})) {
        const wanted = named(name).get(key)
        expect(value === '48h' ? 48 * 3_600_000 : value).toBe(wanted)
      }
    }
  })

  it('every option has a line of help, and a variable unless it is a switch of the command line alone', () => {
    for (const command of createProgram(processIo).commands) {
      for (const each of command.options) {
        expect(each.description).not.toBe('')
        const flagOnly = ['verbose', 'list', 'out', 'events', 'json', 'all'].includes(each.name())
        if (!flagOnly) expect(each.envVar).toMatch(/^INA219_[A-Z0-9_]+$/)
      }
    }
  })
})
