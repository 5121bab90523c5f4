import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { ProcessIo } from '../../src/app/io.ts'
import { LineOutput } from '../../src/app/output/line-output.ts'
import { systemClock } from '../../src/util/clock.ts'
import { sampleOf } from '../support/samples.ts'

const SAMPLE = sampleOf({
  timeUs: 1_790_000_000_123_000,
  voltage: 5.02,
  current: 0.245,
  power: 1.23,
  seq: 123,
})
const LINE = '2026-09-21T14:13:20.123Z   5.020 V   0.2450 A   1.2300 W  ok  #123\n'

/** An output to a reader that reads when the test says so. */
function rig() {
  const stdout = new PassThrough({ highWaterMark: 16 })
  const stderr = new PassThrough()
  const io = { stdin: null, stdout, stderr, env: {}, clock: systemClock }
  const output = new LineOutput('plain', {
    io: io as unknown as ProcessIo,
    log: null,
    onQuit: () => {},
  })
  return { output, stdout, stderr, errors: () => String(stderr.read() ?? '') }
}

/** Lines are written once a turn of the event loop. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('lines for a slow reader', () => {
  it('congest from a megabyte on, until the reader has taken them', async () => {
    const { output, stdout } = rig()
    for (let i = 0; i < 1_000_000 / LINE.length + 1; i++) output.sample(0, SAMPLE)
    expect(output.congested).toBe(false)
    await turn()
    expect(output.congested).toBe(true)
    let isDrained = false
    const drained = output.drained().then(() => {
      isDrained = true
    })
    await turn()
    expect(isDrained).toBe(false)
    stdout.resume()
    await drained
    expect(output.congested).toBe(false)
  })

  it('leave no listener behind, however often a source waits for it', async () => {
    const { output, stdout } = rig()
    const listeners = (): number => stdout.listenerCount('close') + stdout.listenerCount('drain')
    const before = listeners()
    for (let i = 0; i < 50; i++) {
      output.sample(0, SAMPLE)
      await turn()
      const waits = [output.drained(), output.drained()]
      expect(listeners()).toBe(before + 2)
      for (let chunk = stdout.read(); chunk !== null; chunk = stdout.read()) await turn()
      await Promise.all(waits)
    }
    expect(listeners()).toBe(before)
  })

  it('do not hold up a source whose reader is gone', async () => {
    const { output, stdout } = rig()
    output.sample(0, SAMPLE)
    await turn()
    const waiting = output.drained()
    stdout.destroy()
    await waiting
    await output.drained()
  })

  it('are left out beyond the bound, counted and reported', async () => {
    const { output, stdout, errors } = rig()
    // As if 64 MB waited: a test should not fill the memory.
    let waiting = 64_000_001
    Object.defineProperty(stdout, 'writableLength', { get: () => waiting })
    for (let i = 0; i < 3; i++) output.sample(0, SAMPLE)
    await turn()
    expect(stdout.read()).toBeNull()
    expect(errors()).toBe('')
    waiting = 0
    output.sample(0, SAMPLE)
    await turn()
    expect(String(stdout.read())).toBe(LINE)
    expect(errors()).toMatch(/^# 3 samples are missing on stdout: its reader is too slow/)
    waiting = 64_000_001
    output.sample(0, SAMPLE)
    waiting = 0
    await output.close()
    expect(errors()).toMatch(/^# 1 samples are missing/)
  })
})
