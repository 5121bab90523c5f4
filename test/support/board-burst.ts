import { expect } from 'vitest'
import type { SensorInput } from '../../mock/board/ina219-model.ts'
import { checkCrc } from '../../src/protocol/crc.ts'
import { BoardRig, type RigOptions } from './board.ts'

/** A at a time in µs. */
export type Current = (timeUs: number) => number

export interface Options extends RigOptions {
  readonly baud?: number
  readonly conversionTime?: number
}

/** A burst as the board has sent it, put together of its lines. */
export interface SentBurst {
  readonly number: number
  readonly pre: number
  readonly dtUs: number
  readonly shuntOhm: number
  /** µs after `set_us`, else ms */
  readonly at: number
  readonly counts: readonly number[]
}

interface BurstLine {
  readonly burst: number
  readonly i: number
  readonly n: number
  readonly pre: number
  readonly dt: number
  readonly shunt: number
  readonly ms?: number
  readonly us?: number
  readonly c: readonly number[]
}

/** Members of the lines from arrival `from` on that begin with this one, each with a right CRC. */
export function linesWith<T>(rig: BoardRig, member: string, from = 0): T[] {
  return rig.arrivals.slice(from).flatMap(({ text }) => {
    if (!text.startsWith(`{"${member}":`)) return []
    expect(text.length).toBeLessThanOrEqual(254)
    expect(checkCrc(Buffer.from(text))).toBe('right')
    return [JSON.parse(text) as T]
  })
}

/** What `trigger` lines say. */
export function triggers(rig: BoardRig, from = 0): string[] {
  return linesWith<{ trigger: string }>(rig, 'trigger', from).map(({ trigger }) => trigger)
}

/** The whole burst from arrival `from` on, in its order, each piece once. */
export function burstFrom(rig: BoardRig, from: number): SentBurst {
  const lines = linesWith<BurstLine>(rig, 'burst', from)
  const first = lines[0]
  if (!first) throw new Error('no burst')
  const counts: number[] = []
  const { burst, n, pre, dt, shunt } = first
  const at = first.us ?? first.ms
  for (const line of lines) {
    expect(line).toMatchObject({ burst, n, pre, dt, shunt, i: counts.length })
    expect(line.us ?? line.ms).toBe(at)
    counts.push(...line.c)
  }
  expect(counts).toHaveLength(n)
  return { number: burst, pre, dtUs: dt, shuntOhm: shunt, at: at ?? Number.NaN, counts }
}

/** Runs until a burst is there, from arrival `from` on. */
export function untilBurst(rig: BoardRig, limitMs = 1000, from = rig.now): SentBurst {
  rig.until(({ text }) => (text.startsWith('{"burst":') ? true : null), limitMs, from)
  const { n } = linesWith<BurstLine>(rig, 'burst', from)[0] as BurstLine
  const isLast = ({ i, c }: BurstLine): boolean => i + c.length === n
  const endMs = rig.board.timeMs + limitMs
  while (!linesWith<BurstLine>(rig, 'burst', from).some(isLast)) {
    if (rig.board.timeMs > endMs) throw new Error('the burst has no end')
    rig.board.runMs(1)
  }
  return burstFrom(rig, from)
}

/** Runs until the trigger is armed. */
export function arm(rig: BoardRig, value: object, limitMs = 1000): void {
  const from = rig.now
  expect(rig.command('set_trigger', { value })).toBe('ok')
  const isArmed = ({ text }: { text: string }) => text.startsWith('{"trigger":"armed"') || null
  rig.until(isArmed, limitMs, from)
}

/** When the board reads the sensor from now on: the moments at which the value is taken, µs. */
export function readTimes(rig: BoardRig): number[] {
  const times: number[] = []
  const { sensor } = rig.board
  const addressed = sensor.addressed.bind(sensor)
  sensor.addressed = (isRead) => {
    if (isRead) times.push(rig.board.timeUs)
    return addressed(isRead)
  }
  return times
}

/** A current as a function of time, at the pins. */
export function waveform(currentAt: (timeUs: number) => number): (timeS: number) => SensorInput {
  return (timeS) => ({ voltage: 5, current: currentAt(timeS * 1e6) })
}

/** A board that has said hello, with this current in its sensor. */
export function started(
  current: Current,
  { baud, conversionTime = 1, ...rest }: Options = {},
): BoardRig {
  const feed = waveform(current)
  const rig = new BoardRig({ ...rest, sensor: { ...rest.sensor, feed, conversionTime } })
  rig.hello()
  if (baud) {
    expect(rig.command('set_baud', { value: baud })).toBe('ok')
    rig.board.runMs(60)
  }
  return rig
}

/** A load that is switched on, an inrush that fades, both again and again. */
export const inrush: Current = (us) => {
  const sinceUs = us % 40_000
  return sinceUs < 20_000 ? 0.2 : 0.5 + 2.2 * Math.exp(-(sinceUs - 20_000) / 2500)
}
