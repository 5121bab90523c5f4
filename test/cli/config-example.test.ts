import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { processIo } from '../../src/app/io.ts'
import { CliOption } from '../../src/cli/option.ts'
import { createProgram } from '../../src/cli/program.ts'
import { configFile, ina219 } from '../support/cli.ts'
import { FRAME, MOCK, STDIN } from '../support/config-runs.ts'
import { temporaryFolder } from '../support/folder.ts'

const EXAMPLE = fileURLToPath(new URL('../../docs/config.example.toml', import.meta.url))

describe('the shipped example', () => {
  const log = async (): Promise<string> => {
    const db = join(temporaryFolder(), 'log.db')
    await ina219(['monitor', '--stdin', '--output', 'none', '--db', db], FRAME)
    return db
  }
  const uncommented = (): string => readFileSync(EXAMPLE, 'utf8').replace(/^#(?=[\w[])/gm, '')
  const placed = (): Record<string, string> => {
    const base = temporaryFolder()
    mkdirSync(join(base, 'ina219'))
    copyFileSync(EXAMPLE, join(base, 'ina219', 'config.toml'))
    return { XDG_CONFIG_HOME: base }
  }

  it.each([
    [STDIN],
    [['monitor', '--mock', '--output', 'none', '--no-log', '--count', '1']],
    [[...MOCK, '--count', '1']],
    [['mock', '--list']],
    [['history']],
    [['export']],
    [['ports']],
  ])('works with %j, named and in its usual place', async (args) => {
    const isReader = args[0] === 'history' || args[0] === 'export'
    const all = isReader ? [...args, '--db', await log()] : args
    expect(await ina219([...all, '--config', EXAMPLE], FRAME)).toMatchObject({ code: 0 })
    expect(await ina219(all, FRAME, placed())).toMatchObject({ code: 0 })
  })

  it('its table [mock] is no source, a key mock is one', async () => {
    const table = await ina219(STDIN, FRAME, placed())
    expect(table.stdout).toMatch(/5\.000 V/)
    const config = configFile('mock = "sine"\ncount = 1\n')
    const args = ['monitor', '--no-log', '--output', 'ndjson', '--config', config]
    expect(JSON.parse((await ina219(args)).stdout)).toMatchObject({ device: 'mock:sine' })
    // The other commands have no such option, and leave the key alone.
    expect(await ina219([...MOCK, '--config', config])).toMatchObject({ code: 0 })
  })

  it('has the defaults, and knows every option it names', () => {
    const active = parse(readFileSync(EXAMPLE, 'utf8')) as Record<string, Record<string, unknown>>
    const program = createProgram(processIo)
    const named = (name: string): Map<string, unknown> => {
      const command = program.commands.find((each) => each.name() === name)
      return new Map(command?.options.map((each) => [each.name(), each.defaultValue]))
    }
    const all = parse(uncommented()) as Record<string, Record<string, unknown>>
    for (const name of ['monitor', 'mock']) {
      for (const key of Object.keys(all[name] ?? {})) expect([...named(name).keys()]).toContain(key)
      for (const [key, value] of Object.entries(active[name] ?? {})) {
        const wanted = named(name).get(key)
        expect(value === '48h' ? 48 * 3_600_000 : value).toBe(wanted)
      }
    }
  })

  it('is sound with each of its lines', async () => {
    const args = [...MOCK, '--count', '1', '--config', configFile(uncommented())]
    expect(await ina219(args)).toMatchObject({ code: 0 })
    const device = { INA219_DEVICE: 'bench', INA219_STDIN: '1', INA219_ON_ALARM: process.execPath }
    const run = ['monitor', '--no-log', '--output', 'ndjson', '--config', configFile(uncommented())]
    expect(await ina219(run, FRAME, device)).toMatchObject({ code: 0 })
  })

  it('every option has a line of help, which names its variable', () => {
    for (const command of createProgram(processIo).commands) {
      for (const each of command.options) {
        expect(each.description).not.toBe('')
        if (each instanceof CliOption && each.variable !== null)
          expect(each.envVar).toMatch(/^INA219_[A-Z0-9_]+$/)
      }
    }
  })
})
