import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { COLOURED, colourFor, hasColour, loadColours, PLAIN } from '../../src/cli/colour.ts'
import { portsText } from '../../src/cli/commands/ports.ts'
import type { ColourRole } from '../../src/domain/channels.ts'
import type { PortInfo } from '../../src/sources/serial/ports.ts'
import { CLI, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

const COLOURS = /\x1b\[[\d;]*m/

describe('whether a stream gets colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { TERM: 'dumb' }, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, false],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('terminal %j, %j: %j', (isTTY, env, expected) => {
    expect(hasColour({ isTTY }, env)).toBe(expected)
  })
})

/** A log with a hole in it, so that all there is to colour is there. */
async function log(): Promise<string> {
  const db = join(temporaryFolder(), 'log.db')
  const frames = [0, 1, 2, 6, 7].map((n) => `{"v":5,"a":0.1,"ms":${1000 * n},"seq":${n}}\n`)
  await ina219(['monitor', '--stdin', '--db', db], frames.join(''))
  return db
}

describe('colours', () => {
  beforeAll(() => loadColours([{ isTTY: true }], {}))

  it.each([
    [['history']],
    [['history', '--every', '1s']],
    [['history', '--format', 'plot']],
    [['--help']],
    [['monitor', '--help']],
    [['monitor', '--bogus']],
    [['export', '--last', '5x']],
    [['mock', '--replay', '/nonexistent.csv']],
  ])('change nothing else, and stay out of pipes: %j', async (args) => {
    const isReader = args[0] === 'history'
    const all = isReader ? [...args, '--db', await log()] : args
    const plain = await ina219(all)
    const coloured = await ina219(all, '', { FORCE_COLOR: '1' })
    expect(plain.stdout + plain.stderr).not.toMatch(COLOURS)
    expect(coloured.stdout + coloured.stderr).toMatch(COLOURS)
    expect(stripVTControlCharacters(coloured.stdout)).toBe(plain.stdout)
    expect(stripVTControlCharacters(coloured.stderr)).toBe(plain.stderr)
  })

  it('of a channel are those of its role, on the plot', async () => {
    const plot = ['history', '--format', 'plot', '--db', await log()]
    const { stdout } = await ina219(plot, '', { FORCE_COLOR: '1' })
    const shown = ['voltage', 'current', 'power'].map((role) => {
      const style = COLOURED.channel(role as ColourRole)
      const [begin = ''] = style('x').split('x')
      expect(begin).toMatch(COLOURS)
      return stdout.indexOf(begin)
    })
    expect(shown.every((at) => at > 0)).toBe(true)
    expect(shown).toEqual([...shown].sort((a, b) => a - b))
  })

  it('and of what programs read', async () => {
    const db = await log()
    const force = { FORCE_COLOR: '1' }
    for (const args of [['export'], ['history', '--format', 'json']]) {
      expect((await ina219([...args, '--db', db], '', force)).stdout).not.toMatch(COLOURS)
    }
    expect((await ina219(['ports', '--json'], '', force)).stdout).not.toMatch(COLOURS)
  })

  it('show which port is a board', () => {
    const port: PortInfo = {
      path: '/dev/ttyUSB0',
      stableName: null,
      manufacturer: null,
      vendorId: '1a86',
      productId: '7523',
      serialNumber: null,
      board: 'board with CH340',
      sure: true,
    }
    const ports = [port, { ...port, path: '/dev/ttyS0', board: null, sure: false }]
    const text = portsText(ports, colourFor({ isTTY: true }, {}))
    expect(text).toMatch(/\x1b\[32m\/dev\/ttyUSB0 .*\x1b\[39m\n\/dev\/ttyS0/)
    expect(stripVTControlCharacters(text)).toBe(portsText(ports, PLAIN))
  })
})

describe.skipIf(!ptyAvailable)('on a terminal', () => {
  let terminal: TestTerminal | undefined
  afterEach(() => terminal?.dispose())

  const shown = async (env: Record<string, string>): Promise<string> => {
    terminal = new TestTerminal(process.execPath, [CLI, 'history', '--bogus'], { env })
    await terminal.ended()
    return terminal.output
  }

  it('an error stands out, unless colours are not wanted', async () => {
    expect(await shown({})).toContain('\x1b[31m\x1b[1mina219:')
    expect(await shown({ NO_COLOR: '1' })).toMatch(/^ina219: unknown option/)
    expect(await shown({ TERM: 'dumb' })).toMatch(/^ina219: unknown option/)
  })
})
