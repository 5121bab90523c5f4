import type { Clock } from '../../src/util/clock.ts'
import type { SampleFeed } from '../sample-feed.ts'
import { Board } from './board.ts'
import { BoardDevice } from './board-device.ts'
import type { BoardHost } from './board-host.ts'
import { usedEeprom } from './eeprom.ts'
import { loadFirmware } from './firmware-image.ts'
import { LineCounter, type LineCounts } from './line-counter.ts'
import { sensorFeedOf } from './sensor-feed.ts'

export interface ServeBoardOptions {
  readonly feed: SampleFeed
  /** Time between samples in whole ms, 0: every conversion; null: what the firmware has. */
  readonly intervalMs: number | null
  /** Samples to send, then stop; null: no end. */
  readonly count: number | null
  /** Time to run in ms, then stop; null: no end. */
  readonly durationMs: number | null
}

export interface ServeBoardIo {
  readonly host: BoardHost
  readonly clock: Clock
  /** Ends the run cleanly. */
  readonly signal: AbortSignal
  /** Gets the board before it runs: for tests that look at its pins. */
  readonly onBoard?: (board: Board) => unknown
}

export interface BoardSummary extends LineCounts {
  /** Times the microcontroller started again: a host opened the port, the watchdog. */
  resets: number
  /** ms of real time that the emulation could not keep up with. */
  behindMs: number
}

/** How often the board catches up with real time, in ms. */
const TICK_MS = 4
/** More than this it does not catch up in one go; the rest is given up, so that a machine that slept causes no burst. */
const CATCH_UP_MS = 100
/** Number of the interval command: far from where hosts begin to count. */
const INTERVAL_COMMAND = 4_294_967_295

/**
 * Runs the committed firmware on an emulated board in real time until `count`,
 * `durationMs` or the signal ends it. While nobody has the port open the board
 * stands still: opening it is a reset, so nothing is missed.
 *
 * @throws InaError device_unsupported without a firmware image
 */
export async function serveBoard(
  options: ServeBoardOptions,
  { host, clock, signal, onBoard }: ServeBoardIo,
): Promise<BoardSummary> {
  const board = new Board({
    firmware: loadFirmware(),
    eeprom: usedEeprom(bootsBefore(clock)),
    sensor: { feed: sensorFeedOf(options.feed) },
  })
  onBoard?.(board)
  const counter = new LineCounter(options.count ?? Number.POSITIVE_INFINITY)
  const summary = { resets: 0, behindMs: 0 }
  let isHeld = false
  let isConfigured = options.intervalMs === null
  const device = new BoardDevice(board, (bytes) => {
    const hellosBefore = counter.counts.hellos
    const passed = counter.pass(bytes)
    if (passed.length > 0 && !host.write(passed)) isHeld = true
    // After each start, for what is not saved in its EEPROM it forgets.
    if (isConfigured || options.intervalMs === null || counter.counts.hellos === hellosBefore)
      return
    isConfigured = true
    board.write(intervalCommand(options.intervalMs))
  })
  board.onReset = () => {
    summary.resets += 1
    counter.forget()
    isConfigured = false
  }
  host.onOpened(() => board.reset('external'))
  host.onDrain(() => {
    isHeld = false
  })
  host.onData((chunk) => device.receive(chunk))

  const endMs = clock.monoMs() + (options.durationMs ?? Number.POSITIVE_INFINITY)
  let lastMs = clock.monoMs()
  while (!signal.aborted && !counter.finished && lastMs < endMs) {
    const nowMs = Math.min(clock.monoMs(), endMs)
    const dueMs = nowMs - lastMs
    lastMs = nowMs
    if (host.open && !isHeld) {
      summary.behindMs += Math.max(0, dueMs - CATCH_UP_MS)
      device.advance(Math.min(dueMs, CATCH_UP_MS))
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  return { ...counter.counts, ...summary }
}

/**
 * Nothing keeps the EEPROM from run to run, so the time says how often the
 * board has started: a log would take the samples of two runs with the same
 * boot number for repeats. +1 each 10 ms.
 */
function bootsBefore(clock: Clock): number {
  return Math.floor(clock.wallMs() / 10) % 2 ** 31
}

function intervalCommand(intervalMs: number): string {
  return `{"cmd":"set_interval","value":${intervalMs},"seq":${INTERVAL_COMMAND}}\n`
}
