import { fileTarget, tryOutput } from './output-target.ts'
import { isReaderGone, outputFailed } from './reader-gone.ts'

/** Writes the object that `--summary` asks for, as one line of JSON. */
type SummaryWriter = (summary: object) => Promise<void>

/**
 * Tries the place of a summary before anything is measured.
 *
 * @param path null: no summary is wanted; `-`: the stream
 * @param log the log of this command, never to be hit; null: none
 * @throws InaError usage_invalid
 */
export function openSummary(
  path: string | null,
  stream: NodeJS.WriteStream,
  log: string | null,
): SummaryWriter {
  if (path === null) return async () => {}
  if (path === '-') return (summary) => writeToStream(stream, lineOf(summary))
  tryOutput(path, log)
  return async (summary) => {
    const target = fileTarget(path, log)
    try {
      await target.write(lineOf(summary))
      target.finish()
    } catch (error) {
      target.abandon()
      throw error
    }
  }
}

function lineOf(summary: object): string {
  return `${JSON.stringify(summary)}\n`
}

async function writeToStream(stream: NodeJS.WriteStream, text: string): Promise<void> {
  const error = await new Promise((resolve) => stream.write(text, resolve))
  if (error && !isReaderGone(error)) throw outputFailed(error)
}
