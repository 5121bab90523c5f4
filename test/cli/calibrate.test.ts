import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { DeviceCore } from '../../mock/device-core.ts'
import { LiveDevice } from '../../mock/live-device.ts'
import { openPty } from '../../mock/pty.ts'
import type { SampleFeed } from '../../mock/sample-feed.ts'
import { systemClock } from '../../src/util/clock.ts'
import { systemSchedule } from '../../src/util/schedule.ts'
import { finished, heard, ina219, served, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

/** A load that never changes. */
function loadOf(amps: number): string {
  const csv = join(temporaryFolder(), 'load.csv')
  const rows = Array.from({ length: 5000 }, (_, i) => `${1_790_000_000 + i},5.0,${amps}`)
  writeFileSync(csv, `time,voltage,current\n${rows.join('\n')}\n`)
  return csv
}

/** The firmware on an emulated board. */
async function board(amps: number): Promise<string> {
  return served('--board', '--replay', loadOf(amps), '--interval', '20')
}

/** A sketch that prints what it reads, and no more. */
async function sketch(amps: number): Promise<string> {
  return served('--plain-frames', '--replay', loadOf(amps), '--rate', '50')
}

/** A device that stores calibrations, with a load in the hands of the test. */
async function storing(load: { amps: number }): Promise<{ path: string; core: DeviceCore }> {
  const feed: SampleFeed = {
    name: 'lab',
    length: Number.POSITIVE_INFINITY,
    ampsMax: 3.2,
    offsetUs: () => null,
    unixUs: () => null,
    read: (n) => {
      // A count of noise to and fro.
      const amps = load.amps + (n % 2 === 0 ? 0.0001 : -0.0001)
      return { v: '5.02', a: amps.toFixed(4), w: null, extras: null, status: '"ok"', mode: '""' }
    },
  }
  const core = new DeviceCore({ feed, startUs: systemClock.wallMs() * 1000, intervalMs: 20 })
  const pty = await openPty({})
  const live = new LiveDevice({
    core,
    faults: null,
    clock: systemClock,
    schedule: systemSchedule,
    pace: 1,
    lingerMs: 0,
    write: (text) => {
      pty.write(Buffer.from(text, 'latin1'))
    },
    finished: () => {},
  })
  pty.onOpened(() => live.hello())
  pty.onData((chunk) => live.receive(chunk))
  live.start()
  toClose.push(
    () => pty.close(),
    () => live.pause(),
  )
  return { path: pty.path, core }
}

const AVERAGE = ['--average', '1s']

describe.skipIf(!hasPty)('ina219 calibrate', () => {
  it('a device that can store it: zero and two points, each when its load is on', async () => {
    // It reads 2 mA at nothing, and 1 % too little.
    const reads = (amps: number): number => amps / 1.01 + 0.002
    const load = { amps: reads(0) }
    const { path, core } = await storing(load)
    const config = join(temporaryFolder(), 'config.toml')
    writeFileSync(config, '')
    const child = start([
      ...['calibrate', '--zero', '--point', '1A', '--point', '2000mA', ...AVERAGE],
      ...['--port', path, '--config', config],
    ])
    const end = finished(child)
    const asked = heard(child.stderr)
    for (const amps of [1, 2]) {
      await until(`it asks for ${amps} A`, () =>
        asked().includes(`Have ${amps} A on the reference`),
      )
      load.amps = reads(amps)
      child.stdin?.write('\n')
    }
    const run = await end
    expect(run.stdout).toMatch(
      /^zero: mean 0\.00(19|20)\d\d A, spread 0\.0001\d\d A, \d+ samples in 1s$/m,
    )
    expect(run.stdout).toMatch(/^ {2}at 2 A: -?0\.0000\d\d A left$/m)
    expect(run.stdout).toMatch(/^stored in the device: zero 0\.00\d+ A, gain 1\.0\d+$/m)
    expect(run.code).toBe(0)
    const { calibration } = core.settings
    expect(calibration.offset).toBeCloseTo(0.002, 4)
    expect(calibration.gain).toBeCloseTo(1.01, 4)
    expect(readFileSync(config, 'utf8')).toBe('')
    // What it reads now is right, and a second calibration of it finds the same.
    load.amps = reads(1.5)
    const read = await ina219(['send', 'read', '--port', path, '--json'])
    expect(JSON.parse(read.stdout)[0].sample.a).toBeCloseTo(1.5, 3)
    const again = await ina219([
      'calibrate',
      '--point',
      '1.5A',
      ...AVERAGE,
      '--port',
      path,
      '--print',
    ])
    expect(again.stdout).toMatch(/^ina219 send zero=0\.00\d+ gain=1\.0(0999|1)\d* save$/m)
  })

  it('the firmware is one', async () => {
    const config = join(temporaryFolder(), 'config.toml')
    writeFileSync(config, '')
    const port = await board(0.5)
    const run = await ina219([
      ...['calibrate', '--point', '0.51A', ...AVERAGE, '--port', port, '--config', config],
    ])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toMatch(/^stored in the device: zero 0 A, gain 1\.02$/m)
    expect(readFileSync(config, 'utf8')).toBe('')
    const read = await ina219(['send', 'read', '--port', port, '--json'])
    expect(JSON.parse(read.stdout)[0].sample.a).toBe(0.51)
  })

  it('one that can not: step by step into the configuration, and the monitor applies it', async () => {
    const config = join(temporaryFolder(), 'config.toml')
    const before = '# my bench\nretain = "24h" # a day\n\n[device.bench]\nmax-current = 3.2 # A\n'
    writeFileSync(config, before)
    const common = [...AVERAGE, '--device', 'bench', '--config', config]
    const zero = await ina219(['calibrate', '--zero', ...common, '--port', await sketch(0.002)])
    expect(zero).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(config, 'utf8')).toBe(
      before.replace('[device.bench]\n', '[device.bench]\ncalibration = "offset=0.002"\n'),
    )
    expect(readFileSync(`${config}.bak`, 'utf8')).toBe(before)
    const port = await sketch(1.002)
    const point = await ina219(['calibrate', '--point', '1.01A', ...common, '--port', port])
    expect(point).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(config, 'utf8')).toBe(
      before.replace(
        '[device.bench]\n',
        '[device.bench]\ncalibration = "offset=0.002,gain=1.01"\n',
      ),
    )

    const db = join(temporaryFolder(), 'log.db')
    const run = await ina219([
      ...['monitor', '--port', port, '--device', 'bench', '--config', config, '--db', db],
      ...['--output', 'plain', '--count', '5'],
    ])
    expect(run.code).toBe(0)
    expect(run.stderr).toMatch(
      /calibration: applied by the host to what the device sends: a = \(a - 0.002\) \* 1.01$/m,
    )
    const log = new Database(db, { readonly: true })
    const rows = log.prepare('SELECT voltage, current, power FROM power_log').all() as {
      voltage: number
      current: number
      power: number
    }[]
    const [event] = log
      .prepare("SELECT detail FROM power_event WHERE kind = 'calibration'")
      .all() as { detail: string }[]
    log.close()
    expect(rows).toHaveLength(5)
    const [, offset, gain] = /\(a - ([\d.]+)\) \* ([\d.]+)/.exec(event?.detail ?? '') ?? []
    for (const { voltage, current, power } of rows) {
      expect(current).toBe(1.01)
      expect(power).toBeCloseTo(voltage * current, 9)
      // What the device sent, from the log alone.
      expect(Math.round((current / Number(gain) + Number(offset)) * 1e4) / 1e4).toBe(1.002)
    }
  })

  it('a device without a table gets one, by its port', async () => {
    const [config, port] = [join(temporaryFolder(), 'new', 'config.toml'), await sketch(0.5)]
    const folder = join(config, '..', '..')
    const env = { XDG_CONFIG_HOME: folder }
    const run = await ina219(['calibrate', '--point', '0.51A', ...AVERAGE, '--port', port], '', env)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const made = readFileSync(join(folder, 'ina219', 'config.toml'), 'utf8')
    expect(made).toBe(`[device.board]\nport = "${port}"\ncalibration = "gain=1.02"\n`)
    const seen = await ina219(
      ['monitor', '--port', port, '--no-log', '--output', 'ndjson', '--count', '1'],
      '',
      env,
    )
    expect(JSON.parse(seen.stdout)).toMatchObject({ device: 'board', current_a: 0.51 })
    expect(existsSync(join(folder, 'ina219', 'config.toml.bak'))).toBe(false)
  })

  it('voltage is corrected on this side, and --print stores nothing', async () => {
    const config = join(temporaryFolder(), 'config.toml')
    writeFileSync(config, '')
    const { path, core } = await storing({ amps: 0.1 })
    const common = [...AVERAGE, '--port', path, '--config', config]
    const shown = await ina219(['calibrate', '--point', '5.0V', ...common, '--print'])
    expect(shown.stdout).toMatch(/^--calibration vgain=0.996016$/m)
    expect(readFileSync(config, 'utf8')).toBe('')
    expect((await ina219(['calibrate', '--point', '5.0V', ...common])).code).toBe(0)
    expect(readFileSync(config, 'utf8')).toMatch(/^calibration = "vgain=0.996016"$/m)
    expect(core.settings.calibration).toEqual({ offset: 0, gain: 1 })
  })

  it('refuses what is not steady, no zero, no reference, and steps that nobody names', async () => {
    const unsteady = await ina219(['calibrate', '--point', '1A', ...AVERAGE, '--mock', 'noise'])
    expect(unsteady.code).toBe(3)
    expect(unsteady.stderr).toMatch(/not steady: .* (spread|drift) by/)
    const loaded = await ina219(['calibrate', '--zero', ...AVERAGE, '--port', await board(1)])
    expect(loaded.code).toBe(2)
    expect(loaded.stderr).toMatch(/an offset of 1 A is too large for a zero.*was the load off/)
    const wrong = await ina219(['calibrate', '--point', '9A', ...AVERAGE, '--port', await board(1)])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(/read \(1.0000 for 9 A\) is no multiple of 0.5 to 2/)
    const nobody = await ina219(['calibrate', '--mock'])
    expect(nobody.stderr).toMatch(/no terminal to ask on, and no step is named/)
    const zero = await ina219(['calibrate', '--point', '0A', '--mock'])
    expect(zero.stderr).toMatch(/'0A' is no current or voltage other than 0/)
    const ended = await ina219(
      ['calibrate', '--zero', '--point', '1A', ...AVERAGE, '--port', await board(0)],
      '',
    )
    expect(ended.stderr).toMatch(/then press Enter: \nina219: standard input ended before the next/)
    expect([nobody.code, zero.code, ended.code]).toEqual([2, 2, 2])
  })
})
