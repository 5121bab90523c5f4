import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { processIo } from '../../src/app/io.ts'
import { CliOption } from '../../src/cli/option.ts'
import { createProgram } from '../../src/cli/program.ts'
import { configFile, finished, heard, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'

const FRAME = '{"v":31,"a":0.1,"seq":0}\n'
const STDIN = ['monitor', '--stdin', '--output', 'none', '--no-log', '--summary', '-']
const BENCH = '[device.bench]\nmax-voltage = 40\n'

describe('a profile of the configuration file', () => {
  it.each([
    ['holds for its device', ['--device', 'bench'], {}, BENCH, 0],
    ['holds for no other', [], {}, BENCH, 1],
    ['goes before a general key', ['--device', 'bench'], {}, `max-voltage = 20\n${BENCH}`, 0],
    [
      'goes before what the rest of the file says of the device',
      ['--device', 'bench'],
      {},
      `max-voltage = "bench:20"\n${BENCH}`,
      0,
    ],
    ['gives way to a flag', ['--device', 'bench', '--max-voltage', '20'], {}, BENCH, 1],
    ['gives way to a variable', ['--device', 'bench'], { INA219_MAX_VOLTAGE: '20' }, BENCH, 1],
    [
      'stays where a flag is about another device',
      ['--device', 'bench', '--mock', '--max-voltage', 'mock:normal:20', '--count', '1'],
      {},
      BENCH,
      0,
    ],
    [
      'may have settings and a rate that its source can do nothing with',
      ['--device', 'bench'],
      {},
      `${BENCH}baud = 9600\nset = "interval=100"\nchannel = ["soc:%:0..100"]\n`,
      0,
    ],
  ])('%s', async (_what, flags, env, text, outOfRange) => {
    const run = await ina219([...STDIN, ...flags, '--config', configFile(text)], FRAME, env)
    expect(run).toMatchObject({ code: 0 })
    expect(JSON.parse(run.stdout)).toMatchObject({ out_of_range: outOfRange })
  })

  it.each([
    ['[device.bench]\nbuad = 9600', /line 2 has an unknown key 'device\.bench\.buad'; did.*'baud'/],
    ['[device.bench]\nretain = "1h"', /unknown key 'device\.bench\.retain'/],
    ['[device.bench]\nmax-voltage = "high"', /line 2, key 'max-voltage': 'high' is not a number/],
    ['[device.bench]\nserial = 7', /line 2, key 'serial': the value must be a text; write serial/],
    ['[device]\nbench = 1', /key 'bench': the tables of devices .*; write \[device\.bench\]/],
    ['[device.a]\nserial = "7"\n[device.b]\nserial = "7"', /line 4.*'a' has the same serial/],
    [
      '[device.bench]\nmax-voltage = "b:40"',
      /line 2, key 'max-voltage': the table of 'bench' says --max-voltage b:40/,
    ],
    [
      '[device.bench]\nset = "b:interval=1"\n[monitor]\nmock = true',
      /the table of 'bench' says --set b:interval=1/,
    ],
  ])('that says %j ends with exit code 2', async (text, pattern) => {
    const source = text.includes('mock') ? ['monitor', '--no-log'] : STDIN
    const args = [...source, '--device', 'bench', '--config', configFile(text)]
    const run = await ina219(args, FRAME)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(pattern)
  })

  it('that no device of the run has is no mistake', async () => {
    const config = configFile('[device.other]\nset = ["interval=1"]\nserial = "A5"\n')
    expect(await ina219([...STDIN, '--config', config], FRAME)).toMatchObject({ code: 0 })
    expect(await ina219(['mock', '--count', '1', '--config', config])).toMatchObject({ code: 0 })
  })

  it('may have alarms, and says so where one can not be read', async () => {
    const alarm = configFile(`${BENCH}alarm = ["v > 30V as high"]\n`)
    const args = [...STDIN.slice(0, -2), '--device', 'bench', '--config']
    const run = await ina219([...args, alarm], FRAME)
    expect(run).toMatchObject({ code: 0 })
    expect(run.stderr).toMatch(/ alarm_on: .*high/)
    const odd = await ina219([...args, configFile('[device.bench]\nalarm = "v >> 3"\n')], FRAME)
    expect(odd).toMatchObject({ code: 2 })
  })

  it('without a port and without the board, says which serial number is missing', async () => {
    const config = configFile('[device.bench]\nserial = "A50285BI"\n')
    const run = await ina219(['monitor', '--no-log', '--device', 'bench', '--config', config])
    expect(run.code).toBe(3)
    expect(run.stderr).toContain(
      "no port has the USB serial number A50285BI, by which the configuration file knows 'bench'",
    )
  })
})

it.skipIf(!hasPty)(
  'a board gets label and settings by its serial number, or by its port',
  async () => {
    const port = join(temporaryFolder(), 'usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0')
    const board = start(['mock', '--rate', '50', '--pty', port])
    const printed = heard(board.stdout)
    await until('the board is there', () => printed().endsWith('\n'))
    const run = ['monitor', '--output', 'ndjson', '--no-log', '--count', '1']
    const settings = 'set = "averaging=4"\nmax-current = 0.000001\n'

    const bySerial = configFile(`[device.bench]\nserial = "A50285BI"\n${settings}`)
    const named = await ina219([...run, '--port', port, '--config', bySerial])
    expect(named).toMatchObject({ code: 0 })
    expect(JSON.parse(named.stdout)).toMatchObject({
      device: 'bench',
      status: expect.stringContaining('out_of_range'),
    })
    const listener = start([
      'monitor',
      '--output',
      'none',
      '--no-log',
      '--port',
      port,
      '--config',
      bySerial,
    ])
    const events = heard(listener.stderr)
    await until('the setting is obeyed', () => events().includes('set_averaging 4: ok'))
    listener.kill('SIGTERM')
    await finished(listener)

    const byPort = configFile(`[device.bench]\nport = "${port}"\n${settings}`)
    const alone = await ina219([...run, '--device', 'bench', '--config', byPort])
    expect(alone).toMatchObject({ code: 0 })
    expect(JSON.parse(alone.stdout)).toMatchObject({ device: 'bench' })

    const flag = await ina219([...run, '--port', port, '--device', 'x', '--config', bySerial])
    expect(JSON.parse(flag.stdout)).toMatchObject({ device: 'x' })
  },
)

it('every option that may be said of one device has a place in the tables of devices', () => {
  for (const command of createProgram(processIo).commands) {
    for (const each of command.options) {
      if (!(each instanceof CliOption)) continue
      expect([each.long, each.isPerDevice]).toEqual([
        each.long,
        each.description.includes('<device>:'),
      ])
    }
  }
})
