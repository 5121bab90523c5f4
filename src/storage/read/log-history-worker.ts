/**
 * The thread that looks back in a log, so that no screen waits for the disk.
 * Bundled on its own; started by `log-history.ts`.
 */
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { Trace } from '../../chart/trace.ts'
import type { Answered, Asked, FailedAnswer } from '../file/asked-messages.ts'
import type { LogOwner } from '../file/log-file.ts'
import { failureOf } from '../file/worker-failure.ts'
import type { HistoryAnswer, HistoryQuestion } from './history-messages.ts'
import { LogReader } from './log-reader.ts'

const port = parentPort as MessagePort

port.on('message', ({ id, file, owner, question }: Asked<HistoryQuestion>) => {
  const reply: Answered<HistoryAnswer> = { id, answer: answerTo(file, owner, question) }
  const { answer } = reply
  port.postMessage(reply, answer.type === 'series' ? buffersOf(answer.trace) : [])
})

/** Each question has a read transaction of its own, so that the WAL does not grow over this thread's life. */
function answerTo(
  file: string,
  owner: LogOwner,
  question: HistoryQuestion,
): HistoryAnswer | FailedAnswer {
  try {
    const reader = LogReader.open(file, owner)
    try {
      return answerFrom(reader, question)
    } finally {
      reader.close()
    }
  } catch (error) {
    return { type: 'failed', failure: failureOf(error) }
  }
}

function answerFrom(reader: LogReader, question: HistoryQuestion): HistoryAnswer {
  switch (question.type) {
    case 'totals': {
      const totals = reader.devices.flatMap((device) => reader.totalsSince(device) ?? [])
      return { type: 'totals', totals }
    }
    case 'statistics': {
      const { device, fromUs, toUs } = question
      return { type: 'statistics', figures: reader.statistics(device, fromUs, toUs) }
    }
    case 'overview': {
      const { windowsS } = question
      const devices = reader.devices.flatMap((device) => reader.overview(device, windowsS) ?? [])
      return { type: 'overview', devices }
    }
    case 'find':
      return { type: 'find', moment: reader.find(question.device, question.wish) }
    case 'series': {
      const { device, fromUs, slotUs, count } = question
      return { type: 'series', trace: reader.series(device, fromUs, slotUs, count) }
    }
  }
}

/** Handed over instead of copied. */
function buffersOf({ count, signs, broken, channels }: Trace): ArrayBuffer[] {
  const series = Object.values(channels).flatMap(({ min, max, last }) => [min, max, last])
  return [count, signs, broken, ...series].map(({ buffer }) => buffer as ArrayBuffer)
}
