import type { Action } from './key-bindings.ts'
import { isPanel, type Region } from './layout.ts'
import type { Target } from './styled.ts'

/** What the mouse did, with the cell it did it in; the top left one is 0, 0. */
export interface MouseReport {
  readonly kind: 'press' | 'drag' | 'release' | 'wheel_up' | 'wheel_down'
  /** Of a press or a drag; of a release, where the terminal says which it was. */
  readonly button: 'left' | 'middle' | 'right' | 'unknown'
  readonly x: number
  readonly y: number
}

/** What lies where on the screen. */
export interface PointerMap {
  /** What a text stands for; null: for nothing. */
  targetAt(x: number, y: number): Target | null
  regionAt(x: number, y: number): Region | null
  /** The moment that a cell of a plot over time is about, Unix µs; null: it is none of them. */
  timeAt(x: number, y: number): number | null
}

/** A button that is held in such a plot. */
export interface Held {
  readonly x: number
  readonly y: number
  /** Unix µs */
  readonly timeUs: number
  /** It has left the cell in which it was pressed. */
  readonly hasMoved: boolean
}

interface After {
  /** null: none is held there */
  readonly held: Held | null
  readonly actions: readonly Action[]
}

/** What a gesture asks for. Pure. @param held what the gesture before it left */
export function pointed(held: Held | null, report: MouseReport, map: PointerMap): After {
  const { kind, button, x, y } = report
  if (kind === 'wheel_up' || kind === 'wheel_down') {
    return { held, actions: [wheel(kind === 'wheel_up' ? -1 : 1, map.timeAt(x, y))] }
  }
  if (button !== 'left' && kind !== 'release') return { held, actions: [] }
  if (kind === 'press') return pressed(x, y, map)
  if (held === null) return { held, actions: [] }
  // Beyond the plot's edge the selection stays as it was.
  const timeUs = x === held.x && !held.hasMoved ? null : map.timeAt(x, held.y)
  if (kind === 'drag') {
    if (timeUs === null) return { held, actions: [] }
    const action = { kind: 'select_span', fromUs: held.timeUs, toUs: timeUs } as const
    return { held: { ...held, hasMoved: true }, actions: [action] }
  }
  if (held.hasMoved) return { held: null, actions: [] }
  return { held: null, actions: [{ kind: 'cursor_at', timeUs: held.timeUs }] }
}

function pressed(x: number, y: number, map: PointerMap): After {
  const target = map.targetAt(x, y)
  if (target !== null) return { held: null, actions: [actionFor(target)] }
  const region = map.regionAt(x, y)
  const focus: readonly Action[] = isPanel(region) ? [{ kind: 'focus', panel: region }] : []
  const timeUs = map.timeAt(x, y)
  const held = timeUs === null ? null : { x, y, timeUs, hasMoved: false }
  return { held, actions: focus }
}

function actionFor(target: Target): Action {
  switch (target.kind) {
    case 'key':
      return target.action
    case 'device':
      return { kind: 'show_device', device: target.device }
    case 'channel':
      return { kind: 'toggle_channel', channel: target.channel }
  }
}

function wheel(by: -1 | 1, timeUs: number | null): Action {
  if (timeUs === null) return by < 0 ? 'zoom_in' : 'zoom_out'
  return { kind: 'zoom_at', by, timeUs }
}
