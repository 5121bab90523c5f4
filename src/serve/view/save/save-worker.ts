/**
 * The thread that makes the files of remote screens, so that nobody else waits for them. Bundled on
 * its own; started by `span-saver.ts`.
 */
import { type MessagePort, parentPort } from 'node:worker_threads'
import { samplePieces } from '../../../export/sample-pieces.ts'
import { logChart } from '../../../export/svg/log-chart.ts'
import type { Answered, Asked, FailedAnswer } from '../../../storage/file/asked-messages.ts'
import { failureOf } from '../../../storage/file/worker-failure.ts'
import { LogReader } from '../../../storage/read/log-reader.ts'
import { InaError } from '../../../util/errors.ts'
import { countText } from '../../../util/number-text.ts'
import { toWire } from '../wire.ts'
import type { SaveAnswer, SavedFile, SaveQuestion, SaveRequest } from './save-messages.ts'

/** Samples of one file: 8 MB, a quarter of an hour at 100 Hz. */
const MOST_ROWS = 100_000

const port = parentPort as MessagePort

port.on('message', ({ id, file, owner, question }: Asked<SaveQuestion>) => {
  const reply: Answered<SaveAnswer> = { id, answer: answerTo(file, owner, question.request) }
  port.postMessage(reply)
})

/** Each has a read transaction of its own, which is over before anything is sent. */
function answerTo(
  file: string,
  owner: Asked<SaveQuestion>['owner'],
  request: SaveRequest,
): SaveAnswer | FailedAnswer {
  try {
    const reader = LogReader.open(file, owner)
    try {
      return { type: 'save', wire: toWire(fileOf(reader, request)) }
    } finally {
      reader.close()
    }
  } catch (error) {
    return { type: 'failed', failure: failureOf(error) }
  }
}

function fileOf(reader: LogReader, { device, fromUs, toUs, form }: SaveRequest): SavedFile {
  const range = { device, fromUs, toUs }
  const rows = [...reader.totals(range)].reduce((sum, { samples }) => sum + samples, 0)
  if (form.kind === 'chart') return { bytes: Buffer.from(logChart(reader, range, form)), rows }
  if (rows > MOST_ROWS) {
    throw new InaError(
      'input_invalid',
      `${countText(rows)} samples are too many for one answer, which takes ${countText(MOST_ROWS)}`,
      "select a shorter span, or use 'ina219 export' where the log is",
    )
  }
  const pieces = [...samplePieces(reader, range, 'csv', [])]
  return {
    bytes: Buffer.concat(pieces.map(({ bytes }) => Buffer.from(bytes))),
    rows: pieces.reduce((sum, piece) => sum + piece.rows, 0),
  }
}
