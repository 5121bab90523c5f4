import { expect, it } from 'vitest'
import { LogTrouble } from '../../src/monitor/log-trouble.ts'
import type { LogState } from '../../src/storage/client/log.ts'

const state = (kind: LogState['kind'], queued = 0): LogState => ({
  kind,
  queued,
  reason: '',
  logged: 0,
  bytes: 0,
})

it('is kept from its begin on, with what waited, until somebody takes notice', () => {
  const trouble = new LogTrouble()
  trouble.note(state('recording'), 1e6)
  expect(trouble.latch).toBeNull()
  expect(trouble.acknowledge()).toBe(false)
  trouble.note(state('spilling', 10), 2e6)
  trouble.note(state('spilling', 90), 3e6)
  trouble.note(state('spilling', 20), 4e6)
  const first = { word: 'log_not_written', count: 1, samples: 90, sinceUs: 2e6 }
  expect(trouble.latch).toEqual({ ...first, untilUs: null })
  trouble.note(state('recording'), 5e6)
  trouble.note(state('recording'), 6e6)
  expect(trouble.latch).toEqual({ ...first, untilUs: 5e6 })
  trouble.note(state('failed', 30), 7e6)
  expect(trouble.latch).toEqual({ ...first, count: 2, untilUs: null })
  expect(trouble.acknowledge()).toBe(true)
  // What goes on is said by the header; it is kept again once it begins anew.
  trouble.note(state('failed', 40), 8e6)
  trouble.note(state('recording'), 9e6)
  expect(trouble.latch).toBeNull()
  trouble.note(state('spilling', 1), 10e6)
  expect(trouble.latch).toMatchObject({ count: 1, samples: 1, sinceUs: 10e6 })
})
