import type { SinkStatus } from '../domain/sink-status.ts'
import type { Style } from '../theme/themes.ts'
import { countText, fixed } from '../util/number-text.ts'
import { agoText, spanText } from './format.ts'

/** One thing to be said of a sink. */
export interface SinkWords {
  readonly text: string
  readonly style: Style
}

/** Of an error, characters that stand in a line. */
const ERROR_CHARACTERS = 60

/** The sink by its address, without what all of its kind have. */
export function sinkName({ name, target }: Pick<SinkStatus, 'name' | 'target'>): string {
  const known = name === target ? target : name
  return known.replace(/^([a-z]+)(?:\+https?)?:\/\//, '$1 ').replace(/\/(?=\?|$)/, '')
}

/** Something is not as it should be: it is not reached, or something was left out. */
export function isTroubled({ state, refused, missed }: SinkStatus): boolean {
  return state === 'waiting' || refused > 0 || missed > 0
}

/** How it is doing, the most important first. @param nowMs Unix ms */
export function sinkWords(status: SinkStatus, nowMs: number): SinkWords[] {
  const { queued, isExact, unsentUs, refused, missed, traffic } = status
  const words = [stateWords(status, nowMs)]
  if (missed > 0) words.push({ text: `${countText(missed)} missed !`, style: 'bad' })
  if (refused > 0) words.push({ text: `${countText(refused)} refused !`, style: 'warn' })
  const behindS = unsentUs === null ? 0 : Math.round((unsentUs[1] - unsentUs[0]) / 1e6)
  const behind = queued === 0 || behindS < 1 ? '' : `, ${spanText(1000 * behindS)} behind`
  const about = isExact ? '' : 'about '
  words.push({ text: `${about}${countText(queued)} to send${behind}`, style: 'plain' })
  if (traffic.batches > 0 && status.state !== 'waiting') {
    words.push({ text: `${rowsText(traffic.rowsPerSecond)} rows/s`, style: 'plain' })
    words.push({ text: `${fixed(traffic.batchMsAvg ?? 0, 0)} ms a batch`, style: 'dim' })
  }
  return words
}

function stateWords({ state, lastError, retryAtMs }: SinkStatus, nowMs: number): SinkWords {
  switch (state) {
    case 'current':
      return { text: 'current', style: 'good' }
    case 'sending':
      return { text: 'sending', style: 'plain' }
    case 'connecting':
      return { text: 'connecting', style: 'warn' }
    case 'ended':
      return { text: 'ended', style: 'warn' }
    case 'waiting': {
      const again =
        retryAtMs === null ? '' : `, again in ${agoText(Math.max(0, retryAtMs - nowMs))}`
      return { text: `${shortError(lastError?.text ?? 'failed')}${again} !`, style: 'bad' }
    }
  }
}

function shortError(text: string): string {
  return text.length <= ERROR_CHARACTERS ? text : `${text.slice(0, ERROR_CHARACTERS - 3)}...`
}

function rowsText(rate: number): string {
  return rate < 100 ? fixed(rate, 1) : countText(rate)
}
