/**
 * The thread that reads the log for requests, and makes the long answers, so that neither
 * the sampling nor another request waits. Bundled on its own; started by `log-reading.ts`.
 */
import { createHash } from 'node:crypto'
import { burstMembers, burstValues } from '../../../export/burst-members.ts'
import { detailedTotals } from '../../../export/detailed-totals.ts'
import { plottedChannels } from '../../../export/plotted.ts'
import { recordedIn } from '../../../export/recorded-range.ts'
import { totalMembers } from '../../../export/total-members.ts'
import { STATISTICS } from '../../../stats/statistic-names.ts'
import { answerQuestions } from '../../../storage/read/answer-questions.ts'
import { wholeLog } from '../../../storage/read/log-query.ts'
import type { LogReader } from '../../../storage/read/log-reader.ts'
import { exportHeader, exportPage, planExport } from './export-pages.ts'
import { historyRows } from './history-rows.ts'
import type { JsonAnswer, ReadingAnswer, ReadingQuestion } from './reading-messages.ts'
import { rowsOf } from './rows.ts'
import { seriesOf } from './series.ts'

answerQuestions(answerFrom, buffersOf)

function answerFrom(reader: LogReader, question: ReadingQuestion): ReadingAnswer {
  const { type } = question
  switch (type) {
    case 'devices': {
      const totals = new Map(reader.totals(wholeLog()).map((total) => [total.device, total]))
      const devices = reader.devices.map((device) => {
        const total = totals.get(device)
        const channels = total === undefined ? [] : plottedChannels(total, reader)
        return {
          device,
          span: reader.span(device),
          channels: channels.map(({ id, label, unit }) => ({ id, label, unit })),
        }
      })
      return { type, devices }
    }
    case 'series': {
      const { members, isFinished } = seriesOf(reader, question.wish)
      return { type, json: jsonOf(members, isFinished) }
    }
    case 'rows':
      return { type, ...rowsOf(reader, question.wish) }
    case 'statistics': {
      const { range } = question
      const recorded = recordedIn(range, reader)
      const totals = recorded === null ? [] : detailedTotals(reader, recorded, STATISTICS, false)
      const channels = reader.channels(range.device)
      const devices = totals.map((each) => totalMembers(each, STATISTICS, channels))
      return { type, json: jsonOf({ devices }, false) }
    }
    case 'bursts': {
      const bursts = reader.bursts(question.range, question.limit)
      return { type, json: jsonOf({ bursts: bursts.map(burstMembers) }, false) }
    }
    case 'burst': {
      const burst = reader.burst(question.id)
      if (burst === null) return { type, json: null }
      return { type, json: jsonOf({ ...burstMembers(burst), values: burstValues(burst) }, true) }
    }
    case 'history':
      return { type, json: jsonOf(historyRows(reader, question.wish), false) }
    case 'export_plan': {
      const plan = planExport(reader, question.range, question.format, question.channels)
      return { type, plan, header: exportHeader(plan) }
    }
    case 'export_page':
      return { type, page: exportPage(reader, question.plan) }
  }
}

function jsonOf(members: object, isFinished: boolean): JsonAnswer {
  // Of memory of its own, so that it can be handed over.
  const bytes = new TextEncoder().encode(JSON.stringify(members))
  const tag = createHash('sha1').update(bytes).digest('base64url')
  return { bytes, tag, isFinished }
}

/** Handed over instead of copied. */
function buffersOf(answer: ReadingAnswer): ArrayBuffer[] {
  if (answer.type === 'export_page') return [answer.page.bytes.buffer as ArrayBuffer]
  return 'json' in answer && answer.json !== null ? [answer.json.bytes.buffer as ArrayBuffer] : []
}
