import { describe, expect, it } from 'vitest'
import { Board } from '../../mock/board/board.ts'
import { loadFirmware } from '../../mock/board/firmware-image.ts'
import { Noise } from '../../mock/random.ts'
import type { Sample } from '../../src/domain/sample.ts'
import { Session } from '../../src/stream/session.ts'
import { BoardWire } from '../support/board.ts'
import { ManualClock } from '../support/simulated-wire.ts'

const START_MS = 1_790_000_000_000

/** A session of the monitor on an emulated board, over a line that loses and flips bytes. */
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
  const samples: Sample[] = []
  const session = new Session(
    { source: wire, log: null, clock, keepTime: false, device: null, range: {}, maxSamples: null },
    {
      sample: (sample) => samples.push(sample),
      event: () => {},
      sourceState: () => {},
      ended: () => {},
      failed: (error) => {
        throw error
      },
    },
  )
  session.start()
  return {
    board,
    line,
    session,
    samples,
    wire,
    run: (ms: number) => wire.run(ms, () => session.tick()),
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
    const { line, session, samples, run } = start(1 / 1500)
    run(1500)
    let answered = ''
    session.command({ cmd: 'set_interval', value: 25 }, ({ kind }) => {
      answered = kind
    })
    run(8000)
    // A hole found last has to have its time to heal.
    line.byteErrors = 0
    run(1000)
    session.finish()
    expect(answered).toBe('ok')
    const { ledger } = session
    expect(ledger.recovered).toBeGreaterThan(5)
    expect(ledger.lost).toBe(0)
    const seqs = samples.map(({ seq }) => seq as number)
    expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] as number) + i))
    expect(samples.length).toBeGreaterThan(200)
    expectWhole(samples)
  })

  it('go on after a reset of the board', () => {
    const { board, session, samples, run } = start(0)
    run(1200)
    session.command({ cmd: 'set_interval', value: 50 }, () => {})
    run(1000)
    board.reset('external')
    run(2500)
    session.finish()
    expect(session.ledger.reboots).toBe(1)
    expect(session.ledger.lost).toBe(0)
    expect(samples.at(-1)?.status).toBe('ok')
  })
})
