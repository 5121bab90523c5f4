import { expect, it } from 'vitest'
import { Board } from '../../mock/board/board.ts'
import { loadFirmware } from '../../mock/board/firmware-image.ts'
import type { Answer } from '../../src/stream/carry-out.ts'
import { DeviceTalk } from '../../src/stream/device-talk.ts'
import { BoardWire, QUIET } from '../support/board.ts'
import { ManualClock } from '../support/simulated-wire.ts'

/** A line on which a byte is only understood at the rate of both ends. */
class RatedWire extends BoardWire {
  readonly rates: (number | null)[] = []

  setBaud(baud: number | null): void {
    this.rates.push(baud)
    this.lines.end()
    this.board.hostBaud = baud ?? 115_200
  }
}

/** @param lost from when to when nothing arrives, ms, and where */
function talkTo(lost: { fromMs: number; toMs: number; atHost: boolean } | null = null) {
  const clock = new ManualClock(1_790_000_000_000)
  const board = new Board({
    firmware: loadFirmware(),
    sensor: { feed: () => QUIET },
    hostBaud: 115_200,
  })
  const wire = new RatedWire(board, clock, (bytes, toHost) => {
    const nowMs = clock.monoMs()
    const isLost = lost !== null && nowMs >= lost.fromMs && nowMs < lost.toMs
    return isLost && toHost === lost.atHost ? new Uint8Array() : bytes
  })
  const talk = new DeviceTalk(wire, clock)
  void talk.open()
  const ask = async (cmd: string, value?: unknown): Promise<Answer> => {
    let answer: Answer | null = null
    void talk.ask(value === undefined ? { cmd } : { cmd, value }).then((each) => {
      answer = each
    })
    for (let i = 0; i < 400 && answer === null; i++) {
      wire.run(50, () => talk.tick())
      await Promise.resolve()
      await Promise.resolve()
    }
    if (answer === null) throw new Error(`${cmd} has no end`)
    return answer
  }
  return { wire, board, talk, ask }
}

it('the firmware and this side change the rate together, and back', async () => {
  const { wire, board, ask } = talkTo()
  expect((await ask('hello')).result.kind).toBe('ok')
  for (const baud of [500_000, 9600, 1_000_000]) {
    expect((await ask('set_baud', baud)).result.kind).toBe('ok')
    const { result, hello } = await ask('hello')
    expect(result.kind).toBe('ok')
    expect(hello?.members['baud']).toBe(baud)
    expect(board.baud).toBeCloseTo(baud, -3)
  }
  expect(wire.rates).toEqual([500_000, 9600, 1_000_000])
})

it('a rate that the board can not make is refused, and nothing changes', async () => {
  const { wire, ask } = talkTo()
  expect((await ask('set_baud', 230_400)).result).toEqual({ kind: 'refused', error: 'range' })
  expect((await ask('hello')).result.kind).toBe('ok')
  expect(wire.rates).toEqual([])
})

it.each([
  { what: 'the answer', atHost: true, rates: [500_000] },
  // Its first repeat reaches the board at a rate that it has not, and is a broken line to it.
  { what: 'the command', atHost: false, rates: [500_000, null, 500_000] },
])(
  'where $what is lost, both ends come to the new rate all the same',
  async ({ atHost, rates }) => {
    const { wire, board, talk, ask } = talkTo({ fromMs: 3000, toMs: 3300, atHost })
    await ask('hello')
    wire.run(3050 - wire.clock.monoMs(), () => talk.tick())
    expect((await ask('set_baud', 500_000)).result.kind).toBe('ok')
    expect(wire.rates).toEqual(rates)
    expect(board.baud).toBe(500_000)
    expect((await ask('hello')).hello?.members['baud']).toBe(500_000)
  },
)
