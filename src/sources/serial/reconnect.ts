import type { ErrorCode, InaError } from '../../util/errors.ts'
import type { SourceState } from '../source.ts'

/** A port that another program or udev will let go of soon: so long is a refusal retried, in ms. */
const REFUSAL_GRACE_MS = 2000
const REFUSAL_RETRY_MS = 200
/** Pauses between attempts while a port is waited for, in ms: the first, their growth, the longest. */
const FIRST_PAUSE_MS = 250
const PAUSE_GROWTH = 1.6
const LONGEST_PAUSE_MS = 5000
/** A connection that lasted so long was a real one: the pauses start small again, in ms. */
const STABLE_MS = 2000

export interface ReconnectState {
  readonly phase: 'idle' | 'opening' | 'pausing' | 'open' | 'over'
  /** The port has been open: from then on it is waited for. */
  readonly everOpen: boolean
  /** Attempts since the last real connection. */
  readonly failures: number
  /** When the port was first refused in this row of attempts; null where it was not. */
  readonly refusedSinceMs: number | null
  readonly openedMs: number
  /** Why the last connection ended; null before. */
  readonly lostReason: string | null
}

/** Times are monotonic, in ms. */
export type ReconnectEvent =
  | { readonly type: 'start' }
  | { readonly type: 'opened'; readonly nowMs: number }
  | { readonly type: 'open_failed'; readonly nowMs: number; readonly error: InaError }
  | { readonly type: 'lost'; readonly nowMs: number; readonly reason: string }
  | { readonly type: 'pause_over' }
  | { readonly type: 'stop' }

export type ReconnectAction =
  | { readonly do: 'open' }
  | { readonly do: 'pause'; readonly ms: number }
  | { readonly do: 'tell'; readonly state: SourceState; readonly reason: string }
  | { readonly do: 'connected' }
  | { readonly do: 'fail'; readonly error: InaError }

export const INITIAL: ReconnectState = {
  phase: 'idle',
  everOpen: false,
  failures: 0,
  refusedSinceMs: null,
  openedMs: 0,
  lostReason: null,
}

/**
 * Decides what happens next with a port; pure, so that every rule is a test.
 *
 * At the start a port that is absent, refused or in use ends the run, unless it
 * is waited for. Once it has been open it is always waited for, with growing
 * pauses, never in a spin. An event that no longer fits (an attempt that ends
 * after the stop) changes nothing.
 *
 * @param wait `--wait`
 */
export function transition(
  state: ReconnectState,
  event: ReconnectEvent,
  wait: boolean,
): readonly [ReconnectState, readonly ReconnectAction[]] {
  switch (event.type) {
    case 'start':
      if (state.phase !== 'idle') return [state, []]
      return [
        { ...state, phase: 'opening' },
        [{ do: 'tell', state: 'opening', reason: '' }, { do: 'open' }],
      ]
    case 'opened':
      if (state.phase !== 'opening') return [state, []]
      return [
        { ...state, phase: 'open', everOpen: true, refusedSinceMs: null, openedMs: event.nowMs },
        [{ do: 'connected' }, { do: 'tell', state: 'live', reason: '' }],
      ]
    case 'open_failed':
      return state.phase === 'opening' ? afterFailure(state, event, wait) : [state, []]
    case 'lost': {
      if (state.phase !== 'open') return [state, []]
      const stable = event.nowMs - state.openedMs >= STABLE_MS
      const failures = stable ? 0 : state.failures
      return waitFor({ ...state, failures, lostReason: event.reason }, event.reason)
    }
    case 'pause_over':
      if (state.phase !== 'pausing') return [state, []]
      return [{ ...state, phase: 'opening' }, [{ do: 'open' }]]
    case 'stop':
      return [{ ...state, phase: 'over' }, []]
  }
}

function afterFailure(
  state: ReconnectState,
  { error, nowMs }: Extract<ReconnectEvent, { type: 'open_failed' }>,
  wait: boolean,
): readonly [ReconnectState, readonly ReconnectAction[]] {
  const refusedSinceMs = error.code === 'device_refused' ? (state.refusedSinceMs ?? nowMs) : null
  // udev sets the permissions a moment after the port appears.
  if (refusedSinceMs !== null && nowMs - refusedSinceMs < REFUSAL_GRACE_MS) {
    return [{ ...state, phase: 'pausing', refusedSinceMs }, [{ do: 'pause', ms: REFUSAL_RETRY_MS }]]
  }
  if (state.everOpen || (wait && canPass(error.code))) {
    return waitFor({ ...state, refusedSinceMs }, reasonOf(error, state.lostReason))
  }
  return [{ ...state, phase: 'over' }, [{ do: 'fail', error }]]
}

/** What waiting may cure; a rate the port doesn't have, or a file that is no port, stays wrong. */
function canPass(code: ErrorCode): boolean {
  return code === 'device_absent' || code === 'device_refused' || code === 'device_busy'
}

/** The same words at each attempt, so that the list of events tells of changes alone. */
function reasonOf(error: InaError, lostReason: string | null): string {
  if (error.code === 'device_absent' && lostReason !== null) return lostReason
  if (error.code === 'device_refused') return `${error.message}; ${error.hint}`
  return `${error.message}: waiting for it`
}

function waitFor(
  state: ReconnectState,
  reason: string,
): readonly [ReconnectState, readonly ReconnectAction[]] {
  const grown = Math.round(FIRST_PAUSE_MS * PAUSE_GROWTH ** state.failures)
  const ms = Math.min(LONGEST_PAUSE_MS, grown)
  return [
    { ...state, phase: 'pausing', failures: state.failures + 1 },
    [
      { do: 'tell', state: 'waiting', reason },
      { do: 'pause', ms },
    ],
  ]
}
