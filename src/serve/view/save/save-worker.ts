/**
 * The thread that makes the files of remote screens, so that nobody else waits for them. Bundled on
 * its own; started by `span-saver.ts`.
 */
import { samplePieces } from '../../../export/sample-pieces.ts'
import { logChart } from '../../../export/svg/log-chart.ts'
import { answerQuestions } from '../../../storage/read/answer-questions.ts'
import type { LogReader } from '../../../storage/read/log-reader.ts'
import { InaError } from '../../../util/errors.ts'
import { countText } from '../../../util/number-text.ts'
import { toWire } from '../wire.ts'
import type { SaveAnswer, SavedFile, SaveQuestion, SaveRequest } from './save-messages.ts'

/** Samples of one file: 8 MB, a quarter of an hour at 100 Hz. */
const MOST_ROWS = 100_000

answerQuestions((reader, { request }: SaveQuestion): SaveAnswer => {
  return { type: 'save', wire: toWire(fileOf(reader, request)) }
})

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
  const pieces: Buffer[] = []
  let written = 0
  for (const piece of samplePieces(reader, range, 'csv', [])) {
    pieces.push(Buffer.from(piece.bytes))
    written += piece.rows
  }
  return { bytes: Buffer.concat(pieces), rows: written }
}
