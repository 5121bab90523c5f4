import type { Snapshot } from '../../monitor/view.ts'
import { bigDigits, bigWidth, type DigitRows } from '../view/big-digits.ts'
import type { FigureMemory } from '../view/figure-memory.ts'
import type { PanelArea } from '../view/look.ts'
import { type Line, piece } from '../view/styled.ts'
import { alarmLines, pressingWord } from './alarms.ts'

/** What the alarms themselves have beside the word. */
const TEXT_LEAST = 40
const SIDES = 2

/** The alarms with the state of the most pressing one as a large word before them, where there is room. */
export function wallAlarmLines(
  snapshot: Snapshot,
  { width, height, look }: PanelArea,
  figures: FigureMemory,
): readonly Line[] {
  const pressing = pressingWord(snapshot)
  const rows: DigitRows = height >= 5 ? 5 : 3
  const text = pressing?.text.replace(' !', '!') ?? ''
  const cells = bigWidth(text, rows, look.ascii) + SIDES
  if (pressing === null || height < rows || cells + TEXT_LEAST > width) {
    return alarmLines(snapshot, { width, height, look }, figures)
  }
  const word = bigDigits(text, rows, look.ascii)
  const blank = ' '.repeat(cells)
  return alarmLines(snapshot, { width: width - cells, height, look }, figures).map((line, i) => {
    const drawn = word[i]
    return [piece(drawn === undefined ? blank : ` ${drawn} `, pressing.style), ...line]
  })
}
