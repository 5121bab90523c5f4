import { moveCursor } from './cursor.ts'
import type { Page } from './page.ts'
import { spanOf } from './selection.ts'

interface KeyLine {
  /** As `KeyboardEvent.key` has them. */
  readonly keys: readonly string[]
  readonly shown: string
  readonly help: string
  readonly act: (page: Page, event: KeyboardEvent) => void
}

/** The keys of the terminal, as far as a page has what they are for. */
export const KEYS: readonly KeyLine[] = [
  { keys: ['?'], shown: '?', help: 'this help', act: (page) => page.dialog('help') },
  {
    keys: [' ', 'f'],
    shown: 'space f',
    help: 'freeze the chart, or go on',
    act: (page) => page.freeze(),
  },
  { keys: ['+', '=', 'z'], shown: '+ z', help: 'a shorter span', act: (page) => page.zoom(-1) },
  { keys: ['-', 'x'], shown: '- x', help: 'a longer span', act: (page) => page.zoom(1) },
  {
    keys: ['ArrowLeft', ',', 'ArrowRight', '.'],
    shown: '← →',
    help: 'back and forward; the cursor where there is one, with Shift by ten',
    act: (page, { key, shiftKey }) => {
      const direction = key === 'ArrowLeft' || key === ',' ? -1 : 1
      if (page.store.state.cursorUs === null) page.pan(direction / 10)
      else moveCursor(page, direction * (shiftKey ? 10 : 1))
    },
  },
  { keys: ['PageUp'], shown: 'PgUp', help: 'a whole span back', act: (page) => page.pan(-1) },
  { keys: ['PageDown'], shown: 'PgDn', help: 'a whole span forward', act: (page) => page.pan(1) },
  { keys: ['Home'], shown: 'Home', help: 'the oldest sample', act: (page) => page.oldest() },
  { keys: ['End'], shown: 'End', help: 'now', act: (page) => page.live() },
  {
    keys: ['c'],
    shown: 'c',
    help: 'a cursor in the chart, or none',
    act: (page) => {
      if (page.store.state.cursorUs === null) moveCursor(page, 0)
      else page.point(null)
    },
  },
  {
    keys: ['v'],
    shown: 'v',
    help: 'begin a selection at the cursor; move, and again: end it',
    act: (page) => selectAtCursor(page),
  },
  {
    keys: ['o'],
    shown: 'o',
    help: 'one chart, or a strip a quantity',
    act: (page) => page.toggleLayout(),
  },
  {
    keys: ['u'],
    shown: 'u',
    help: 'units by size, base, milli, micro',
    act: (page) => page.nextUnits(),
  },
  {
    keys: ['t'],
    shown: 't',
    help: 'dark, light, or as the system',
    act: (page) => page.nextTheme(),
  },
  {
    keys: ['Tab'],
    shown: '1 to 9',
    help: 'the device of that number',
    act: () => {},
  },
  {
    keys: ['m'],
    shown: 'm',
    help: 'a mark on the record, with a note (token)',
    act: (page) => {
      if (page.mayChange()) page.dialog('marker')
    },
  },
  {
    keys: ['r'],
    shown: 'r',
    help: 'charge and energy start again (token)',
    act: (page) => {
      if (page.mayChange()) page.dialog('totals')
    },
  },
  {
    keys: ['a'],
    shown: 'a',
    help: 'acknowledge all alarms (token)',
    act: (page) => void acknowledgeAll(page),
  },
  {
    keys: ['Escape'],
    shown: 'Esc',
    help: 'no selection, then no cursor',
    act: (page) => {
      if (page.store.state.selection !== null) page.select(null)
      else page.point(null)
    },
  },
]

export function acknowledgeAll(page: Page, name: string | null = null): Promise<boolean> {
  const { device } = page.store.state
  const what = name === null ? 'acknowledge all alarms' : `acknowledge ${name}`
  return page.control({ kind: 'alarm_ack', device, name }, what)
}

/** Begin of a selection that the cursor makes, Unix µs. */
let anchorUs: number | null = null

function selectAtCursor(page: Page): void {
  if (page.store.state.cursorUs === null) moveCursor(page, 0)
  const { cursorUs } = page.store.state
  if (cursorUs === null) return
  if (anchorUs === null) anchorUs = cursorUs
  else {
    page.select(spanOf(anchorUs, cursorUs))
    anchorUs = null
  }
}

/** Where somebody writes, or a part has keys of its own, letters are theirs. */
function isTaken(event: KeyboardEvent): boolean {
  const { target, key } = event
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('input, select, textarea, dialog, [role=slider], [role=tab]')) return true
  return key === ' ' && target.closest('button, a, summary') !== null
}

export function listenToKeys(page: Page): void {
  addEventListener('keydown', (event) => {
    const { hasKeys, snapshot } = page.store.state
    // Help is there in any case: it says how to have the keys back.
    if (isTaken(event) || (!hasKeys && event.key !== '?')) return
    const digit = /^[1-9]$/.test(event.key) ? snapshot?.devices[Number(event.key) - 1] : undefined
    if (digit !== undefined) return page.showDevice(digit.number)
    const line = KEYS.find(({ keys }) => keys.includes(event.key) && event.key !== 'Tab')
    if (line === undefined) return
    event.preventDefault()
    line.act(page, event)
  })
}
