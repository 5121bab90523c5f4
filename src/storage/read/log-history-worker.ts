/**
 * The thread that looks back in a log, so that no screen waits for the disk.
 * Bundled on its own; started by `log-history.ts`.
 */
import type { Trace } from '../../chart/trace.ts'
import { answerQuestions } from './answer-questions.ts'
import type { HistoryAnswer, HistoryQuestion } from './history-messages.ts'
import { wholeLog } from './log-query.ts'
import type { LogReader } from './log-reader.ts'
import { newestSamples } from './newest-samples.ts'

answerQuestions(answerFrom, (answer) => (answer.type === 'series' ? buffersOf(answer.trace) : []))

function answerFrom(reader: LogReader, question: HistoryQuestion): HistoryAnswer {
  switch (question.type) {
    case 'totals': {
      const totals = reader.devices.flatMap((device) => reader.totalsSince(device) ?? [])
      return { type: 'totals', totals }
    }
    case 'newest':
      return { type: 'newest', samples: newestSamples(reader, question.device, question.most) }
    case 'statistics': {
      const { device, fromUs, toUs } = question
      return { type: 'statistics', figures: reader.statistics(device, fromUs, toUs) }
    }
    case 'overview': {
      const { windowsS } = question
      const devices = reader.devices.flatMap((device) => reader.overview(device, windowsS) ?? [])
      return { type: 'overview', devices }
    }
    case 'flows':
      return { type: 'flows', flows: reader.flows(question.device, question.cuts) }
    case 'burst':
      return { type: 'burst', burst: reader.bursts(wholeLog(question.device), 1)[0] ?? null }
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
