/** Two boards that say the same of themselves, and a log that tells them apart. */
import { expect, it } from 'vitest'
import type { Source } from '../../src/sources/source.ts'
import { LineSource } from '../support/line-source.ts'
import { MemoryLog } from '../support/memory-log.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

const WALL_MS = 1_790_000_000_000

class Board extends LineSource {
  override readonly label: string
  #seq = 0

  constructor(label: string) {
    super({ live: true, duplex: true })
    this.label = label
  }

  hello(): void {
    this.line(`{"hello":"ina219","name":"bench","boot":3,"seq":${this.#seq},"depth":64}`)
  }

  sample(volts: number): void {
    this.line(`{"v":${volts},"a":0,"seq":${this.#seq++}}`)
  }

  /** The same board, to another run of the host. */
  again(): Board {
    const board = new Board(this.label)
    board.#seq = this.#seq
    return board
  }
}

/** A run in which the boards say hello in the order given, then send ten samples each. */
async function run(log: MemoryLog, wallMs: number, a: Board, b: Board, order: readonly Board[]) {
  const clock = new ManualClock(wallMs)
  const sources: Source[] = [a, b]
  const { hub } = startHub({ clock, log, sources })
  for (const board of order) board.hello()
  for (let i = 0; i < 10; i++) {
    a.sample(1)
    b.sample(2)
    clock.advance(100)
    hub.tick()
  }
  hub.finish()
  await log.close()
  return hub.devices.map(({ stream }) => stream.device)
}

it('keeps their labels and their runs apart, whoever says hello first', async () => {
  const first = new MemoryLog()
  const [a, b] = [new Board('/dev/ttyUSB0'), new Board('/dev/ttyUSB1')]
  const labels = await run(first, WALL_MS, a, b, [b, a])
  expect(labels).toEqual(['bench@/dev/ttyUSB0', 'bench'])

  const second = new MemoryLog({ db: first.db })
  const [a2, b2] = [a.again(), b.again()]
  expect(await run(second, WALL_MS + 10_000, a2, b2, [a2, b2])).toEqual(labels)

  const rows = second.query(
    `SELECT device, voltage, count(*) AS samples, count(DISTINCT sequence) AS numbers,
       count(DISTINCT epoch) AS runs FROM power_log GROUP BY device, voltage ORDER BY device`,
  )
  expect(rows).toEqual([
    { device: 'bench', voltage: 2, samples: 20, numbers: 20, runs: 1 },
    { device: 'bench@/dev/ttyUSB0', voltage: 1, samples: 20, numbers: 20, runs: 1 },
  ])
})
