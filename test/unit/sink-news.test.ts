import { expect, test } from 'vitest'
import { SinkNews } from '../../src/app/sink-news.ts'
import { statusOf as status } from '../support/sink-status.ts'

const AWAY = { state: 'waiting', lastError: { text: 'no route', atMs: 1000 } } as const

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

test('one that does not answer is away from the call on that has no answer', () => {
  const news = new SinkNews()
  const silent = {
    state: 'waiting',
    lastError: { text: 'no answer for 10 s', atMs: 90_000 },
  } as const
  const said = [
    status({ atMs: 90_500 }),
    status({ ...silent, atMs: 100_000 }),
    status({ ...AWAY, lastError: { text: 'no answer within 30 s', atMs: 120_000 }, atMs: 121_000 }),
    status({ state: 'sending', atMs: 127_000, samples: 500 }),
  ].flatMap((each) => news.take([each]))
  expect(said.at(-1)).toBe('mqtt://broker/ is reached again after 00:00:37')
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

test('rows that are refused second by second are two lines', () => {
  const news = new SinkNews()
  const said = [0, 500, 900, 1400, 1400, 1400, 1401].flatMap((refused) =>
    news.take([status({ refused })]),
  )
  expect(said).toEqual([
    'mqtt://broker/ refuses 500 rows',
    'mqtt://broker/ refuses 900 rows',
    'mqtt://broker/ refuses 1 rows',
  ])
})
