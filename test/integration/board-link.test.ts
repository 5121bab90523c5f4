import { describe, expect, it } from 'vitest'
import { Board } from '../../mock/board/board.ts'
import { loadFirmware } from '../../mock/board/firmware-image.ts'
import { Noise } from '../../mock/random.ts'
import { type Burst, holesIn } from '../../src/domain/burst.ts'
import type { Sample } from '../../src/domain/sample.ts'
import { BoardWire } from '../support/board.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startStream } from '../support/stream-rig.ts'

const START_MS = 1_790_000_000_000

/** A stream of an emulated board, over a line that loses and flips bytes. */
function start(byteErrors: number) {
  const noise = new Noise(7)
  const line = { byteErrors }
  let count = 0
  const spoil = (bytes: Uint8Array): Uint8Array => {
    const left: number[] = []
    for (const byte of bytes) {
      count += 1
      const chance = noise.uniform(count, 0)
      if (chance < line.byteErrors / 2) continue
      left.push(chance < line.byteErrors ? byte ^ (1 << (count % 8)) : byte)
    }
    return Uint8Array.from(left)
  }
  const board = new Board({
    firmware: loadFirmware(),
    // Each sample tells its pair, so a wrong or doubled one is seen.
    sensor: {
      feed: (_timeS, pair) => ({
        voltage: (1000 + (pair % 4000)) * 4e-3,
        current: (pair % 4000) * 1e-4,
      }),
    },
  })
  const clock = new ManualClock(START_MS)
  const wire = new BoardWire(board, clock, spoil)
  const bursts: Burst[] = []
  const { stream, samples, events } = startStream(
    { source: wire, clock },
    { burst: (burst) => bursts.push(burst) },
  )
  return {
    board,
    line,
    stream,
    samples,
    events,
    bursts,
    wire,
    run: (ms: number) => wire.run(ms, () => stream.tick()),
  }
}

function expectWhole(samples: readonly Sample[]): void {
  for (const { voltage, current } of samples) {
    expect(Math.round(voltage / 4e-3) - 1000).toBe(Math.round(current / 1e-4))
  }
}

describe('monitor and firmware over a bad line', () => {
  it('lose no sample while bytes are lost and flipped in both directions', () => {
    // One byte in 1500: every fifteenth line or so.
    const { line, stream, samples, events, run } = start(1 / 1500)
    run(1500)
    stream.command({ cmd: 'set_interval', value: 25 })
    run(8000)
    // A hole found last has to have its time to heal.
    line.byteErrors = 0
    run(1000)
    stream.finish()
    const answers = events.filter(({ kind }) => kind === 'command').map(({ text }) => text)
    expect(answers).toEqual(['set_interval 25: ok'])
    const { ledger } = stream
    expect(ledger.recovered).toBeGreaterThan(5)
    expect(ledger.lost).toBe(0)
    const seqs = samples.map(({ seq }) => seq as number)
    expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] as number) + i))
    expect(samples.length).toBeGreaterThan(200)
    expectWhole(samples)
  })

  it('lose no sample at 1 Mbaud and full rate, where the ring is 0.2 s deep', () => {
    const { board, line, stream, samples, run } = start(0)
    run(1200)
    stream.command({ cmd: 'set_baud', value: 1_000_000 })
    run(500)
    stream.command({ cmd: 'set_interval', value: 0 })
    run(500)
    expect(board.baud).toBe(1_000_000)
    const before = samples.length
    // Every 40th line or so.
    line.byteErrors = 1 / 3000
    run(3000)
    line.byteErrors = 0
    run(500)
    stream.finish()
    const { ledger } = stream
    expect(ledger.recovered).toBeGreaterThan(40)
    expect(ledger.lost).toBe(0)
    expect(samples.length - before).toBeGreaterThan(2600)
    const seqs = samples.map(({ seq }) => seq as number)
    expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] as number) + i))
    expectWhole(samples)
  })

  it('have a whole burst, pieces of which are lost at first', () => {
    let wholeAtOnce = 0
    for (const atMs of [0, 1]) {
      const { board, line, stream, samples, bursts, run } = start(0)
      let stepS = Number.POSITIVE_INFINITY
      board.sensor.feed = (timeS) => ({ voltage: 5, current: timeS < stepS ? 0.1 : 2 })
      run(1500 + atMs)
      stream.command({ cmd: 'set_trigger', value: { level: 1, slope: 'rise', pre: 40 } })
      run(500)
      expect(stream.isArmed).toBe(true)
      const before = samples.length
      // Every seventh line or so.
      line.byteErrors = 1 / 1200
      stepS = (board.timeMs + 100) / 1000
      const linesBefore = stream.ledger.lines
      run(2000)
      line.byteErrors = 0
      if (stream.ledger.lines - linesBefore <= 11) wholeAtOnce += 1
      run(2500)
      const [burst] = bursts
      expect(bursts).toHaveLength(1)
      expect(burst).toMatchObject({ number: 1, pre: 80, shuntOhm: 0.1 })
      expect(holesIn(burst as Burst)).toBe(0)
      // 0.1 A is 1000 counts, 2 A 20,000; one reading may be of both.
      const counts = [...(burst?.counts ?? [])]
      expect(new Set(counts.slice(0, 79))).toEqual(new Set([1000]))
      expect(new Set(counts.slice(82))).toEqual(new Set([20_000]))
      expect(samples[before]).toMatchObject({ status: 'part', gapBefore: true })
      expect(stream.ledger.lost).toBe(0)
    }
    expect(wholeAtOnce).toBeLessThan(2)
  })

  it('stay at a new rate, also where the monitor has nothing else to say', {
    timeout: 120_000,
  }, () => {
    const { board, stream, run } = start(0)
    run(1200)
    stream.command({ cmd: 'set_mode', value: 'poll' })
    run(500)
    stream.command({ cmd: 'set_baud', value: 250_000 })
    run(12_000)
    expect(board.baud).toBe(250_000)
  })

  it('go on after a reset of the board', () => {
    const { board, stream, samples, run } = start(0)
    run(1200)
    stream.command({ cmd: 'set_interval', value: 50 })
    run(1000)
    board.reset('external')
    run(2500)
    stream.finish()
    expect(stream.ledger.reboots).toBe(1)
    expect(stream.ledger.lost).toBe(0)
    expect(samples.at(-1)?.status).toBe('ok')
  })
})
