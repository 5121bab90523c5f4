import { describe, expect, it } from 'vitest'
import { FLASH_BYTES, loadFirmware } from '../../mock/board/firmware-image.ts'
import type { SampleFrame } from '../../src/protocol/frames.ts'
import { BoardRig } from '../support/board.ts'

const STEPS = 1000

/** Every conversion has its own voltage and current, the same number in both. */
function streaming(baud: number, conversionTime = 1): BoardRig {
  const rig = new BoardRig({
    sensor: {
      conversionTime,
      feed: (_timeS, pair) => ({
        voltage: (STEPS + (pair % STEPS)) * 4e-3,
        current: (STEPS + (pair % STEPS)) * 1e-4,
      }),
    },
  })
  rig.hello()
  expect(rig.command('set_baud', { value: baud })).toBe('ok')
  rig.board.runMs(10)
  expect(rig.command('set_interval', { value: 0 })).toBe('ok')
  rig.board.runMs(300)
  return rig
}

function measured(rig: BoardRig, ms: number): SampleFrame[] {
  const from = rig.now
  rig.board.runMs(ms)
  return rig.samples(from)
}

const step = ({ voltage }: SampleFrame): number => Math.round(voltage / 4e-3)

function expectWholeAndOnce(samples: readonly SampleFrame[]): void {
  for (const [i, sample] of samples.entries()) {
    expect(Math.round(sample.current / 1e-4)).toBe(step(sample))
    const before = samples[i - 1]
    if (!before) continue
    expect(sample.seq).toBe((before.seq as number) + 1)
    expect(step(sample)).not.toBe(step(before))
  }
}

describe('sustained rate in emulated time', () => {
  it('is at least 600 samples a second at 1 M baud, every one whole and read once', () => {
    const samples = measured(streaming(1_000_000), 2000)
    expect(samples.length / 2).toBeGreaterThanOrEqual(600)
    expectWholeAndOnce(samples)
    // The line has room for all 940 pairs a second, so none may be left out.
    for (const [i, sample] of samples.slice(1).entries()) {
      expect((step(sample) - step(samples[i] as SampleFrame) + STEPS) % STEPS).toBe(1)
    }
  })

  it.each([0.9, 1, 1.1])(
    'counts every conversion of a sensor that takes %s of the time',
    (factor) => {
      const rig = streaming(1_000_000, factor)
      const samples = measured(rig, 1000)
      expectWholeAndOnce(samples)
      // A fast part makes more than the processor renders: then one line is of two of them.
      expect(samples.length).toBeGreaterThanOrEqual(Math.min(800, 940 / factor - 4))
      expect(rig.command('set_detail', { value: true })).toBe('ok')
      rig.board.runMs(20)
      const before = rig.board.sensor.conversions
      const detailed = measured(rig, 1000)
      const counted = detailed.reduce((sum, { detail }) => sum + (detail?.n ?? 0), 0)
      expect(Math.abs(counted - (rig.board.sensor.conversions - before))).toBeLessThan(12)
      expect(detailed.length).toBeGreaterThan(250)
    },
  )

  it('fills 95 % of the line at 115200 baud', () => {
    const rig = streaming(115_200)
    const before = rig.bytes
    const samples = measured(rig, 2000)
    // A 16 MHz AVR's 115200 is 117647; the line can carry what its own rate gives.
    expect((rig.bytes - before) / 2).toBeGreaterThanOrEqual((rig.board.baud / 10) * 0.95)
    expectWholeAndOnce(samples)
  })

  it('answers commands and resends at full rate', () => {
    const rig = streaming(1_000_000)
    expect(rig.command('hello')).toBe('ok')
    const newest = rig.samples().at(-1)?.seq as number
    const from = rig.now
    rig.send({ nack: [newest - 15, newest] })
    rig.board.runMs(300)
    expect(rig.samples(from).filter(({ resend }) => resend)).toHaveLength(16)
    expect(rig.board.overruns).toBe(0)
  })
})

describe('room', () => {
  it('is under 28 KB of flash', () => {
    expect(FLASH_BYTES).toBe(32_768)
    expect(loadFirmware().flashBytes).toBeLessThan(28 * 1024)
  })

  it('leaves at least 350 bytes for the stack at the worst moment', () => {
    const rig = streaming(1_000_000)
    // Everything at once: the longest lines, resends, commands good and bad, sensor trouble.
    expect(rig.command('set_time', { value: 1_790_000_000.5 })).toBe('ok')
    expect(rig.command('set_threshold', { value: 0.1 })).toBe('ok')
    expect(rig.command('set_shunt', { value: 0.0123, amax: 20 })).toBe('ok')
    const newest = rig.samples().at(-1)?.seq as number
    rig.send({ nack: [newest - 31, newest] })
    rig.board.runMs(5)
    expect(rig.command('hello')).toBe('ok')
    expect(rig.command('read')).toBe('ok')
    expect(rig.command('fly')).toBe('unknown')
    rig.send(`{"cmd":"${'x'.repeat(600)}"}`)
    rig.board.runMs(50)
    rig.board.sensor.brownOut()
    rig.board.runMs(50)
    rig.board.bus.stuck = 'sda'
    rig.board.runMs(300)
    expect(rig.command('hello', {}, 3000)).toBe('ok')
    rig.board.bus.stuck = 'none'
    rig.board.runMs(500)
    expect(rig.command('save')).toBe('ok')
    expect(rig.command('defaults')).toBe('ok')
    rig.board.runMs(300)
    expect(rig.board.stackLeft).toBeGreaterThanOrEqual(350)
  })
})
