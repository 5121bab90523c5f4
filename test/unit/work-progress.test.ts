import { expect, test } from 'vitest'
import type { ProcessIo } from '../../src/app/io.ts'
import { WorkProgress } from '../../src/cli/commands/work-progress.ts'

/** What is written to a terminal, with a clock of the test. */
function terminal(columns: number, isTTY = true) {
  const written: string[] = []
  const clock = { ms: 5000, monoMs: () => clock.ms }
  const stderr = { isTTY, columns, write: (text: string) => written.push(text) }
  return { written, clock, io: { stderr, clock } as unknown as ProcessIo }
}

test('after a second one line is rewritten: part, rows, bytes, speed, time left', () => {
  const { written, clock, io } = terminal(80)
  const progress = new WorkProgress(io, true)
  progress.at(() => 0.1, 1000, 60_000)
  expect(written).toEqual([])
  clock.ms += 2000
  progress.at(() => 0.42, 720_000, 43_123_456)
  clock.ms += 100
  progress.at(() => 0.43, 740_000, 44_000_000)
  clock.ms += 150
  progress.at(() => 0.5, 900_000)
  progress.end()
  progress.end()
  expect(written).toEqual([
    '\r\x1b[K42 %, 720 000 rows, 43.1 MB, 360 000 rows/s, 00:00:03 left',
    '\r\x1b[K50 %, 900 000 rows, 400 000 rows/s, 00:00:03 left',
    '\r\x1b[K',
  ])
})

test('it never breaks the line, and says nothing of the time left before it can tell', () => {
  const { written, clock, io } = terminal(20)
  const progress = new WorkProgress(io, true)
  clock.ms += 1000
  progress.at(() => 0.001, 1000, 60_000)
  expect(written).toEqual(['\r\x1b[K0 %, 1 000 rows, 0.'])
})

test('nothing is written where stderr is no terminal, or the rows go to the same one', () => {
  for (const [isTTY, isShown] of [
    [false, true],
    [true, false],
  ] as const) {
    const { written, clock, io } = terminal(80, isTTY)
    const progress = new WorkProgress(io, isShown)
    clock.ms += 5000
    progress.at(() => 0.5, 1000)
    progress.end()
    expect(written).toEqual([])
  }
})
