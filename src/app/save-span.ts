import { closeSync, existsSync, openSync, unlinkSync } from 'node:fs'
import { samplePieces } from '../export/sample-pieces.ts'
import { LogReader } from '../storage/read/log-reader.ts'
import type { SavedSpan } from '../tui/save-span.ts'
import { errorText, InaError, systemCode } from '../util/errors.ts'
import { formatIso } from '../util/time-text.ts'
import { fileTarget } from './output-target.ts'

/** Files of one name that are tried. */
const TRIES = 1000

/**
 * Writes the samples of a span as `ina219 export --device … --from … --to …` does, into a new file of
 * the working directory; nothing that is there is touched.
 *
 * @param log path of the log
 * @param owner whether this process writes the log
 * @returns name of the file, and the samples in it
 * @throws InaError usage_invalid: no file can be made there; log_*
 */
export async function saveSpan(
  log: string,
  owner: 'this process' | 'other',
  { device, fromUs, toUs }: SavedSpan,
): Promise<{ readonly file: string; readonly rows: number }> {
  const reader = LogReader.open(log, owner)
  try {
    const file = newFile(nameOf(device, fromUs, toUs), '.csv')
    try {
      const target = fileTarget(file, log)
      let rows = 0
      try {
        for (const piece of samplePieces(reader, { device, fromUs, toUs }, 'csv', [])) {
          await target.write(piece.bytes)
          rows += piece.rows
        }
        target.finish()
      } catch (error) {
        target.abandon()
        throw error
      }
      return { file, rows }
    } catch (error) {
      // The empty file that kept the name.
      if (existsSync(file)) unlinkSync(file)
      throw error
    }
  } finally {
    reader.close()
  }
}

/** `ina219-bench-7-20261120T203232.480Z-4.040s`: whose samples, from when on, how long. */
function nameOf(device: string, fromUs: number, toUs: number): string {
  const who = device.replace(/[^\w.@-]+/g, '_').slice(0, 40)
  const begin = formatIso(fromUs).replaceAll(/[-:]/g, '')
  return `ina219-${who}-${begin}-${((toUs - fromUs) / 1e6).toFixed(3)}s`
}

/** Makes an empty file under a name that nothing has yet: `name.csv`, `name-2.csv`, ... */
function newFile(name: string, ending: string): string {
  for (let n = 1; n <= TRIES; n++) {
    const file = `${name}${n === 1 ? '' : `-${n}`}${ending}`
    try {
      closeSync(openSync(file, 'wx', 0o600))
      return file
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue
      const reason = `${file} can't be made in the working directory: ${errorText(error)}`
      throw new InaError('usage_invalid', reason, 'start ina219 where files may be made')
    }
  }
  throw new InaError('usage_invalid', `there are ${TRIES} files ${name}`, 'move some away')
}
