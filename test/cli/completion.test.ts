import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { processIo } from '../../src/app/io.ts'
import { createProgram } from '../../src/cli/program.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const COMMANDS = [...createProgram(processIo).commands.map((each) => each.name()), 'help']

async function scriptOf(shell: string): Promise<string> {
  const run = await ina219(['completion', shell])
  expect(run).toMatchObject({ code: 0, stderr: '' })
  const path = join(temporaryFolder(), 'script')
  writeFileSync(path, run.stdout)
  return path
}

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0

/** What stands on the line as bash splits it, the last word being completed. */
const CASES: [words: string[], completions: string[] | RegExp][] = [
  [['mon'], ['monitor']],
  [['monitor', '--outp'], ['--output']],
  [
    ['monitor', '--output', ''],
    ['tui', 'plain', 'ndjson', 'none'],
  ],
  [['monitor', '--output', '=', 'nd'], ['ndjson']],
  [
    ['monitor', '--output', '='],
    ['tui', 'plain', 'ndjson', 'none'],
  ],
  [['monitor', '--no-l'], ['--no-log']],
  [['monitor', '--mock', 'chao'], ['chaos']],
  [['monitor', '--mock', '--no-l'], ['--no-log']],
  [['mock', '--scenario', 'us'], ['usb-sag']],
  [['monitor', '--count', ''], []],
  [['history', '--format', 'p'], ['plot']],
  [['history', '--outp'], []],
  [['export', '-'], / -o .* --format | --format .* -o /],
  [['config', 'hist'], ['history']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['config', 'ser'], ['serve']],
  [['config', 'monitor', '--', '--reta'], ['--retain']],
  [['service', 'install', '--', '--reta'], ['--retain']],
  [['service', 'install', '--', '--output', 'nd'], ['ndjson']],
  [['service', 'install', '--', '--liste'], []],
  [['service', 'install', '--serve', '--', '--liste'], ['--listen']],
  [
    ['serve', '--allow-'],
    ['--allow-origin', '--allow-from'],
  ],
  [['history', '--stats', 'p9'], /^(?= .*p95 )/],
  [['monitor', '--format', 'ina'], ['ina3221']],
  [['monitor', '--set', 'mod'], ['mode=']],
  [['monitor', '--set', 'mode', '=', 'p'], ['poll']],
  [
    ['send', 'mode', '='],
    ['stream', 'poll'],
  ],
  [['send', 'output.A', '=', 'of'], ['off']],
  [['send', 'hel'], ['hello']],
  [['monitor', '--port', 'a '], []],
  [['help', 'exp'], ['export']],
  [['--vers'], ['--version']],
]

describe.skipIf(!isThere('bash'))('bash', () => {
  it('completes commands, options and their values', async () => {
    const script = await scriptOf('bash')
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'a folder'))
    writeFileSync(join(folder, 'a log.db'), '')
    const complete = (words: readonly string[]): string =>
      execFileSync(
        'bash',
        [
          '--norc',
          '-c',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: of bash
          '. "$0"; COMP_WORDS=(ina219 "$@") COMP_CWORD=$#; _ina219; printf "%s\\n" "${COMPREPLY[@]}"',
          script,
          ...words,
        ],
        { encoding: 'utf8', cwd: folder },
      ).trim()
    expect(complete(['']).split('\n')).toEqual(expect.arrayContaining(COMMANDS))
    for (const [words, completions] of CASES) {
      const found = complete(words)
      if (completions instanceof RegExp)
        expect(` ${found.replaceAll('\n', ' ')} `).toMatch(completions)
      else expect([words, found]).toEqual([words, completions.join('\n')])
    }
    for (const words of [
      ['history', '--db', 'a '],
      ['monitor', '--port', './a '],
    ]) {
      expect(complete(words).replaceAll('./', '').split('\n').toSorted()).toEqual([
        'a folder',
        'a log.db',
      ])
    }
  })

  it('has it registered', async () => {
    const script = await scriptOf('bash')
    const shown = execFileSync('bash', ['--norc', '-c', '. "$0"; complete -p ina219', script])
    expect(shown.toString()).toBe('complete -F _ina219 ina219\n')
  })
})

it.skipIf(!isThere('fish'))('fish completes them, too', async () => {
  const script = await scriptOf('fish')
  const complete = (line: string): string[] =>
    execFileSync('fish', ['--no-config', '-c', `source ${script}; complete -C '${line}'`])
      .toString()
      .split('\n')
      .map((each) => each.replace(/\t.*/, ''))
      .filter((each) => each !== '')
  expect(complete('ina219 mon')).toEqual(['monitor'])
  expect(complete('ina219 monitor --mock chao')).toEqual(['chaos'])
  expect(complete('ina219 monitor --output n').toSorted()).toEqual(['ndjson', 'none'])
})

it.skipIf(!isThere('zsh'))('zsh takes the script', async () => {
  expect(spawnSync('zsh', ['-n', await scriptOf('zsh')])).toMatchObject({ status: 0 })
})

it('works beside a configuration file that is broken', async () => {
  const config = join(temporaryFolder(), 'config.toml')
  writeFileSync(config, 'retain =')
  expect(await ina219(['completion', 'bash'], '', { INA219_CONFIG: config })).toMatchObject({
    code: 0,
  })
  expect(await ina219(['completion', 'tcsh'])).toMatchObject({ code: 2 })
})
