import { expect, test } from 'vitest'
import { SinkNews } from '../../src/app/sink-news.ts'
import type { SinkStatus } from '../../src/domain/sink-status.ts'

function status(changes: Partial<SinkStatus>): SinkStatus {
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
      seconds: 1,
      rowsPerSecond: 0,
      batches: 0,
      failures: 0,
      batchMsAvg: null,
      batchMsMax: null,
    },
    lastError: null,
    retryAtMs: null,
    deadLetters: null,
    ...changes,
  }
}

const AWAY = { state: 'waiting', lastError: { text: 'no route', atMs: 0 } } as const

test('an outage is two lines, however often it is tried meanwhile', () => {
  const news = new SinkNews()
  const said = [
    status({}),
    status({ ...AWAY, atMs: 1000 }),
    status({ ...AWAY, atMs: 2000 }),
    // A connection that is refused a moment later.
    status({ state: 'connecting', atMs: 3000 }),
    status({ state: 'current', atMs: 3500 }),
    status({ ...AWAY, atMs: 4000 }),
    status({ state: 'sending', atMs: 3_601_000, samples: 500 }),
    status({ state: 'current', atMs: 3_602_000, samples: 900 }),
  ].flatMap((each) => news.take([each]))
  expect(said).toEqual([
    'mqtt://broker/: no route; what is logged waits for it',
    'mqtt://broker/ is reached again after 01:00:00',
  ])
})

test('each sink has its own', () => {
  const news = new SinkNews()
  const other = { name: 'b', target: 'b' }
  expect(news.take([status(AWAY), status(other)])).toHaveLength(1)
  expect(news.take([status(AWAY), status({ ...other, ...AWAY })])).toEqual([
    'b: no route; what is logged waits for it',
  ])
})

test('refused rows are told with their file, without its folder', () => {
  const news = new SinkNews()
  const deadLetters = '/data/x.db.refused-b.ndjson'
  expect(news.take([status({ refused: 2, deadLetters })])).toEqual([
    'mqtt://broker/ refuses 2 rows, set aside in x.db.refused-b.ndjson',
  ])
  expect(news.take([status({ refused: 2, deadLetters })])).toEqual([])
  expect(news.take([status({ refused: 5, deadLetters })])).toEqual([
    'mqtt://broker/ refuses 3 rows, set aside in x.db.refused-b.ndjson',
  ])
})
