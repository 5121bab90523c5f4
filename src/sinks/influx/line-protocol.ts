/**
 * InfluxDB's line protocol: `measurement,tag=value field=value time`
 * (docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference).
 */
import type { CommittedSample, LogRecord } from '../../storage/read/commit-reader.ts'

/** Fields that every sample may have; a channel of that name gets an underline behind it. */
const OWN_FIELDS = new Set(['voltage_v', 'current_a', 'power_w', 'seq', 'boot', 'run', 'status'])
/** Digits of a log's name that tell loggers apart. */
const LOG_DIGITS = 12

/** A sample, its time in µs. */
export function sampleLine(prefix: string, log: string, sample: CommittedSample): string {
  const { device, timeUs, epochId, boot, seq, status, extras } = sample
  const fields: string[] = []
  if (sample.electric) {
    fields.push(
      `voltage_v=${sample.voltage}`,
      `current_a=${sample.current}`,
      `power_w=${sample.power}`,
    )
  }
  for (const id in extras) {
    const name = OWN_FIELDS.has(id) ? `${id}_` : id
    fields.push(`${escaped(name)}=${extras[id]}`)
  }
  if (seq !== null) fields.push(`seq=${seq}i`)
  if (boot !== null) fields.push(`boot=${boot}i`)
  fields.push(`run=${epochId}i`, `status=${quoted(status)}`)
  return `${prefix}_sample${tags(device, log)} ${fields.join(',')} ${timeUs}`
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

function tags(device: string, log: string): string {
  return `,device=${escaped(device)},log=${log.slice(0, LOG_DIGITS)}`
}

function timeNs(us: number, id: number): string {
  return `${us}${String(id % 1000).padStart(3, '0')}`
}

/** Names, tags: a backslash at the end would escape what follows, and there is no way to write it. */
function escaped(text: string): string {
  const plain = text.replaceAll(/[,= ]/g, '\\$&')
  return plain.endsWith('\\') ? `${plain}_` : plain
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
