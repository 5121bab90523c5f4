import { formatIso, parseTime } from '../../util/time-text.ts'

/** Events of one kind and device that one row stands for, at the time of the first of them. */
export interface EventStorm {
  readonly count: number
  /** Of the last one, Unix µs; ms where it was read. */
  readonly timeUs: number
  /** Of the last one. */
  readonly detail: string
}

/** `4980 times until …Z, the last: …` */
export function stormText({ count, timeUs, detail }: EventStorm): string {
  return `${count} times until ${formatIso(timeUs)}, the last: ${detail}`
}

const TEXT = /^(\d+) times until (\d{4}-\S+Z), the last: (.*)$/s

/** @returns null: the row stands for itself */
export function readStorm(text: string): EventStorm | null {
  const [, count, time, detail] = TEXT.exec(text) ?? []
  if (time === undefined || detail === undefined) return null
  return { count: Number(count), timeUs: parseTime(time), detail }
}
