import { basename } from 'node:path'
import { type LeftoverKind, leftoversOf } from '../storage/file/leftovers.ts'
import {
  estimateLogBytes,
  inspectLog,
  type LogHealth,
  writerOf,
} from '../storage/read/log-health.ts'
import { type InaError, isInaError } from '../util/errors.ts'
import { formatLocal } from '../util/time-text.ts'
import { checkDisk, size } from './disk.ts'
import { type Finding, Findings, type Level } from './finding.ts'
import { checkSinks, type KnownSink, sinksOf } from './sinks.ts'

/** Rate that is reckoned with where the log does not tell. */
const USUAL_RATE_HZ = 1

export interface LogRequest {
  /** As `logFilePath` gives it. */
  readonly file: string
  readonly retainMs: number
  /** As it was written. */
  readonly retainText: string
}

/** The log and its disk, in one go: how much room is needed depends on what is in it. */
export function checkLog(request: LogRequest): Finding[] {
  const { file, retainMs, retainText } = request
  const found = new Findings('log')
  const health = checkContent(found, request)
  checkBeside(found, file)
  const rate = health?.samplesPerSecond || USUAL_RATE_HZ
  const shown = rate < 10 ? Number(rate.toPrecision(2)) : Math.round(rate)
  const source = health?.samplesPerSecond ? 'as in the last hour of the log' : 'as boards do'
  const basis = `${retainText} at ${shown} samples/s, ${source}`
  const bytes = estimateLogBytes(rate, retainMs, health?.valuesPerSecond)
  return [...checkDisk({ file, bytes, basis }), ...found.list]
}

function checkContent(found: Findings, { file, retainText }: LogRequest): LogHealth | null {
  const writer = writerOf(file)
  let health: LogHealth | null
  let sinks: KnownSink[] = []
  try {
    health = inspectLog(file, writer !== null, (read, { layout }) => {
      sinks = sinksOf(read, layout)
    })
  } catch (error) {
    if (!isInaError(error)) throw error
    addFault(found, error, file)
    return null
  }
  if (health === null) {
    found.add(
      'warning',
      `${file}: a monitor was killed, and what it left was not looked at (too large)`,
      'the next monitor takes it in',
    )
    return null
  }
  const { bytes, layout, isChecked, devices, span } = health
  found.add(
    'ok',
    `${file}: ${size(bytes)}, layout ${layout}, ${isChecked ? 'no damage' : 'readable'}`,
  )
  if (!isChecked)
    found.add('note', 'too large to be read page by page: it was looked at in outline')
  if (health.isOldLayout) {
    found.add('note', 'its layout is an older one', 'the next monitor brings it up to date')
  }
  const times =
    span === null ? 'no samples' : `${formatLocal(span.fromUs)} to ${formatLocal(span.toUs)}`
  found.add('ok', `${devices.length} device(s), ${times}; samples stay ${retainText}`)
  if (writer === null) found.add('ok', 'nobody writes it at present')
  else {
    found.add('ok', `written by process ${writer.pid} since ${formatLocal(writer.sinceMs * 1000)}`)
  }
  const event = health.lastLogEvent
  if (event !== null) {
    found.add('note', `last event about the log: ${formatLocal(event.timeUs)} ${event.detail}`)
  }
  checkSinks(found, sinks, Date.now())
  return health
}

function addFault(found: Findings, error: InaError, file: string): void {
  if (error.code === 'log_missing') {
    found.add('note', `there is no log at ${file} yet`, 'ina219 monitor makes it')
  } else if (error.code === 'log_damaged') {
    found.add('problem', error.message, `save what can be saved with: ina219 repair ${file}`)
  } else found.add('problem', error.message, error.hint)
}

const DELETE_IT = 'delete it when it is of no use (docs/log.md)'

/** What is said of a file beside the log, behind its name. */
const BESIDE: Readonly<Record<LeftoverKind, readonly [Level, string, string]>> = {
  spill: [
    'warning',
    'holds samples that the log could not take',
    'the next monitor with this log takes them in',
  ],
  rejected: [
    'warning',
    'holds records that the log refused',
    'look into it, and delete it when it is of no use (docs/log.md)',
  ],
  replaced: ['note', 'was left when the log was replaced', DELETE_IT],
  old_journal: ['note', 'holds the last commits of a log that was moved or deleted', DELETE_IT],
}

function checkBeside(found: Findings, file: string): void {
  for (const { path, kind } of leftoversOf(file)) {
    const [level, text, advice] = BESIDE[kind]
    found.add(level, `${basename(path)} ${text}`, advice)
  }
}
