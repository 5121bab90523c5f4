import { describe, expect, it } from 'vitest'
import {
  INITIAL,
  type ReconnectAction,
  type ReconnectEvent,
  type ReconnectState,
  transition,
} from '../../src/sources/serial/reconnect.ts'
import { type ErrorCode, InaError } from '../../src/util/errors.ts'

const failure = (code: ErrorCode): InaError => new InaError(code, `message of ${code}`, 'the hint')

/** Feeds events one after the other and returns the state and the last event's actions. */
function run(
  events: readonly ReconnectEvent[],
  wait = false,
): { state: ReconnectState; actions: readonly ReconnectAction[] } {
  let state = INITIAL
  let actions: readonly ReconnectAction[] = []
  for (const event of events) [state, actions] = transition(state, event, wait)
  return { state, actions }
}

const start: ReconnectEvent = { type: 'start' }
const pauseOver: ReconnectEvent = { type: 'pause_over' }
const opened = (nowMs: number): ReconnectEvent => ({ type: 'opened', nowMs })
const failed = (code: ErrorCode, nowMs: number): ReconnectEvent => ({
  type: 'open_failed',
  nowMs,
  error: failure(code),
})
const lost = (nowMs: number): ReconnectEvent => ({ type: 'lost', nowMs, reason: 'it went away' })
const pauseOf = (actions: readonly ReconnectAction[]): number | undefined =>
  actions.find((action) => action.do === 'pause')?.ms

describe('reconnection rules', () => {
  it('opens at the start and says connected before live', () => {
    expect(run([start]).actions.at(-1)).toEqual({ do: 'open' })
    expect(run([start, opened(0)]).actions).toEqual([
      { do: 'connected' },
      { do: 'tell', state: 'live', reason: '' },
    ])
  })

  it.each(['device_absent', 'device_busy', 'device_unsupported'] as const)(
    'ends at the start on %s',
    (code) => {
      const { state, actions } = run([start, failed(code, 0)])
      expect(actions).toMatchObject([{ do: 'fail', error: { code } }])
      expect(state.phase).toBe('over')
    },
  )

  it.each(['device_absent', 'device_busy'] as const)('waits for %s with --wait', (code) => {
    const { actions } = run([start, failed(code, 0)], true)
    expect(actions).toMatchObject([
      { do: 'tell', state: 'waiting', reason: `message of ${code}: waiting for it` },
      { do: 'pause', ms: 250 },
    ])
  })

  it('does not wait for what waiting never cures', () => {
    expect(run([start, failed('device_unsupported', 0)], true).actions[0]?.do).toBe('fail')
  })

  it('tries a refused port again for 2 s, silently, before it ends', () => {
    let { state, actions } = run([start, failed('device_refused', 1000)])
    expect(actions).toEqual([{ do: 'pause', ms: 200 }])
    for (const nowMs of [1200, 2000, 2999]) {
      ;[state] = transition(state, pauseOver, false)
      ;[state, actions] = transition(state, failed('device_refused', nowMs), false)
      expect(actions).toEqual([{ do: 'pause', ms: 200 }])
    }
    ;[state] = transition(state, pauseOver, false)
    ;[state, actions] = transition(state, failed('device_refused', 3000), false)
    expect(actions).toMatchObject([{ do: 'fail', error: { code: 'device_refused' } }])
  })

  it('says what to do about a refused port that it waits for', () => {
    const events = [start, failed('device_refused', 0), pauseOver, failed('device_refused', 2000)]
    expect(run(events, true).actions[0]).toEqual({
      do: 'tell',
      state: 'waiting',
      reason: 'message of device_refused; the hint',
    })
  })

  it('waits for a port that has been open, whatever happens then', () => {
    for (const code of ['device_absent', 'device_busy', 'internal_fault'] as const) {
      const { actions } = run([start, opened(0), lost(9000), pauseOver, failed(code, 9300)])
      expect(actions.map((action) => action.do)).toEqual(['tell', 'pause'])
    }
  })

  it('keeps the reason of the loss while the port is absent', () => {
    const first = run([start, opened(0), lost(9000)])
    expect(first.actions[0]).toEqual({ do: 'tell', state: 'waiting', reason: 'it went away' })
    const [, later] = transition(
      transition(first.state, pauseOver, false)[0],
      failed('device_absent', 9300),
      false,
    )
    expect(later[0]).toEqual({ do: 'tell', state: 'waiting', reason: 'it went away' })
  })

  it('pauses longer and longer, up to 5 s', () => {
    let { state, actions } = run([start, opened(0), lost(9000)])
    const pauses = [pauseOf(actions)]
    for (let i = 0; i < 10; i++) {
      ;[state] = transition(state, pauseOver, false)
      ;[state, actions] = transition(state, failed('device_absent', 10_000), false)
      pauses.push(pauseOf(actions))
    }
    expect(pauses.slice(0, 3)).toEqual([250, 400, 640])
    expect(pauses.slice(-3)).toEqual([5000, 5000, 5000])
    expect([...pauses].sort((a, b) => Number(a) - Number(b))).toEqual(pauses)
  })

  it('does not spin on a port that opens and goes at once', () => {
    let { state, actions } = run([start, opened(0)])
    const pauses: (number | undefined)[] = []
    for (let nowMs = 0; pauses.length < 9; nowMs += 100) {
      ;[state, actions] = transition(state, lost(nowMs), false)
      pauses.push(pauseOf(actions))
      ;[state] = transition(state, pauseOver, false)
      ;[state] = transition(state, opened(nowMs), false)
    }
    expect(pauses.at(-1)).toBe(5000)
  })

  it('begins with a short pause again after a real connection', () => {
    const { actions } = run([start, opened(0), lost(100), pauseOver, opened(400), lost(2400)])
    expect(pauseOf(actions)).toBe(250)
  })

  it('lets nothing happen after the stop, nor on events that no longer fit', () => {
    const stop: ReconnectEvent = { type: 'stop' }
    for (const late of [start, pauseOver, opened(1), failed('device_absent', 1), lost(1)]) {
      expect(run([start, stop, late])).toMatchObject({ state: { phase: 'over' }, actions: [] })
    }
    expect(run([start, opened(0), pauseOver]).actions).toEqual([])
    expect(run([start, lost(1)]).actions).toEqual([])
  })
})
