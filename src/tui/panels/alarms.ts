import type { AlarmView, DeviceBrief, Snapshot } from '../../monitor/view.ts'
import { numberText } from '../../util/number-text.ts'
import { cellText, cutEnd } from '../view/cell-text.ts'
import { agoText } from '../view/format.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { fitLine, type Line, lineWidth, type Piece, piece, type Style } from '../view/styled.ts'

type State = AlarmView['state']

/** The most pressing first. A word stands for each, so that none hangs on its colour. */
const STATES: readonly State[] = ['on', 'latched', 'acknowledged', 'pending', 'off']
const WORD: Readonly<Record<State, string>> = {
  on: 'ALARM !',
  latched: 'LATCHED',
  acknowledged: 'ack',
  pending: 'wait',
  off: 'ok',
}
const STYLE: Readonly<Record<State, Style>> = {
  on: 'bad',
  latched: 'warn',
  acknowledged: 'warn',
  pending: 'plain',
  off: 'dim',
}
const WORD_CELLS = 7
/** Of a name, at least; on wide screens a third of the width. */
const NAME_CELLS = 24
const NUMBER_CELLS = 8
const DECIMALS: Readonly<Record<string, number>> = { A: 4, '': 0, s: 1, '%': 1 }

interface RowContext {
  readonly width: number
  readonly look: Look
  /** The input has ended: the state is that of its end. */
  readonly isOver: boolean
}

/** A line for each alarm, the most pressing first; where there is not room for all, the last one counts the rest. */
export function alarmLines(
  { alarms, source }: Snapshot,
  { width, height, look }: PanelArea,
): Line[] {
  const isOver = source.state === 'ended'
  const sorted = [...alarms].sort((one, other) => placeOf(one) - placeOf(other))
  if (height === 1) return [fitLine(oneLine(sorted, { width, look, isOver }), width)]
  const shown = sorted.slice(0, sorted.length > height ? height - 1 : height)
  const names = shown.map((each) => nameOf(each, width, look).length)
  const cells = Math.max(0, ...names)
  const lines: Line[] = shown.map((each) => row(each, cells, { width, look, isOver }))
  const left = sorted.slice(shown.length)
  if (left.length > 0) lines.push(rest(left))
  while (lines.length < height) lines.push([])
  return lines.map((line) => fitLine(line, width))
}

/** How many alarms of a device nobody has taken notice of; nothing where there are none. */
export function alarmPieces({ alarms }: DeviceBrief): readonly Piece[] {
  return alarms.active > 0 ? [piece(`ALARM ${alarms.active} !`, 'bad')] : []
}

function placeOf({ state }: AlarmView): number {
  return STATES.indexOf(state)
}

function nameOf({ name }: AlarmView, width: number, look: Look): string {
  const cells = Math.max(NAME_CELLS, Math.floor(width / 3))
  return cutEnd(cellText(name, look), cells, look)
}

/** ` ALARM ! overload  1.3500 A  peak 1.7100 A  12 s  a > 1.2A for 5s latch` */
function row(alarm: AlarmView, nameCells: number, context: RowContext): Line {
  const { width, look } = context
  const { state, name, rule } = alarm
  const line = [
    piece(` ${WORD[state].padEnd(WORD_CELLS)}`, STYLE[state]),
    piece(` ${nameOf(alarm, width, look).padEnd(nameCells)}`, state === 'off' ? 'dim' : 'bold'),
    ...facts(alarm, context),
  ]
  const room = width - lineWidth(line) - 2
  if (name === rule || room < 8) return line
  return [...line, piece(`  ${cutEnd(cellText(rule, look), room, look)}`, 'dim')]
}

function facts(
  { state, value, peak, unit, raises, durationUs, spanUs, snoozedMs }: AlarmView,
  { look, isOver }: RowContext,
): Piece[] {
  const amount = (each: number | null): string => {
    if (each === null) return '--'
    return `${numberText(each, DECIMALS[unit] ?? 3, NUMBER_CELLS)} ${cellText(unit, look)}`.trimEnd()
  }
  const pieces: Piece[] = []
  // What a silence was at its begin says nothing of now.
  if (unit !== 's') pieces.push(piece(`  ${amount(value)}`, state === 'off' ? 'dim' : 'plain'))
  if (durationUs !== null) {
    if (unit !== 's') pieces.push(piece(`  peak ${amount(peak)}`))
    pieces.push(piece(`  ${agoText(durationUs / 1000)}`))
    // Peak and number are of all that nobody has taken notice of, not of the newest raise alone.
    if (raises > 1 && spanUs !== null) {
      pieces.push(piece(`  ${raises} raises in ${agoText(spanUs / 1000)}`))
    }
  }
  if (isOver && state !== 'off') pieces.push(piece('  at the end', 'dim'))
  if (snoozedMs !== null) {
    // Whole minutes, as it was asked for, and rounded up: rounded down it would say 9 right after `n`.
    pieces.push(piece(`  snoozed ${Math.ceil(snoozedMs / 60_000)} min`, 'dim'))
  }
  return pieces
}

/** What is pressing, one after the other, and how many more rules there are. */
function oneLine(sorted: readonly AlarmView[], context: RowContext): Line {
  const { width, look } = context
  const pressing = sorted.filter(({ state }) => state !== 'off')
  if (pressing.length === 0) return rest(sorted)
  const line: Piece[] = []
  for (const [i, alarm] of pressing.entries()) {
    const { state } = alarm
    const item = [
      piece(` ${WORD[state]}`, STYLE[state]),
      piece(` ${nameOf(alarm, width, look)}`, 'bold'),
      ...facts(alarm, context),
      piece(' '),
    ]
    const left = pressing.length - i - 1
    const more = left > 0 ? ` +${left} `.length : 0
    if (i > 0 && lineWidth(line) + lineWidth(item) + more > width) {
      line.push(piece(` +${left + 1}`, 'bold'))
      return line
    }
    line.push(...item)
  }
  return line
}

/** ` 3 rules, none raised` */
function rest(alarms: readonly AlarmView[]): Line {
  const pressing = alarms.filter(({ state }) => state !== 'off').length
  const rules = `${alarms.length} alarm rule${alarms.length === 1 ? '' : 's'}`
  if (pressing === 0) return [piece(` ${rules}: none raised`, 'dim')]
  return [
    piece(` +${rules}, ${pressing} of them ${pressing === 1 ? 'is' : 'are'} pressing`, 'warn'),
  ]
}
