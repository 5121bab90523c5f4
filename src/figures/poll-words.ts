import type { PlcView, PollGroupStatus, Snapshot } from '../monitor/view.ts'
import type { Style } from '../theme/themes.ts'
import { formatDuration } from '../util/duration.ts'
import { countText, fixed } from '../util/number-text.ts'

/** One thing to be said of a polling group. */
export interface PollWords {
  readonly text: string
  readonly style: Style
}

/** Of an error, characters that stand in a line. */
const ERROR_CHARACTERS = 60

/** The device that is shown, where that is a PLC; null: it is none. */
export function shownPlc({ plcs, number }: Snapshot): PlcView | null {
  return plcs.find((each) => each.number === number) ?? null
}

/** It does not bring what it should just now. */
export function isGroupTroubled({ isRunning, isFailing, failingTags }: PollGroupStatus): boolean {
  return isRunning && (isFailing || failingTags > 0)
}

/** How a group is doing, the most important first. */
export function pollWords(status: PollGroupStatus): PollWords[] {
  const { intervalMs, tags, failingTags, failedTurns, skippedTurns, lastTurnMs } = status
  const words = [stateWords(status)]
  const often = intervalMs === null ? 'on demand' : `every ${formatDuration(intervalMs)}`
  if (failingTags > 0 && status.isRunning) {
    words.push({ text: `${failingTags} of ${tags} tags unread !`, style: 'warn' })
  }
  words.push({ text: often, style: 'plain' })
  if (lastTurnMs !== null) {
    words.push({ text: `${fixed(lastTurnMs, lastTurnMs < 100 ? 1 : 0)} ms a turn`, style: 'plain' })
  }
  words.push({ text: `${countText(status.turns)} turns`, style: 'dim' })
  if (skippedTurns > 0) words.push({ text: `${countText(skippedTurns)} skipped`, style: 'warn' })
  if (failedTurns > 0) words.push({ text: `${countText(failedTurns)} failed`, style: 'warn' })
  return words
}

function stateWords(status: PollGroupStatus): PollWords {
  const { isRunning, isFailing, lastError, turns, intervalMs } = status
  if (!isRunning) return { text: 'stopped', style: 'warn' }
  if (isFailing) {
    const text = lastError ?? 'not read'
    const short =
      text.length <= ERROR_CHARACTERS ? text : `${text.slice(0, ERROR_CHARACTERS - 3)}...`
    return { text: `${short} !`, style: 'bad' }
  }
  if (turns > 0) return { text: 'running', style: 'good' }
  return { text: intervalMs === null ? 'ready' : 'begins', style: 'plain' }
}
