import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeLine } from '../../src/protocol/codec.ts'
import { finished, heard, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'

const AT_ONCE = ['mock', '--rate', 'max', '--start', '1700000000', '--seed', '7']
const lines = (text: string): string[] => text.split('\n').slice(0, -1)
const frames = (text: string): { ts: number; seq: number }[] =>
  lines(text).map((line) => JSON.parse(line) as { ts: number; seq: number })
const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('ina219 mock', () => {
  it('prints one line a sample, each a frame with a right CRC', async () => {
    const { code, stdout, stderr } = await ina219([
      ...AT_ONCE,
      '--count',
      '1000',
      '--interval',
      '10',
    ])
    expect([code, stderr]).toEqual([0, ''])
    const kinds = lines(stdout).map((line) => decodeLine(Buffer.from(line)))
    expect(kinds).toHaveLength(1000)
    expect(kinds.every((frame) => frame.kind === 'sample' && frame.protected)).toBe(true)
    expect(frames(stdout).map(({ seq }) => seq)).toEqual(Array.from({ length: 1000 }, (_, n) => n))
    expect(frames(stdout)[999]?.ts).toBe(1700000009.99)
  })

  it.each([
    ['--scenario', 'chaos'],
    ['--scenario', 'motor', '--plain-frames'],
    ['--fault', 'drop=0.1,corrupt=0.1,truncate=0.1,duplicate=0.1,garbage=0.1,reset=0.01'],
  ])('gives the same bytes for the same options: %s %s', async (...options) => {
    const args = [...AT_ONCE, '--count', '3000', ...options.filter((each) => each !== undefined)]
    const [one, two] = await Promise.all([ina219(args), ina219(args)])
    expect(hash(one.stdout)).toBe(hash(two.stdout))
    const other = await ina219(args.map((arg) => (arg === '7' ? '8' : arg)))
    expect(hash(other.stdout)).not.toBe(hash(one.stdout))
  })

  it('prints bare frames of contract 2.1', async () => {
    const { stdout } = await ina219([...AT_ONCE, '--count', '1', '--plain-frames'])
    expect(stdout).toMatch(
      /^\{"v":[\d.]+,"a":[\d.]+,"w":[\d.]+,"ts":1700000000,"seq":0,"status":"ok","mode":"NORMAL"\}\n$/,
    )
  })

  it('writes a summary of what it did to stderr or a file', async () => {
    const args = [...AT_ONCE, '--count', '5000', '--fault', 'drop=0.05,garbage=0.02']
    const file = join(temporaryFolder(), 'run.json')
    const { stdout, stderr } = await ina219([...args, '--summary', '-'])
    await ina219([...args, '--summary', file])
    const summary = JSON.parse(stderr) as Record<string, unknown> & {
      faults: Record<string, number>
    }
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(summary)
    const good = lines(stdout).filter((line) => line.startsWith('{"v":') && !line.includes('nan'))
    expect(summary).toMatchObject({
      lines: lines(stdout).length,
      samples: 5000,
      lost: 5000 - good.length,
      commands: 0,
      faults: { drop: 5000 - good.length, garbage: lines(stdout).length - good.length, corrupt: 0 },
    })
  })

  it('ends quietly when its reader goes away, and still says what it did', async () => {
    const file = join(temporaryFolder(), 'run.json')
    const child = start(['mock', '--rate', 'max', '--summary', file])
    const result = finished(child)
    child.stdout?.once('data', () => child.stdout?.destroy())
    expect(await result).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('lines')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s', async (signal) => {
    const child = start(['mock', '--rate', '200', '--summary', '-'])
    const result = finished(child)
    const text = heard(child.stdout)
    await until('some lines', () => lines(text()).length > 3)
    child.kill(signal)
    const { code, stdout, stderr } = await result
    expect(code).toBe(0)
    expect(stdout.endsWith('}\n')).toBe(true)
    expect(JSON.parse(stderr)).toMatchObject({ lines: lines(stdout).length })
  })

  it('keeps to its rate, and device time to its interval', async () => {
    const from = performance.now()
    const { stdout } = await ina219([
      'mock',
      '--rate',
      '50',
      '--interval',
      '1000',
      '--start',
      '5',
      '--count',
      '26',
    ])
    // 25 gaps of 20 ms, plus the start of the process.
    expect(performance.now() - from).toBeGreaterThan(500)
    expect(frames(stdout).map(({ ts }) => ts)).toEqual(Array.from({ length: 26 }, (_, n) => 5 + n))
  })

  it.each([
    [['--rate', 'max', '--duration', '2s', '--interval', '10'], 200],
    [['--rate', '100', '--duration', '250ms'], 25],
    [['--rate', 'max', '--duration', '1h', '--count', '7'], 7],
  ])('%j makes %d samples', async (args, count) => {
    const { stdout } = await ina219(['mock', ...args])
    expect(lines(stdout)).toHaveLength(count)
  })

  it('lists its scenarios', async () => {
    const { stdout } = await ina219(['mock', '--list'])
    for (const name of ['normal', 'chaos', 'radio', 'motor', 'usb-sag']) {
      expect(stdout).toMatch(new RegExp(`^${name} +\\S`, 'm'))
    }
  })

  it('plays a recording, at its own pace or at once', async () => {
    const file = join(temporaryFolder(), 'log.csv')
    writeFileSync(file, 'time,voltage,current_mA\n0.0,5.020,245.10\n0.3,5.010,-3\n0.3,5.000,0\n')
    const expected = [
      '{"v":5.020,"a":0.24510,"ts":1700000000,"seq":0,"status":"ok","mode":"NORMAL"}',
      '{"v":5.010,"a":-0.003,"ts":1700000000.3,"seq":1,"status":"ok","mode":"NORMAL"}',
      '{"v":5.000,"a":0.000,"ts":1700000000.3,"seq":2,"status":"ok","mode":"NORMAL"}',
    ]
    const args = ['mock', '--replay', file, '--plain-frames', '--start', '1700000000']
    const from = performance.now()
    expect(lines((await ina219(args)).stdout)).toEqual(expected)
    expect(performance.now() - from).toBeGreaterThan(300)
    const { stdout, stderr } = await ina219([...args, '--rate', 'max', '--summary', '-'])
    expect(lines(stdout)).toEqual(expected)
    expect(JSON.parse(stderr)).toMatchObject({
      samples: 3,
      columns: ["time: 'time' in s", "voltage: 'voltage' in V", "current: 'current_mA' in mA"],
    })
    const spaced = await ina219([...args, '--rate', 'max', '--interval', '500'])
    expect(frames(spaced.stdout).map(({ ts }) => ts)).toEqual([1.7e9, 1700000000.5, 1700000001])
  })

  it('asks back where a recording is not clear', async () => {
    const file = join(temporaryFolder(), 'log.csv')
    writeFileSync(file, '5.02,0.245\n5.01,0.250\n')
    const { code, stdout, stderr } = await ina219(['mock', '--replay', file])
    expect([code, stdout]).toEqual([2, ''])
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toContain("--columns '")
    const told = await ina219([
      'mock',
      '--replay',
      file,
      '--rate',
      'max',
      '--columns',
      'voltage:V,current:A',
    ])
    expect(frames(told.stdout)).toMatchObject([
      { v: 5.02, a: 0.245 },
      { v: 5.01, a: 0.25 },
    ])
  })

  it.each([
    ['--scenario', 'nomal', 'normal'],
    ['--rate', '0', '0.001'],
    ['--rate', 'fast', '1000000'],
    ['--interval', '0', '0.001'],
    ['--count', '0', '1'],
    ['--seed', '-1', '4294967295'],
    ['--seed', '1.5', 'whole'],
    ['--start', 'now', '4294967295'],
    ['--fault', 'drip=1', 'drop'],
    ['--fault', 'drop=7', '0 to 1'],
    ['--replay', '/nowhere/log.csv', '/nowhere/log.csv'],
    ['--columns', 'voltage', '--replay'],
    ['--duration', '48', 'unit'],
  ])('refuses %s %s, and says what would do', async (option, value, hint) => {
    const { code, stdout, stderr } = await ina219(['mock', option, value])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(hint)
  })
})
