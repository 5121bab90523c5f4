/** What an InfluxDB has, read back as text, so that no digit is lost on the way. */
import { parseCsvRecord } from '../../../src/util/csv.ts'
import type { LogContent } from '../sink-rig.ts'
import type { Influxd } from './influxd.ts'

/** A point: tags and fields by name, as text; those without a value are not there. `time` in ns. */
export type Point = Readonly<Record<string, string>>

export async function pointsOf(server: Influxd, measurement: string): Promise<Point[]> {
  const text = await server.queryText(`SELECT * FROM ${measurement}`, 'application/csv')
  const [head, ...lines] = text.split('\n').filter((line) => line !== '')
  const columns = head === undefined ? [] : parseCsvRecord(head)
  return lines.map((line) => {
    const cells = parseCsvRecord(line).map((cell, i) => [columns[i] as string, cell] as const)
    return Object.fromEntries(
      cells.filter(([name, cell]) => cell !== '' && !['name', 'tags'].includes(name)),
    )
  })
}

/** A name as docs/sinks.md says it is written. */
function nameOf(text: string): string {
  return text.replaceAll(/\\(_*)(?=[,= "\\]|$)/g, '\\$1_')
}

/** Where the database differs from the log, in words; empty: nowhere. */
export async function differences(
  server: Influxd,
  { log, samples, records }: LogContent,
): Promise<string[]> {
  const found: string[] = []
  const own = (points: readonly Point[]): Map<string, Point> =>
    new Map(
      points
        .filter((each) => each['log'] === log.slice(0, 12))
        .map((each) => [`${each['device']} ${each['time']}`, each]),
    )
  const points = own(await pointsOf(server, 'power_sample'))
  for (const sample of samples) {
    const key = `${nameOf(sample.device)} ${sample.timeUs}000`
    const point = points.get(key)
    points.delete(key)
    if (point === undefined) found.push(`no sample ${key}`)
    else {
      const values = sample.electric
        ? {
            voltage_v: sample.voltage,
            current_a: sample.current,
            power_w: sample.power,
            ...sample.extras,
          }
        : { ...sample.extras }
      for (const [name, value] of Object.entries(values)) {
        const there = point[nameOf(name)]
        if (!Object.is(Number(there), value)) found.push(`${key} ${name}: ${there} is not ${value}`)
      }
      const seq = sample.seq === null ? undefined : String(sample.seq)
      if (point['seq'] !== seq) found.push(`${key} seq: ${point['seq']} is not ${sample.seq}`)
      if (point['status'] !== sample.status) found.push(`${key} status: ${point['status']}`)
      if (point['run'] !== String(sample.epochId)) found.push(`${key} run: ${point['run']}`)
    }
  }
  for (const key of points.keys()) found.push(`a sample too many: ${key}`)
  const events = own(await pointsOf(server, 'power_event'))
  const losses = own(await pointsOf(server, 'power_loss'))
  const runs = own(await pointsOf(server, 'power_run'))
  for (const record of records) {
    const [of, timeUs, expected] =
      record.kind === 'event'
        ? [events, record.timeUs, { id: record.id, kind: record.event, detail: record.detail }]
        : record.kind === 'run'
          ? [runs, record.startedUs, { run: record.id, boot: record.boot }]
          : record.kind === 'loss'
            ? [
                losses,
                record.fromUs,
                {
                  id: record.id,
                  count: record.count,
                  first_seq: record.firstSeq,
                  to_us: record.toUs,
                  reason: record.reason,
                },
              ]
            : [losses, record.fromUs, { id: record.id, count: 0 }]
    const key = `${nameOf(record.device)} ${timeUs}${String(record.id % 1000).padStart(3, '0')}`
    const point = of.get(key)
    of.delete(key)
    if (point === undefined) found.push(`no ${record.kind} ${key}`)
    for (const [name, value] of Object.entries(expected)) {
      const text = value === null ? undefined : String(value)
      if (point !== undefined && point[name] !== text)
        found.push(`${record.kind} ${key} ${name}: ${point[name]} is not ${text}`)
    }
  }
  // What the log itself no longer knows as taken back is there with 0.
  for (const [what, of] of [
    ['event', events],
    ['loss', losses],
    ['run', runs],
  ] as const) {
    for (const [key, point] of of) {
      if (what !== 'loss' || point['count'] !== '0') found.push(`a ${what} too many: ${key}`)
    }
  }
  return found
}
