import { agoText, rateText, timeOfDayText } from '../../figures/format.ts'
import { isTroubled } from '../../figures/sink-words.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { formatClockDuration } from '../../util/duration.ts'
import { countText } from '../../util/number-text.ts'
import { cellText, cutFront } from '../view/cell-text.ts'
import type { Look } from '../view/look.ts'
import { sourceText, stateText } from '../view/reading.ts'
import { fitLine, type Line, lineWidth, type Piece, piece, spread } from '../view/styled.ts'

const SOURCE_MIN = 8
const FILE_MAX = 24
/** So much of the log's name, and of the source's, is enough to tell it from others. */
const FILE_ENOUGH = 10
const SOURCE_ENOUGH = 12

/**
 * `ina219 ttyUSB0 LIVE 100.2 S/s lost 0 | REC bench | up 00:12:41  14:03:27`
 *
 * Where the line is too narrow, first the time since the start goes, then the begins of the
 * log's file name and of the source's name, then the file name, then the clock; the
 * state and the losses stay.
 */
export function headerLine(snapshot: Snapshot, width: number, look: Look): Line {
  const clock = [piece(` ${timeOfDayText(snapshot.nowUs)} `)]
  const upMs = Math.max(0, (snapshot.nowUs - snapshot.startedUs) / 1000)
  const up = [piece(' | ', 'dim'), piece(`up ${formatClockDuration(upMs)}`)]
  const middle = (fileMax: number): Line => [
    ...health(snapshot),
    ...logPart(snapshot, look, fileMax),
  ]
  const source = deviceText(snapshot, look)
  const variants: readonly (readonly [Line, Line, number])[] = [
    ...(snapshot.of === 'log'
      ? []
      : ([[[...middle(FILE_MAX), ...up], clock, source.length]] as const)),
    [middle(FILE_MAX), clock, source.length],
    [middle(FILE_ENOUGH), clock, Math.min(source.length, SOURCE_ENOUGH)],
    // Beside `REC` it would be the time of the recording.
    [middle(0), [piece(' |', 'dim'), ...clock], SOURCE_MIN],
    [middle(0), [], SOURCE_MIN],
  ]
  const name = piece(' ina219 ', 'bold')
  for (const [parts, right, wanted] of variants) {
    const room = width - name.text.length - lineWidth(parts) - lineWidth(right) - 1
    if (room < wanted) continue
    return spread([name, piece(cutFront(source, room, look)), piece(' '), ...parts], right, width)
  }
  const [state = piece(''), ...others] = health(snapshot)
  // A log that is not written outweighs figures.
  const isTrouble = snapshot.log !== null && snapshot.log.kind !== 'recording'
  return isTrouble
    ? fitLine([piece(' '), state, ...logPart(snapshot, look, 0), ...others], width)
    : fitLine([name, state, ...others], width)
}

/** The device's own name, and where it is reached, unless the name says so. */
function deviceText({ device, source }: Snapshot, look: Look): string {
  const name = cellText(device, look)
  const label = sourceText(source, look)
  if (name === '' || name === label || name === source.label) return label
  // The second of two devices of one name is called by both in the log, too.
  return name.endsWith(`@${label}`) || name.endsWith(`@${source.label}`) ? name : `${name}@${label}`
}

function health(snapshot: Snapshot): Piece[] {
  const { source, ledger, sampleUs, nowUs } = snapshot
  if (snapshot.of === 'log') return logHealth(snapshot)
  const { word, style } = stateText(snapshot)
  const since = sampleUs === null ? '' : `${agoText((nowUs - sampleUs) / 1000)} `
  const silent = source.state === 'silent' ? `${word} ${since}!` : word
  const state = source.serverAwayMs === undefined ? silent : `${word} !`
  const parts = [
    piece(state, style),
    piece(` ${rateText(snapshot.rate)} `),
    snapshot.unnumbered
      ? piece('lost ?', 'warn')
      : piece(`lost ${countText(ledger.lost)}`, ledger.lost > 0 ? 'warn' : 'plain'),
  ]
  if (source.isVirtual === true) parts.push(piece(' VIRTUAL', 'warn'))
  if (ledger.recovered > 0) parts.push(piece(` healed ${countText(ledger.recovered)}`))
  return parts
}

/** Of a log without its device: whether it is being written, and how much it has. */
function logHealth({ source, ledger }: Snapshot): Piece[] {
  const parts = [
    piece('LOG', 'invert'),
    ...(source.state === 'live' ? [piece(' being written', 'good')] : []),
    piece(` n=${countText(ledger.logged)} `),
    piece(`lost ${countText(ledger.lost)}`, ledger.lost > 0 ? 'warn' : 'plain'),
  ]
  return parts
}

function logPart({ log, of, latches, sinks }: Snapshot, look: Look, fileMax: number): Piece[] {
  const bar = piece(' | ', 'dim')
  if (!log) return [bar, piece('no log', 'warn')]
  if (of === 'log') {
    const file = cellText(log.file.replace(/^.*[/\\]/, ''), look)
    return fileMax > 0 ? [bar, piece(cutFront(file, fileMax, look))] : []
  }
  if (log.isUnknown === true) return [bar, piece('LOG ?', 'warn')]
  if (log.kind === 'failed') return [bar, piece('LOG FAILED !', 'bad')]
  if (log.kind === 'spilling') return [bar, piece(`LOG WAITS ${countText(log.queued)} !`, 'warn')]
  const file = cellText(log.file.replace(/^.*[/\\]/, '').replace(/\.db$/, ''), look)
  // It was not written for a while, and nobody has taken notice.
  const isLatched = latches.some(({ word }) => word === 'log_not_written')
  const rec = isLatched ? piece('REC !', 'warn') : piece('REC', 'good')
  const sink = sinks.some(isTroubled) ? [piece(' SINK !', 'warn')] : []
  return [bar, rec, piece(fileMax > 0 ? ` ${cutFront(file, fileMax, look)}` : ''), ...sink]
}
