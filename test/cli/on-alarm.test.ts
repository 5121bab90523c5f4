import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BEGIN_S, frames, QUIET, refused } from '../support/alarm-cli.ts'
import { finished, heard, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'

/** A script in a folder of its own; in its text, $1 is its argument. */
function script(body: string): { readonly path: string; readonly folder: string } {
  const folder = join(temporaryFolder(), 'with blank')
  mkdirSync(folder)
  const path = join(folder, 'tell')
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return { path, folder }
}

const isPosix = process.platform !== 'win32'

describe.skipIf(!isPosix)('--on-alarm', () => {
  it('runs a program without a shell, with what happened in its environment', async () => {
    const { path, folder } = script(
      'env | grep ^INA219_ALARM_ | sort > "$2/$INA219_ALARM_STATE-$1"',
    )
    const action = `'${path}' '$HOME; x' "${folder}"`
    const args = ['--no-log', '--alarm', 'a > 1A for 2s as "over load"', '--on-alarm', action]
    const child = start([...QUIET, ...args])
    const end = finished(child)
    child.stdin?.write(frames([0, 2, 3, 2]))
    const on = join(folder, 'on-$HOME; x')
    await until(
      'it was told of the raise',
      () => existsSync(on) && readFileSync(on, 'utf8').endsWith('VALUE=2\n'),
    )
    child.stdin?.end(`{"v":5,"a":0,"ts":${BEGIN_S + 4},"seq":4}\n`)
    expect((await end).code).toBe(0)
    const read = (name: string): string[] =>
      readFileSync(join(folder, name), 'utf8').trim().split('\n')
    expect(read('on-$HOME; x')).toEqual([
      'INA219_ALARM_DEVICE=stdin',
      'INA219_ALARM_DURATION_S=0',
      'INA219_ALARM_NAME=over load',
      'INA219_ALARM_PEAK=2',
      'INA219_ALARM_RULE=a > 1A for 2s',
      'INA219_ALARM_STATE=on',
      'INA219_ALARM_TIME=2026-09-21T14:13:23.000Z',
      'INA219_ALARM_UNIT=A',
      'INA219_ALARM_VALUE=2',
    ])
    expect(read('off-$HOME; x')).toContain('INA219_ALARM_DURATION_S=1')
  })

  it('one at a time for a rule: of what happens meanwhile, the newest is told', async () => {
    const { path, folder } = script(
      'echo "begin $INA219_ALARM_TIME" >> "$1/told"\nwhile [ ! -e "$1/go" ]; do sleep 0.05; done\necho end >> "$1/told"',
    )
    const args = ['--no-log', '--alarm', 'a > 1', '--on-alarm', `'${path}' '${folder}'`]
    const child = start([...QUIET, ...args])
    const end = finished(child)
    const said = heard(child.stderr)
    child.stdin?.write(frames([2, 0, 2, 0, 2, 0, 2]))
    const told = join(folder, 'told')
    await until('it was told of the first', () => existsSync(told))
    await until('all is read', () => said().split('alarm_on').length === 5)
    writeFileSync(join(folder, 'go'), '')
    // Only now: the end of a run does not wait long for programs.
    child.stdin?.end()
    expect((await end).code).toBe(0)
    expect(readFileSync(told, 'utf8').trim().split('\n')).toEqual([
      'begin 2026-09-21T14:13:20.000Z',
      'end',
      'begin 2026-09-21T14:13:26.000Z',
      'end',
    ])
  })

  it('a rule on a channel that the device does not have is said once it is clear', async () => {
    const rules = ['--alarm', 'a > 1', '--alarm', 'sco < 20 as flat', '--alarm', 'rate(t) > 1']
    const args = [...QUIET, '--no-log', ...rules]
    const idle = async (samples: number): Promise<string[]> => {
      const { stderr } = await ina219(args, frames(new Array(samples).fill(0.5)))
      return stderr.split('\n').flatMap((line) => line.split('alarm_idle: ')[1] ?? [])
    }
    expect(await idle(19)).toEqual([])
    const why = 'no sample has had the channel'
    expect(await idle(40)).toEqual([
      `flat (sco < 20): ${why} 'sco'; there are v, a, w`,
      `rate(t) > 1: ${why} 't'; there are v, a, w`,
    ])
  })

  it('its failure is an event; one that is not there is refused at the start', async () => {
    const { path } = script('echo something else >&2; echo no paper >&2; exit 7')
    const args = ['--no-log', '--alarm', 'a > 1 as x', '--on-alarm', `"${path}"`]
    const run = await ina219([...QUIET, ...args], frames([2]))
    expect(run.code).toBe(0)
    expect(run.stderr).toContain(
      `alarm_program: the program of x, ${path}, failed with exit code 7: no paper`,
    )
    const coloured = script("printf '\\033[31mred\\033[0m\\n' >&2; exit 7").path
    const shown = ['--no-log', '--alarm', 'a > 1 as x', '--on-alarm', `"${coloured}"`]
    expect((await ina219([...QUIET, ...shown], frames([2]))).stderr).toContain('exit code 7: red\n')
    writeFileSync(coloured, '#!/no/such/shell\n')
    expect(await refused('--alarm', 'a > 1', '--on-alarm', `"${coloured}"`)).toContain(
      "names '/no/such/shell', and there is no such program",
    )
    expect(await refused('--alarm', 'a > 1', '--on-alarm', '/no/such/program')).toContain(
      "can't start '/no/such/program'",
    )
    expect(await refused('--alarm', 'a > 1', '--on-alarm', 'no-such-program-here')).toContain(
      'there is no such program',
    )
    expect(await refused('--alarm', 'a > 1', '--on-alarm', 'output:E=off')).toContain("'E=off'")
    expect(await refused('--alarm', 'a > 1', '--on-alarm', 'output:A=off')).toContain('one way')
  })

  it('says so where a device can not be told to switch', async () => {
    const args = [
      '--no-log',
      '--mock',
      'ramp',
      '--alarm',
      'stdin:a > 1 as x',
      '--on-alarm',
      'output:A=off',
    ]
    const child = start([...QUIET, ...args])
    const end = finished(child)
    const said = heard(child.stderr)
    child.stdin?.end(frames([2]))
    await until('it is said', () =>
      said().includes('alarm_program: x switches no output: stdin is one way'),
    )
    child.kill('SIGINT')
    expect((await end).code).toBe(0)
  })

  it('switches an output of the device whose alarm is raised', async () => {
    const args = ['--alarm', 'v > 0 as x', '--on-alarm', 'output:A=on', '--no-log']
    const child = start(['monitor', '--mock', '--output', 'none', ...args])
    const end = finished(child)
    const said = heard(child.stderr)
    await until('the output is on', () => / output: .*A/.test(said()))
    child.kill('SIGINT')
    expect((await end).code).toBe(0)
  })
})
