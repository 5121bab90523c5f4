import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createDevice } from '../../mock/device.ts'
import { Outbox } from '../../mock/outbox.ts'
import { readRecording } from '../../mock/replay/recording.ts'
import { ReplayFeed } from '../../mock/replay/replay-feed.ts'
import { decodeLine } from '../../src/protocol/codec.ts'
import type { SampleFrame } from '../../src/protocol/frames.ts'

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url))

/** Values as the file has them: decimal text with the unit's power of ten as exponent. */
interface Row {
  readonly v: string
  readonly a: string
  readonly w: string | null
  /** Seconds, Unix or since the first row. */
  readonly s: number
}

const lines = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '')
const utc = (text: string): number =>
  Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`) / 1000 + Number(`0${text.slice(19)}`)

/** Each file read in the plainest way, by somebody who knows what it is. */
const FILES: Record<string, (text: string) => Row[]> = {
  'abedtegar-ina226/20251127_020201.csv': (text) =>
    lines(text)
      .slice(1)
      .map((line) => line.split(','))
      .map(([, pc = '', v = '', , a, w]) => ({ v, a: `${a}e-3`, w: `${w}e-3`, s: utc(pc) })),
  'gopi5go-battery/2024-03-21_batteryLife.csv': (text) =>
    lines(text)
      .slice(1)
      .map((line) => line.split(','))
      .map(([time = '', v = '']) => ({ v, a: '0', w: null, s: utc(time) })),
  'koreatogether-sim/power_measurements.csv': (text) =>
    lines(text)
      .slice(1)
      .map((line) => line.replaceAll('"', '').split(','))
      .map(([, time = '', v = '', a = '', w = '']) => ({ v, a, w, s: utc(time) })),
  'gassentinel-text/serial-monitor.log': (text) =>
    Array.from(
      text.matchAll(
        /:(\d\d\.\d{3}) -> Bus Voltage: +(\S+) V\n.*\n.*\n.*Current: +(\S+) mA\n.*Power: +(\S+) mW/g,
      ),
      ([, seconds, v = '', a, w]) => ({ v, a: `${a}e-3`, w: `${w}e-3`, s: Number(seconds) - 5.04 }),
    ),
}
const GREENROOM = 'greenroom-ina219'
const greenroom = (text: string): Row[] =>
  lines(text)
    .map((line) => line.split(','))
    .map(([tick, , v = '', a, w = '']) => ({ v, a: `${a}e-3`, w, s: Number(tick) }))

function files(): [string, (text: string) => Row[]][] {
  if (!existsSync(DATA)) return []
  const measured = readdirSync(`${DATA}${GREENROOM}`).filter((name) => name.endsWith('.csv'))
  return [
    ...Object.entries(FILES),
    ...measured.map((name): [string, typeof greenroom] => [`${GREENROOM}/${name}`, greenroom]),
  ]
}

/** What the device sends when it plays the file, from the first row to the last. */
function frames(path: string): SampleFrame[] {
  const replay = new ReplayFeed(readRecording(path), true)
  const device = createDevice({ scenario: 'normal', seed: 1, startS: 0, intervalMs: 1000, replay })
  let text = ''
  const outbox = new Outbox(device.core, null, (more) => {
    text += more
  })
  while (!device.core.finished) outbox.sample()
  return lines(text).map((line) => decodeLine(Buffer.from(line)) as SampleFrame)
}

describe.skipIf(!existsSync(DATA))('recordings from the field', () => {
  it.each(files())('%s is played to the end with its own values', (name, parse) => {
    const rows = parse(readFileSync(DATA + name, 'latin1'))
    const played = frames(DATA + name)
    expect(rows.length).toBeGreaterThan(50)
    expect(played).toHaveLength(rows.length)
    const first = played[0]?.stamp.kind === 'ts' ? played[0].stamp.value : Number.NaN
    const isAbsolute = (rows[0]?.s ?? 0) > 1e9
    for (const [i, row] of rows.entries()) {
      const frame = played[i] as SampleFrame
      expect(frame).toMatchObject({
        kind: 'sample',
        seq: i,
        voltage: Number(row.v),
        current: Number(row.a) + 0,
        power: row.w === null ? null : Number(row.w),
      })
      const stamp = frame.stamp.kind === 'ts' ? frame.stamp.value : Number.NaN
      expect(stamp).toBeCloseTo(isAbsolute ? row.s : first + row.s - (rows[0]?.s ?? 0), 5)
    }
  })

  it('keeps the digits of the file', () => {
    const path = `${DATA}${GREENROOM}/all-both_2021-09-19_23-12_power_data.csv`
    expect(readRecording(path).samples[0]).toMatchObject({
      v: '9.124',
      a: '0.041001251258888516',
      w: '0.48538981292153693',
    })
  })

  it('keeps status, mode and finer time of the existing tool', () => {
    const recording = readRecording(`${DATA}koreatogether-sim/power_measurements.csv`)
    expect(recording.columns[0]).toBe("time: 'timestamp'")
    const modes = new Set(recording.samples.map((sample) => sample.mode))
    expect([...modes].sort()).toEqual(['LOAD_SPIKE', 'NOISE', 'NORMAL', 'VOLTAGE_DROP'])
  })
})
