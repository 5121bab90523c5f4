import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BEGIN_S, frames, QUIET, refused } from '../support/alarm-cli.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

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
