/** What is published, as text (docs/sinks.md, "MQTT", is the description for those who read it). */
import type { LiveDevice, LiveLink } from '../../domain/live-device.ts'
import type { CommittedSample, LogRecord } from '../../storage/read/commit-reader.ts'
import { formatIso } from '../../util/time-text.ts'
import type { Batch } from '../sink.ts'
import type { DeviceTopic, Topics } from './topics.ts'

export interface Message {
  readonly topic: string
  readonly payload: string
}

/** Samples of a message at most, and characters from which on no further one goes in. */
const MOST_SAMPLES = 100
const MOST_LENGTH = 60_000
/** The part of what a broker takes at once that samples may fill; the rest is for what is around them. */
const ROOM = 0.7

const TOPIC_OF: Readonly<Record<LogRecord['kind'], DeviceTopic>> = {
  run: 'run',
  event: 'event',
  loss: 'loss',
  loss_gone: 'loss',
}

/**
 * A batch as messages: the samples of each device in their order, then what became of the records.
 *
 * @param mostBytes that the broker takes at once
 */
export function* messagesOf(batch: Batch, topics: Topics, mostBytes: number): Generator<Message> {
  const mostLength = Math.min(MOST_LENGTH, mostBytes * ROOM)
  for (const [device, samples] of byDevice(batch.samples)) {
    const topic = topics.of(device, 'samples')
    for (const payload of samplePayloads(batch, device, samples, mostLength)) {
      yield { topic, payload }
    }
  }
  for (const record of batch.records) {
    const topic = topics.of(record.device, TOPIC_OF[record.kind])
    yield { topic, payload: recordPayload(batch.log, record) }
  }
}

function byDevice(samples: readonly CommittedSample[]): Map<string, CommittedSample[]> {
  const found = new Map<string, CommittedSample[]>()
  for (const sample of samples) {
    const own = found.get(sample.device)
    if (own === undefined) found.set(sample.device, [sample])
    else own.push(sample)
  }
  return found
}

function* samplePayloads(
  { log, unitOf }: Batch,
  device: string,
  samples: readonly CommittedSample[],
  mostLength: number,
): Generator<string> {
  const units = new Map<string, string>()
  let texts: string[] = []
  let length = 0
  const take = (): string => {
    const known = [...units].filter(([, unit]) => unit !== '')
    const said = known.length === 0 ? {} : { units: Object.fromEntries(known) }
    const head = JSON.stringify({ log, device, ...said }).slice(0, -1)
    const payload = `${head},"samples":[${texts.join(',')}]}`
    texts = []
    length = 0
    units.clear()
    return payload
  }
  for (const sample of samples) {
    const text = sampleText(sample)
    if (texts.length === MOST_SAMPLES || (texts.length > 0 && length + text.length > mostLength)) {
      yield take()
    }
    texts.push(text)
    length += text.length
    for (const id in sample.extras) if (!units.has(id)) units.set(id, unitOf(device, id))
  }
  if (texts.length > 0) yield take()
}

function sampleText(sample: CommittedSample): string {
  const { timeUs, epochId, boot, seq, electric, voltage, current, power, status } = sample
  return JSON.stringify({
    time_us: timeUs,
    boot,
    run: epochId,
    seq,
    ...(electric ? { v: voltage, a: current, w: power } : {}),
    ...(sample.extras === null ? {} : { channels: sample.extras }),
    status,
    ...(sample.late ? { late: true } : {}),
  })
}

function recordPayload(log: string, record: LogRecord): string {
  const { device, id } = record
  const own = { log, device }
  switch (record.kind) {
    case 'run':
      return JSON.stringify({ ...own, run: id, boot: record.boot, time_us: record.startedUs })
    case 'event': {
      const { event, detail, timeUs } = record
      return JSON.stringify({ ...own, id, time_us: timeUs, kind: event, detail })
    }
    case 'loss': {
      const { runId, boot, firstSeq, count, fromUs, toUs, reason } = record
      const what = { run: runId, boot, first_seq: firstSeq, count, reason }
      return JSON.stringify({ ...own, id, from_us: fromUs, to_us: toUs, ...what })
    }
    case 'loss_gone':
      return JSON.stringify({ ...own, id, from_us: record.fromUs, count: 0 })
  }
}

/**
 * A device as it is now. What is not known is not there; where the newest sample was not measured, all values are null,
 * where it had no value of a channel, that is not there.
 */
export function statePayload(live: LiveDevice): string {
  const { sampleUs, totals, alarms, outputs, unconfirmed, link } = live
  const [electric, extras] = valuesOf(live)
  return JSON.stringify({
    ...(sampleUs === null ? {} : { time: formatIso(sampleUs), time_us: sampleUs }),
    ...electric,
    ...(Object.keys(extras).length === 0 ? {} : { channels: extras }),
    status: live.status,
    ...(totals === null
      ? {}
      : {
          charge_ah: rounded(totals.chargeMah / 1000),
          energy_wh: rounded(totals.energyMwh / 1000),
          since: formatIso(totals.sinceUs),
        }),
    ...(alarms.length === 0
      ? {}
      : { alarms: Object.fromEntries(alarms.map(({ name, state }) => [name, state])) }),
    ...(outputs === null ? {} : { outputs, unconfirmed }),
    ...(link === null ? {} : { link: linkMembers(link) }),
  })
}

type Values = Record<string, number | null>

function valuesOf({ values, channels }: LiveDevice): [electric: Values, extras: Values] {
  const known = channels.flatMap(({ id }): [string, number | null][] => {
    if (values === null) return [[id, null]]
    return id in values ? [[id, values[id] as number]] : []
  })
  return [
    Object.fromEntries(known.filter(([id]) => isElectric(id))),
    Object.fromEntries(known.filter(([id]) => !isElectric(id))),
  ]
}

export function isElectric(id: string): boolean {
  return id === 'v' || id === 'a' || id === 'w'
}

function linkMembers({ rate, badLines, ...link }: LiveLink): object {
  const { samples, lost, recovered, reboots, log } = link
  return {
    rate: Math.round(rate * 100) / 100,
    samples,
    lost,
    recovered,
    bad_lines: badLines,
    reboots,
    log,
  }
}

/** To 1 µAh, 1 µWh: a sum of doubles has noise behind that. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
