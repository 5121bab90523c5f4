import { setTimeout as pauseFor } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import { openSink } from '../../src/sinks/open-sink.ts'
import { planSink } from '../../src/sinks/plan-sink.ts'
import { SinkCursor } from '../../src/sinks/sink-cursor.ts'
import { SinkLog } from '../../src/sinks/sink-log.ts'
import { SinkRunner } from '../../src/sinks/sink-runner.ts'
import type { LogEvent, LostRange } from '../../src/storage/file/records.ts'
import { EMPTY_BATCH } from '../../src/storage/write/log-batch.ts'
import { systemClock } from '../../src/util/clock.ts'
import { batchesOf, EPOCH, openWriter, query, START_US, sampleAt, series } from './log-fixture.ts'
import type { Subscriber } from './servers/mosquitto.ts'

/** A label that would be several levels and wildcards of a topic. */
export const ODD = '/dev/tty+USB#0 ü%'
export const ODD_LEVEL = '%2Fdev%2Ftty%2BUSB%230%20ü%25'

const OTHER = { id: 2, device: ODD, boot: null, startedUs: START_US }

interface Run {
  readonly device: string
  readonly run: number
  readonly boot: number | null
}

interface Published {
  readonly log: string
  readonly device: string
  readonly samples: readonly {
    readonly time_us: number
    readonly boot: number | null
    readonly run: number
    readonly seq: number | null
    readonly v?: number
    readonly a?: number
    readonly w?: number
    readonly channels?: Readonly<Record<string, number>>
    readonly status: string
    readonly late?: boolean
  }[]
}

/** Samples of two devices, some of them late, with a channel, events, losses, and losses that were taken back. */
export function makeMixedLog(file: string, count = 1000): void {
  const lostAt = (firstSeq: number, reason: LostRange['reason']): LostRange => {
    const fromUs = START_US + (firstSeq - 1) * 1e5
    return { epochId: 1, firstSeq, count: 2, fromUs, toUs: fromUs + 3e5, reason }
  }
  const event = (n: number): LogEvent => {
    return { timeUs: START_US + n * 1e6, device: 'bench', kind: 'marker', detail: `"note" ${n} é` }
  }
  const all = series(count, 1e5)
  const late = all.filter(({ seq }) => (seq ?? 0) % 50 === 49)
  const log = openWriter(file)
  const lost = late.slice(0, 5).map(({ seq }) => lostAt(seq ?? 0, 'gone'))
  log.writer.write(
    batchesOf(
      all.filter((sample) => !late.includes(sample)),
      { epochs: [EPOCH], lost, events: [event(1), event(2)] },
    ),
  )
  const odd = Array.from({ length: 250 }, (_, i) =>
    sampleAt(START_US + i * 1e6 + 7, null, {
      epochId: 2,
      status: i % 7 === 0 ? 'clip,out_of_range' : 'ok',
      extras: i % 2 === 0 ? { soc: 85 + i / 1e3, 'lx"': -1e-9 * i } : null,
      ...(i % 5 === 0
        ? {
            electric: false,
            voltage: Number.NaN,
            current: Number.NaN,
            power: Number.NaN,
            extras: { soc: i },
          }
        : {}),
    }),
  )
  const channels = [{ device: ODD, id: 'soc', unit: '%' }]
  log.writer.write(batchesOf(odd, { epochs: [OTHER], channels }))
  // What was lost turns up; one of them stays so.
  const found = lost.slice(1).map(({ firstSeq }) => lostAt(firstSeq, 'found'))
  log.writer.write(
    batchesOf(
      late.map((sample) => ({ ...sample, origin: 'late' as const })),
      { epochs: [EPOCH], lost: found },
    ),
  )
  log.writer.write([{ ...EMPTY_BATCH, epochs: [EPOCH], events: [event(3)] }])
  log.end()
}

/**
 * What a subscriber has is what the log has: each sample at least once, with the same values and times; the newest of
 * each event, loss and run. The boot number of a run may come to be known after its first samples: its run says it then.
 *
 * @returns how many samples came again
 */
export function expectAll(heard: Subscriber, file: string): number {
  const published = heard.json<Published>('/samples')
  const boots = new Map(
    heard.json<Run>('/run').map(({ device, run, boot }) => [`${device} ${run}`, boot]),
  )
  const samples = published.flatMap(({ device, samples }) =>
    samples.map((each) => ({
      device,
      ...each,
      boot: each.boot ?? boots.get(`${device} ${each.run}`) ?? null,
    })),
  )
  const byKey = new Map(samples.map((each) => [`${each.device} ${each.time_us}`, each]))
  expect(sorted([...byKey.values()].map(({ late: _, ...each }) => each))).toEqual(
    sorted(logged(file)),
  )
  // A device, its boot or run and its number are enough to tell that one came again, where it numbers its samples.
  const numbered = samples.filter(({ seq }) => seq !== null)
  const identities = new Set(numbered.map(({ device, run, seq }) => `${device} ${run} ${seq}`))
  expect(identities.size).toBe([...byKey.values()].filter(({ seq }) => seq !== null).length)
  expect(new Set(published.map(({ log }) => log)).size).toBe(1)
  for (const { topic, payload } of heard.all) {
    expect(payload.length, topic).toBeLessThan(70_000)
  }
  expectRecords(heard, file)
  return samples.length - byKey.size
}

function expectRecords(heard: Subscriber, file: string): void {
  const newest = (end: string): Record<string, unknown>[] => {
    const found = heard.json<{ id: number }>(end)
    return [
      ...new Map(
        found.map(({ log: _, ...each }: Record<string, unknown>) => [each['id'], each]),
      ).values(),
    ]
  }
  const losses = query(
    file,
    `SELECT l.id, l.epoch_id AS run, e.boot, d.name AS device, first_seq, count, from_us, to_us, reason
     FROM lost l JOIN epoch e ON e.id = l.epoch_id JOIN device d ON d.id = e.device_id`,
  )
  const present = newest('/loss').filter(({ count }) => count !== 0)
  expect(sortedById(present)).toEqual(sortedById(losses))
  const events = query(
    file,
    `SELECT v.id, d.name AS device, time_us, kind, detail FROM event v JOIN device d ON d.id = v.device_id`,
  )
  expect(sortedById(newest('/event'))).toEqual(sortedById(events))
  const runs = query(
    file,
    `SELECT e.id AS run, d.name AS device, e.boot, e.started_us AS time_us FROM epoch e JOIN device d ON d.id = e.device_id`,
  )
  const told = new Map(heard.json('/run').map(({ log: _, ...each }) => [each['run'], each]))
  expect(sorted([...told.values()])).toEqual(sorted(runs))
}

/** As other programs read it. */
function logged(file: string): object[] {
  const rows = query(
    file,
    `SELECT device, time_us, boot, epoch AS run, sequence AS seq, voltage AS v, current AS a, power AS w, status FROM power_log`,
  )
  const values = query(
    file,
    'SELECT device, time_us, boot, epoch AS run, sequence AS seq, channel, value, status FROM channel_log',
  )
  const all = new Map<string, Record<string, unknown>>()
  for (const row of rows) all.set(`${row['device']} ${row['time_us']}`, row)
  for (const { channel, value, ...row } of values) {
    const key = `${row['device']} ${row['time_us']}`
    const sample = all.get(key) ?? row
    all.set(key, {
      ...sample,
      channels: { ...(sample['channels'] as object), [String(channel)]: value },
    })
  }
  return [...all.values()]
}

function sorted(rows: readonly object[]): unknown[] {
  return rows
    .map((row) =>
      JSON.stringify(Object.fromEntries(Object.entries(row).sort(byName)), withSortedKeys),
    )
    .sort()
}

function sortedById(rows: readonly Record<string, unknown>[]): unknown[] {
  return [...rows].sort((one, other) => Number(one['id']) - Number(other['id']))
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1
}

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(byName))
}

/** Pauses between attempts take no longer in a test, ms. */
const SHORT_MS = 50
const DEADLINE_MS = 30_000

export interface RunnerOptions {
  readonly isOnce?: boolean
  readonly env?: NodeJS.ProcessEnv
  /** An attempt without an answer is given up then, ms. */
  readonly deadlineMs?: number
}

/** A sink as a process has it, its pauses short. It is stopped at the end of the test. */
export async function runnerOf(
  file: string,
  url: string,
  { isOnce = true, env = {}, deadlineMs = DEADLINE_MS }: RunnerOptions = {},
): Promise<SinkRunner> {
  const plan = planSink(url, 1e9, env)
  const log = new SinkLog(file, 'other')
  const sink = await openSink(plan)
  const cursor = new SinkCursor(log, plan.name, plan.keepBytes)
  const runner = new SinkRunner({
    plan,
    sink,
    cursor,
    file,
    isOnce,
    clock: systemClock,
    pause: (ms, signal) =>
      pauseFor(ms === DEADLINE_MS ? deadlineMs : Math.min(ms, SHORT_MS), undefined, { signal }),
  })
  onTestFinished(async () => {
    runner.stop(0)
    await sink.close()
    log.close()
  })
  return runner
}
