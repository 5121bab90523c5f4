import { closeSync, existsSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import { spanName, timeName } from '../export/file-names.ts'
import { type Piece, samplePieces } from '../export/sample-pieces.ts'
import type { LogRange } from '../storage/read/log-query.ts'
import { LogReader } from '../storage/read/log-reader.ts'
import type { SavedSpan, SaveForm } from '../tui/saving.ts'
import { errorText, InaError, systemCode } from '../util/errors.ts'
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
  form: SaveForm,
): Promise<{ readonly file: string; readonly rows: number }> {
  const reader = LogReader.open(log, owner)
  try {
    const range = { device, fromUs, toUs }
    const pieces = await piecesOf(reader, range, form)
    const file = newFile(spanName(device, fromUs, toUs), endingOf(form))
    return { file, rows: await writeFile(file, log, pieces) }
  } finally {
    reader.close()
  }
}

/**
 * The same of what another process has read.
 *
 * @throws InaError usage_invalid: no file can be made there
 */
export async function saveFile(
  { device, fromUs, toUs }: SavedSpan,
  form: SaveForm,
  { bytes, rows }: { readonly bytes: Uint8Array; readonly rows: number },
): Promise<{ readonly file: string; readonly rows: number }> {
  const file = newFile(spanName(device, fromUs, toUs), endingOf(form))
  await writeFile(file, null, [{ bytes: Buffer.from(bytes), rows }])
  return { file, rows }
}

/** @param file an empty one, which goes where it can't be written. @returns samples in it */
async function writeFile(
  file: string,
  log: string | null,
  pieces: Iterable<Omit<Piece, 'timeUs'>>,
): Promise<number> {
  try {
    const target = fileTarget(file, log)
    let rows = 0
    try {
      for (const piece of pieces) {
        await target.write(piece.bytes)
        rows += piece.rows
      }
      target.finish()
    } catch (error) {
      target.abandon()
      throw error
    }
    return rows
  } catch (error) {
    // The empty file that kept the name.
    if (existsSync(file)) unlinkSync(file)
    throw error
  }
}

function endingOf({ kind }: SaveForm): string {
  return kind === 'csv' ? '.csv' : '.svg'
}

async function piecesOf(
  reader: LogReader,
  range: LogRange,
  form: SaveForm,
): Promise<Iterable<Piece>> {
  if (form.kind === 'csv') return samplePieces(reader, range, 'csv', [])
  const { logChart } = await import('../export/svg/log-chart.ts')
  const rows = [...reader.totals(range)].reduce((sum, { samples }) => sum + samples, 0)
  return [{ bytes: logChart(reader, range, form), rows, timeUs: null }]
}

/** Writes the screen into a new file of the working directory. @returns its name @throws InaError usage_invalid */
export function savePicture(svg: string, nowUs: number): string {
  const file = newFile(`ina219-screen-${timeName(nowUs)}`, '.svg')
  writeFileSync(file, svg)
  return file
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
