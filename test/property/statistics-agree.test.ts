import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HubDevice } from '../../src/monitor/hub.ts'
import type { SpanStatistics } from '../../src/monitor/view.ts'
import { STATISTICS } from '../../src/stats/statistic-names.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import { LineSource } from '../support/line-source.ts'
import { openWriter, START_US } from '../support/log-fixture.ts'
import { MemoryLog } from '../support/memory-log.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

interface Line {
  /** ms of device time since the line before */
  readonly stepMs: number
  readonly microAmps: number
  readonly fate: 'sent' | 'lost' | 'late'
  readonly kind: 'electric' | 'both' | 'bare'
  readonly status: string
  /** How far the conversions of it lie apart; null: its device does not say. */
  readonly rangeMicroAmps: number | null
}

const line: fc.Arbitrary<Line> = fc.record({
  stepMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 3, arbitrary: fc.integer({ min: 100, max: 3000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 5000, max: 200_000 }) },
  ),
  microAmps: fc.integer({ min: -3_000_000, max: 3_000_000 }),
  fate: fc.oneof(
    { weight: 6, arbitrary: fc.constant('sent' as const) },
    fc.constantFrom('lost' as const, 'late' as const),
  ),
  kind: fc.constantFrom('electric' as const, 'both' as const, 'bare' as const),
  status: fc.oneof({ weight: 8, arbitrary: fc.constant('ok') }, fc.constantFrom('clip', 'ovf')),
  rangeMicroAmps: fc.option(fc.integer({ min: 0, max: 500_000 })),
})

/** A log file of what a hub has handed over. */
function written(file: string, log: MemoryLog): LogReader {
  const { writer, end } = openWriter(file)
  log.commit()
  for (const batch of log.batches) writer.write([batch])
  end()
  return LogReader.open(file)
}

test('the statistics of the screen are those of the log for the same span, whatever comes', async () => {
  const folder = temporaryFolder()
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 2, maxLength: 90, size: 'max' }),
      fc.boolean(),
      fc.nat(89),
      async (lines, isNumbered, resetAt) => {
        const clock = new ManualClock(START_US / 1000)
        const source = new LineSource({ live: false })
        const log = new MemoryLog()
        const { hub, view } = startHub({ clock, log, sources: [source], devices: ['bench'] })
        const { state } = hub.devices[0] as HubDevice
        let ms = START_US / 1000
        let sinceUs = 0
        const late: string[] = []
        lines.forEach(({ stepMs, microAmps, fate, kind, status, rangeMicroAmps }, i) => {
          ms += stepMs
          const electric = kind === 'bare' ? '' : `"v":5,"a":${microAmps / 1e6},`
          const soc = kind === 'electric' ? '' : `"soc":${microAmps / 1e6},`
          const [least, most] = [-1, 1].map((s) => (microAmps + s * (rangeMicroAmps ?? 0)) / 1e6)
          const extremes = `"n":3,"vmin":4.5,"vmax":5.25,"amin":${least},"amax":${most},`
          const detail = kind === 'bare' || rangeMicroAmps === null ? '' : extremes
          const number = isNumbered ? `,"seq":${i}` : ''
          const text = `{${electric}${soc}${detail}"ts":${ms}${number},"status":"${status}"}`
          if (isNumbered && fate === 'late') late.push(text)
          else if (!isNumbered || fate !== 'lost') source.line(text)
          if (i % 7 === 0) for (const each of late.splice(0)) source.line(each)
          if (i !== resetAt || state.newest === null) return
          // What comes late from before is not since the reset.
          for (const each of late.splice(0)) source.line(each)
          state.resetTotals()
          sinceUs = state.newest.sample.timeUs
        })
        hub.finish()
        const newest = state.newest?.sample.timeUs
        const reader = written(join(folder, `${run++}.db`), log)
        const checks: readonly SpanStatistics[] = [
          await view.statistics({ device: 0, span: { kind: 'last', seconds: 60 } }),
          await view.statistics({ device: 0, span: { kind: 'last', seconds: 900 } }),
        ]
        if (newest !== undefined) {
          for (const { fromUs, channels } of checks) {
            expect(plain(channels)).toEqual(
              plain(reader.statistics('bench', fromUs, newest + 1).channels),
            )
          }
          const { channels } = await view.statistics({ device: 0, span: { kind: 'reset' } })
          expect(plain(channels)).toEqual(
            plain(reader.statistics('bench', sinceUs + 1, newest + 1).channels),
          )
        }
        reader.close()
      },
    ),
    { numRuns: 60, endOnFailure: true },
  )
})

/** To 12 digits: sums of parts end in another last bit than one long sum. */
function plain(channels: SpanStatistics['channels'] | null): unknown {
  const digits = (value: number | null): number | null =>
    value === null ? null : Number(value.toPrecision(12))
  return Object.fromEntries(
    Object.entries(channels ?? {}).map(([id, { figures, mean, ...rest }]) => [
      id,
      { ...rest, mean: digits(mean), figures: STATISTICS.map((name) => digits(figures[name])) },
    ]),
  )
}
