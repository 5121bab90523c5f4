import type { SinkStatus } from '../../src/domain/sink-status.ts'

/** A sink that keeps up. */
export function statusOf(changes: Partial<SinkStatus> = {}): SinkStatus {
  return {
    name: 'mqtt://broker/',
    kind: 'mqtt',
    target: 'mqtt://broker/',
    state: 'current',
    atMs: 0,
    samples: 10,
    records: 0,
    refused: 0,
    missed: 0,
    queued: 0,
    isExact: true,
    unsentUs: null,
    traffic: {
      seconds: 300,
      rowsPerSecond: 10,
      batches: 600,
      failures: 0,
      batchMsAvg: 12.4,
      batchMsMax: 80,
    },
    lastError: null,
    retryAtMs: null,
    deadLetters: null,
    ...changes,
  }
}
