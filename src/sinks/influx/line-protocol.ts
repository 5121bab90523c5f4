/**
 * InfluxDB's line protocol: `measurement,tag=value field=value time`
 * (docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference).
 */
import type { CommittedSample, LogRecord } from '../../storage/read/commit-reader.ts'

/**
 * Names that a channel can't have, each with any number of underlines behind it: such a channel gets one more.
 * `time` as a field is dropped by the server without a word, and a field with the name of a tag can't be asked for.
 */
const TAKEN = /^(?:voltage_v|current_a|power_w|seq|boot|run|status|time|device|log)_*$/
/** Digits of a log's name that tell loggers apart. */
const LOG_DIGITS = 12

/** A sample, its time in µs. @param leftOut fields of extra channels, as `fieldOf` names them */
export function sampleLine(
  prefix: string,
  log: string,
  sample: CommittedSample,
  leftOut: ReadonlyMap<string, unknown>,
): string {
  const { device, timeUs, epochId, boot, seq, status, extras } = sample
  let fields = ''
  if (sample.electric) {
    const { voltage, current, power } = sample
    fields = `voltage_v=${digits(voltage)},current_a=${digits(current)},power_w=${digits(power)},`
  }
  for (const id in extras) {
    const field = fieldOf(id)
    if (!leftOut.has(field)) fields += `${escapedSigns(field)}=${digits(extras[id] as number)},`
  }
  if (seq !== null) fields += `seq=${seq}i,`
  if (boot !== null) fields += `boot=${boot}i,`
  return `${prefix}_sample${tags(device, log)} ${fields}run=${epochId}i,status=${quoted(status)} ${timeUs}`
}

/**
 * An event, loss or run, its time in ns: the last three digits are those of its id, so that two in the same
 * microsecond stay two. A loss that was taken back is one of 0 samples.
 */
export function recordLine(prefix: string, log: string, record: LogRecord): string {
  const own = tags(record.device, log)
  switch (record.kind) {
    case 'run': {
      const boot = record.boot === null ? '' : `boot=${record.boot}i,`
      return `${prefix}_run${own} ${boot}run=${record.id}i ${timeNs(record.startedUs, record.id)}`
    }
    case 'event': {
      const { event, detail, id, timeUs } = record
      const kind = escaped(event)
      return `${prefix}_event${own},kind=${kind} detail=${quoted(detail)},id=${id}i ${timeNs(timeUs, id)}`
    }
    case 'loss': {
      const { id, runId, boot, firstSeq, count, fromUs, toUs, reason } = record
      const run = `run=${runId}i,${boot === null ? '' : `boot=${boot}i,`}`
      const what = `count=${count}i,first_seq=${firstSeq}i,to_us=${toUs}i,reason=${quoted(reason)}`
      return `${prefix}_loss${own} ${run}${what},id=${id}i ${timeNs(fromUs, id)}`
    }
    case 'loss_gone':
      return `${prefix}_loss${own} count=0i,id=${record.id}i ${timeNs(record.fromUs, record.id)}`
  }
}

/** The field of an extra channel, as the server knows it. */
export function fieldOf(id: string): string {
  return underlined(TAKEN.test(id) ? `${id}_` : id)
}

/** The shortest that give the same double, and the sign of a zero. */
function digits(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function tags(device: string, log: string): string {
  return `,device=${escaped(device)},log=${log.slice(0, LOG_DIGITS)}`
}

function timeNs(us: number, id: number): string {
  return `${us}${String(id % 1000).padStart(3, '0')}`
}

/** Names and tags, as they are written. */
function escaped(text: string): string {
  return escapedSigns(underlined(text))
}

const PLAIN = /^[\w.:/-]*$/

/**
 * There is no way to write a backslash before a sign or at the end that all versions read alike: an underline comes behind
 * it, and one more behind those of a name that looks so by itself.
 */
function underlined(text: string): string {
  return PLAIN.test(text) ? text : text.replaceAll(/\\(_*)(?=[,= "\\]|$)/g, '\\$1_')
}

function escapedSigns(text: string): string {
  return PLAIN.test(text) ? text : text.replaceAll(/[,= ]/g, '\\$&')
}

function quoted(text: string): string {
  return /["\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`
}
