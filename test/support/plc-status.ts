import type { PlcView, PollGroupStatus } from '../../src/monitor/view.ts'

/** A group that is well. */
export function groupStatus(changes: Partial<PollGroupStatus> = {}): PollGroupStatus {
  return {
    name: 'power',
    mode: 'fixed',
    intervalMs: 1000,
    tags: 5,
    isRunning: true,
    isBusy: false,
    isFailing: false,
    turns: 10,
    failedTurns: 0,
    skippedTurns: 0,
    failingTags: 0,
    failedReadings: 0,
    lastTurnMs: 5,
    lastReadMs: 1.79e12,
    lateMs: 0,
    mostLateMs: 0.5,
    lastError: null,
    waiting: 0,
    traffic: { seconds: 10, unitsPerSecond: 5, done: 10, failures: 0, msAvg: 5, msMax: 9 },
    ...changes,
  }
}

/** A PLC that is there, the first device of its monitor. */
export function plcView(groups: readonly PollGroupStatus[]): PlcView {
  return {
    number: 0,
    device: 'press1',
    source: 'live',
    reason: '',
    code: null,
    line: null,
    process: null,
    plc: {
      place: '10.0.0.1:5007',
      open: 2,
      busy: 0,
      most: 5,
      waiting: 0,
      requests: 10,
      answers: 10,
      failures: { unreachable: 0, silent: 0, refused: 0, garbled: 0, closed: 0 },
      connects: 2,
      checks: 0,
      traffic: { seconds: 10, unitsPerSecond: 5, done: 10, failures: 0, msAvg: 5, msMax: 9 },
      lastFailure: null,
      retryAtMs: null,
    },
    groups,
  }
}
