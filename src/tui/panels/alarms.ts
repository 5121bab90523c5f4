import {
  ALARM_STATES,
  ALARM_STYLE,
  ALARM_WORD,
  alarmForm,
  FAULT_WORD,
  faultName,
} from '../../figures/alarm-state.ts'
import { agoText, momentText } from '../../figures/format.ts'
import type {
  AlarmView,
  DeviceBrief,
  DeviceNumber,
  FaultLatch,
  Snapshot,
} from '../../monitor/view.ts'
import { countText } from '../../util/number-text.ts'
import { cellText, cutEnd } from '../view/cell-text.ts'
import { FigureMemory, figureText, withUnit } from '../view/figure-memory.ts'
import type { Look, PanelArea } from '../view/look.ts'
import {
  fitLine,
  fitWhole,
  type Line,
  lineWidth,
  type Piece,
  piece,
  type Style,
} from '../view/styled.ts'

const WORD_CELLS = 7
/** Of a name, at least; on wide screens a third of the width. */
const NAME_CELLS = 24
const NUMBER_CELLS = 8

interface RowContext {
  readonly width: number
  readonly look: Look
  /** The input has ended: the state is that of its end. */
  readonly isOver: boolean
  readonly figures: FigureMemory
  readonly device: DeviceNumber
}

/** An alarm, or a fault of the sensor. */
interface Item {
  /** The most pressing first: its place. */
  readonly place: number
  readonly nameCells: number
  readonly row: (nameCells: number) => Line
  readonly short: Line
}

/**
 * A line for each alarm and each latched fault of the sensor, the most pressing first; where there is not
 * room for all, the last one counts the rest.
 */
export function alarmLines(
  { alarms, latches, source, nowUs, number: device }: Snapshot,
  { width, height, look }: PanelArea,
  figures: FigureMemory = new FigureMemory(),
): Line[] {
  const context = { width, look, isOver: source.state === 'ended', figures, device }
  const faults = latches.map((latch) => faultItem(latch, nowUs))
  const items = [...faults, ...alarms.map((each) => alarmItem(each, context))].sort(
    (one, other) => one.place - other.place,
  )
  if (height === 1) return [fitLine(oneLine(items, width), width)]
  const shown = items.slice(0, items.length > height ? height - 1 : height)
  const nameCells = Math.max(0, ...shown.map((each) => each.nameCells))
  const lines: Line[] = shown.map((each) => each.row(nameCells))
  const left = items.slice(shown.length)
  if (left.length > 0) lines.push(rest(left))
  while (lines.length < height) lines.push([])
  return lines.map((line) => fitWhole(line, width))
}

function alarmItem(alarm: AlarmView, context: RowContext): Item {
  const { state } = alarm
  const name = nameOf(alarm, context.width, context.look)
  return {
    place: ALARM_STATES.indexOf(state),
    nameCells: name.length,
    row: (nameCells) => row(alarm, nameCells, context),
    short: [
      piece(` ${ALARM_WORD[state]}`, ALARM_STYLE[state]),
      piece(` ${name}`, 'bold'),
      ...facts(alarm, context),
      piece(' '),
    ],
  }
}

/** ` LATCHED NOSENSOR 3x  14:02:11  42 samples`; `FAULT !` while it goes on. */
function faultItem(latch: FaultLatch, nowUs: number): Item {
  const { count, samples, sinceUs, untilUs } = latch
  const isOn = untilUs === null
  const state = isOn
    ? piece(` ${FAULT_WORD}`, 'bad')
    : piece(` ${ALARM_WORD.latched}`, ALARM_STYLE.latched)
  const name = `${faultName(latch)} ${count}x`
  const counted = `${countText(samples)} sample${samples === 1 ? '' : 's'}`
  const told = [piece(`  ${momentText(sinceUs, nowUs)}`), piece(`  ${counted}`)]
  return {
    // Beside alarms in the same state, before them.
    place: ALARM_STATES.indexOf(isOn ? 'on' : 'latched') - 0.5,
    nameCells: name.length,
    row: (nameCells) => [state, piece(` ${name.padEnd(nameCells)}`, 'bold'), ...told],
    short: [state, piece(` ${name}`, 'bold'), piece(` ${momentText(sinceUs, nowUs)} `)],
  }
}

/** The state of what is most pressing; null: nobody has to take notice of anything. */
export function pressingWord({
  alarms,
  latches,
}: Snapshot): { readonly text: string; readonly style: Style } | null {
  const isOn = alarms.some(({ state }) => state === 'on')
  const fault = latches.find(({ untilUs }) => untilUs === null)
  if (fault !== undefined) return { text: FAULT_WORD, style: ALARM_STYLE.on }
  if (isOn) return { text: ALARM_WORD.on, style: ALARM_STYLE.on }
  const isLatched = latches.length > 0 || alarms.some(({ state }) => state === 'latched')
  return isLatched ? { text: ALARM_WORD.latched, style: ALARM_STYLE.latched } : null
}

/** How many alarms of a device, and which fault of its sensor, nobody has taken notice of; nothing where there are none. */
export function alarmPieces({ alarms, latches }: DeviceBrief): readonly Piece[] {
  const [fault] = latches
  return [
    ...(alarms.active > 0 ? [piece(`ALARM ${alarms.active} !`, 'bad')] : []),
    ...(fault === undefined ? [] : [faultPiece(fault)]),
  ]
}

/** `NOSENSOR !` while it goes on, then `NOSENSOR` until somebody takes notice. */
export function faultPiece(latch: FaultLatch): Piece {
  const name = faultName(latch)
  return latch.untilUs === null ? piece(`${name} !`, 'bad') : piece(name, 'warn')
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
    piece(` ${ALARM_WORD[state].padEnd(WORD_CELLS)}`, ALARM_STYLE[state]),
    piece(` ${nameOf(alarm, width, look).padEnd(nameCells)}`, state === 'off' ? 'dim' : 'bold'),
    ...facts(alarm, context),
  ]
  const room = width - lineWidth(line) - 2
  if (name === rule || room < 8) return line
  return [...line, piece(`  ${cutEnd(cellText(rule, look), room, look)}`, 'dim')]
}

function facts(
  { name, state, value, peak, unit, raises, durationUs, spanUs, snoozedMs }: AlarmView,
  { look, isOver, figures, device }: RowContext,
): Piece[] {
  const size = Math.max(Math.abs(value ?? 0), Math.abs(peak ?? 0))
  const scaled = figures.unit(`alarm ${device} ${name}`, unit, size, look)
  const form = alarmForm({ unit }, scaled)
  const amount = (each: number | null): string =>
    each === null ? '--' : withUnit(figureText(each, form, NUMBER_CELLS), scaled)
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

/** What is pressing, one after the other, and how many more there are. */
function oneLine(items: readonly Item[], width: number): Line {
  const pressing = items.filter(isPressing)
  if (pressing.length === 0) return rest(items)
  const line: Piece[] = []
  for (const [i, { short }] of pressing.entries()) {
    const left = pressing.length - i - 1
    const more = left > 0 ? ` +${left} `.length : 0
    if (i > 0 && lineWidth(line) + lineWidth(short) + more > width) {
      line.push(piece(` +${left + 1}`, 'bold'))
      return line
    }
    line.push(...short)
  }
  return line
}

function isPressing({ place }: Item): boolean {
  return place < ALARM_STATES.indexOf('off')
}

/** ` 3 alarm rules: none raised` */
function rest(items: readonly Item[]): Line {
  const pressing = items.filter(isPressing).length
  const many = items.length === 1 ? '' : 's'
  if (pressing === 0) return [piece(` ${items.length} alarm rule${many}: none raised`, 'dim')]
  return [piece(` +${items.length} alarm${many}, ${pressing} not ok`, 'warn')]
}
