import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { finished, ina219, start, temporaryFolder } from '../support/cli.ts'
import { makeLog, START_US, series } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'

const BEGIN_S = 1_790_000_000

/** One sample a second with these currents. */
function frames(currents: readonly number[]): string {
  return currents.map((a, i) => `{"v":5,"a":${a},"ts":${BEGIN_S + i},"seq":${i}}\n`).join('')
}

const QUIET = ['monitor', '--stdin', '--keep-time', '--output', 'none']

async function refused(...args: string[]): Promise<string> {
  const run = await ina219([...QUIET, '--no-log', ...args], frames([1]))
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr.trim().split('\n')).toHaveLength(1)
  return run.stderr
}

describe('a rule', () => {
  it('that is wrong ends the command with one line that points at the character', async () => {
    expect(await refused('--alarm', 'a > 1.2W for 5s')).toBe(
      "ina219: --alarm 'a > 1.2W for 5s', character 8, near 'W': 'W' is no unit of this value: it is measured in A; write 250mA or 4.75A\n",
    )
    expect(await refused('--alarm', 'stdin:a >')).toContain('character 10, at its end')
    expect(await refused('--alarm', 'bench:a > 1')).toContain(
      "for a device 'bench', and there is none",
    )
    expect(await refused('--alarm', 'a > 1 as x', '--alarm', 'v > 1 as x')).toContain("called 'x'")
    expect(await refused('--alarm', 'battery < 20%')).toContain('none is given')
    expect(await refused('--alarm', 'anomaly(a)', '--no-anomalies')).toContain(
      'waits for anomalies',
    )
  })

  it('comes from the configuration file and the environment, too; one for the device goes before one for all', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'c.toml')
    writeFileSync(
      file,
      'alarm = ["a > 5A as x", "stdin:a > 1A as x", "other:a > 0 as y", "v > 4 as z"]\n',
    )
    const run = await ina219([...QUIET, '--no-log', '--config', file], frames([0, 2]))
    expect(run.code).toBe(0)
    expect(run.stderr.match(/alarm_\w+: .*/g)).toEqual([
      'alarm_on: z: value 5 V, peak 5 V, for 0s [v > 4]',
      'alarm_on: x: value 2 A, peak 2 A, for 0s [a > 1A]',
    ])
    const env = { INA219_ALARM: 'a > 1 as first; a > 2 as second' }
    const other = await ina219([...QUIET, '--no-log', '--config', file], frames([0, 3]), env)
    expect(other.stderr.match(/alarm_on: \w+/g)).toEqual(['alarm_on: first', 'alarm_on: second'])
    const quoted = { INA219_ALARM: 'a > 1 as "x; y"; a > 2 as z' }
    const third = await ina219([...QUIET, '--no-log', '--config', file], frames([0, 3]), quoted)
    expect(third.stderr.match(/alarm_on: [^:]+/g)).toEqual(['alarm_on: x; y', 'alarm_on: z'])
  })

  it('that is wrong in the file or the environment says where it stands', async () => {
    const file = join(temporaryFolder(), 'c.toml')
    writeFileSync(file, '[monitor]\n\nalarm = "a >  1W"\n')
    expect(await refused('--config', file)).toContain(
      `the configuration file ${file}, line 3, key 'alarm': --alarm 'a >  1W', character 7, near 'W'`,
    )
    writeFileSync(file, '[device.bench]\nport = "/dev/none"\nalarm = "a >> 1"\n')
    expect(await refused('--device', 'bench', '--config', file)).toContain(
      `the configuration file ${file}, line 3, key 'alarm': --alarm 'a >> 1', character 3`,
    )
    const env = { INA219_ALARM: 'a > 1; v >> 1' }
    const run = await ina219([...QUIET, '--no-log'], frames([1]), env)
    expect(run).toMatchObject({ code: 2 })
    expect(run.stderr).toContain("the variable INA219_ALARM: --alarm 'v >> 1', character 3")
  })

  it('takes the unit of a channel from --channel', async () => {
    const args = ['--channel', 'soc:%:0..100', '--alarm', 'soc < 20% as low']
    const input = `{"soc":15,"ts":${BEGIN_S}}\n`
    const run = await ina219([...QUIET, '--no-log', ...args], input)
    expect(run.stderr).toContain('alarm_on: low: value 15 %, peak 15 %, for 0s [soc < 20%]')
    expect(await refused('--channel', 'soc:%', '--alarm', 'soc < 20V')).toContain("'V' is no unit")
  })
})

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
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.stdin?.write(frames([2, 0, 2, 0, 2, 0, 2]))
    const told = join(folder, 'told')
    await until('it was told of the first', () => existsSync(told))
    await until('all is read', () => said.split('alarm_on').length === 5)
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
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.stdin?.end(frames([2]))
    await until('it is said', () =>
      said.includes('alarm_program: x switches no output: stdin is one way'),
    )
    child.kill('SIGINT')
    expect((await end).code).toBe(0)
  })

  it('switches an output of the device whose alarm is raised', async () => {
    const args = ['--alarm', 'v > 0 as x', '--on-alarm', 'output:A=on', '--no-log']
    const child = start(['monitor', '--mock', '--output', 'none', ...args])
    const end = finished(child)
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    await until('the output is on', () => / output: .*A/.test(said))
    child.kill('SIGINT')
    expect((await end).code).toBe(0)
  })
})

describe('history --alarms', () => {
  function event(
    second: number,
    kind: string,
    detail: string,
  ): { timeUs: number; device: string; kind: 'alarm_on'; detail: string } {
    return { timeUs: START_US + second * 1e6, device: 'bench', kind: kind as 'alarm_on', detail }
  }

  it('makes episodes of the events', async () => {
    const db = join(temporaryFolder(), 'log.db')
    makeLog(db, series(120, 1e6), {
      events: [
        event(5, 'alarm_on', 'x: value 2 A, peak 2 A, for 0s [a > 1]'),
        event(10, 'alarm_ack', 'x: value 2 A, peak 2.5 A, for 5s [a > 1]'),
        event(12, 'alarm_ack', 'y: value 1, peak 1, for 5s [lost(1m) > 0]'),
        event(15, 'alarm_off', 'x: value 0.5 A, peak 3 A, for 10s [a > 1]'),
        event(20, 'alarm_on', 'x: value 2 A, peak 2 A, for 0s [a > 1]'),
        // The monitor ended, and another one began.
        event(40, 'alarm_on', 'x: value 4 A, peak 4 A, for 0s [a > 1]'),
        event(50, 'alarm_on', 'q: value 3.5 s, peak 3.5 s, for 0s [silent]'),
        event(60, 'alarm_off', 'x: value 0 A, peak 4.5 A, for 20s [a > 1]'),
      ],
    })
    const run = await ina219(['history', '--alarms', '--db', db, '--format', 'json'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const at = (second: number): string => new Date(START_US / 1000 + second * 1000).toISOString()
    const x = { device: 'bench', name: 'x', rule: 'a > 1', unit: 'A', acknowledged: null }
    const expected = [
      {
        ...x,
        from: at(5),
        to: at(15),
        on: false,
        duration_s: 10,
        value: 2,
        peak: 3,
        acknowledged: at(10),
      },
      { ...x, from: at(20), to: null, on: false, duration_s: null, value: 2, peak: 2 },
      { ...x, from: at(40), to: at(60), on: false, duration_s: 20, value: 4, peak: 4.5 },
      {
        ...x,
        name: 'q',
        rule: 'silent',
        unit: 's',
        from: at(50),
        to: null,
        on: true,
        duration_s: null,
        value: 3.5,
        peak: 3.5,
      },
    ]
    expect(JSON.parse(run.stdout)).toEqual({ version: 1, folded: 0, alarms: expected })

    const some = ['--from', at(55), '--to', at(58), '--format', 'json']
    const part = await ina219(['history', '--alarms', '--db', db, ...some])
    expect(JSON.parse(part.stdout).alarms).toEqual(expected.slice(2))

    const table = await ina219(['history', '--alarms', '--db', db], '', { TZ: 'UTC' })
    const rows = table.stdout.trim().split('\n').slice(2)
    expect(rows[0]?.split(/ {2,}/)).toEqual([
      'from',
      'to',
      'lasted',
      'device',
      'alarm',
      'value',
      'peak',
      'acknowledged',
    ])
    expect(rows[1]?.split(/ {2,}/).slice(2, 7)).toEqual(['00:00:10', 'bench', 'x', '2 A', '3 A'])
    expect(rows[2]).toContain('not known')
    expect(rows[4]).toContain('still on')
    const plot = await ina219(['history', '--alarms', '--db', db, '--format', 'plot'])
    expect(plot).toMatchObject({ code: 2, stdout: '' })
  })

  it('knows what it can of a log that has folded alarms into others', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const at = (second: number): string => new Date(START_US / 1000 + second * 1000).toISOString()
    makeLog(db, series(120, 1e6), {
      events: [
        event(5, 'alarm_on', 'q: value 2 A, peak 2 A, for 0s [a > 1]'),
        event(6, 'alarm_on', 'r: value 2 A, peak 2 A, for 0s [a > 1]'),
        event(
          10,
          'alarm_on',
          `3 times until ${at(40)}, the last: x: value 2 A, peak 2 A, for 0s [a > 2]`,
        ),
        event(
          11,
          'alarm_off',
          `3 times until ${at(45)}, the last: x: value 0.5 A, peak 3 A, for 5s [a > 2]`,
        ),
        // Its raise is one of those that were folded.
        event(50, 'alarm_off', 'y: value 0 A, peak 7 A, for 30s [a > 5]'),
        event(60, 'alarm_off', 'q: value 0 A, peak 4 A, for 55s [a > 1]'),
      ],
    })
    const run = await ina219(['history', '--alarms', '--db', db, '--format', 'json'])
    const { folded, alarms } = JSON.parse(run.stdout)
    expect(folded).toBe(2)
    expect(
      alarms.map(({ name, from, to, on, value, peak }: Record<string, unknown>) => [
        [name, from, to],
        [on, value, peak],
      ]),
    ).toEqual([
      [
        ['q', at(5), at(60)],
        [false, 2, 4],
      ],
      [
        ['r', at(6), null],
        [false, 2, 2],
      ],
      [
        ['y', at(20), at(50)],
        [false, null, 7],
      ],
      [
        ['x', at(40), at(45)],
        [false, 2, 3],
      ],
    ])
    const table = await ina219(['history', '--alarms', '--db', db])
    expect(table.stdout).toContain('Up to 2 further raises')
  })

  it('one acknowledgement is for all raises that it speaks of, and for none before', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const at = (second: number): string => new Date(START_US / 1000 + second * 1000).toISOString()
    const on = 'x: value 2 A, peak 2 A, for 0s [a > 1 latch]'
    const off = 'x: value 0 A, peak 3 A, for 2s [a > 1 latch]'
    makeLog(db, series(120, 1e6), {
      events: [
        // Of an earlier run.
        event(5, 'alarm_on', on),
        event(7, 'alarm_off', off),
        event(20, 'alarm_on', on),
        event(22, 'alarm_off', off),
        event(30, 'alarm_on', on),
        event(32, 'alarm_off', off),
        event(40, 'alarm_ack', 'x: value 0 A, peak 3 A, for 12s [a > 1 latch]'),
      ],
    })
    const run = await ina219(['history', '--alarms', '--db', db, '--format', 'json'])
    const { alarms } = JSON.parse(run.stdout)
    expect(alarms.map(({ acknowledged }: Record<string, unknown>) => acknowledged)).toEqual([
      null,
      at(40),
      at(40),
    ])
  })
})
