import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HubDevice } from '../../src/monitor/hub.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { LineSource } from '../support/line-source.ts'
import { openWriter, START_US, tempFolder } from '../support/log-fixture.ts'
import { MemoryLog } from '../support/memory-log.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

interface Line {
  /** ms of device time since the line before */
  readonly stepMs: number
  readonly microAmps: number
  readonly fate: 'sent' | 'lost' | 'late' | 'odd'
  readonly status: string
}

const line: fc.Arbitrary<Line> = fc.record({
  stepMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 2000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 5000, max: 700_000 }) },
  ),
  microAmps: fc.integer({ min: -3_000_000, max: 3_000_000 }),
  fate: fc.oneof(
    { weight: 5, arbitrary: fc.constant('sent' as const) },
    fc.constantFrom('lost' as const, 'late' as const, 'odd' as const),
  ),
  status: fc.oneof({ weight: 8, arbitrary: fc.constant('ok') }, fc.constantFrom('clip', 'error')),
})

test('the totals of the screen are those of the log, whatever comes', () => {
  const folder = tempFolder()
  let run = 0
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 2, maxLength: 80, size: 'max' }),
      fc.boolean(),
      fc.boolean(),
      (lines, isNumbered, isLive) => {
        const clock = new ManualClock(START_US / 1000)
        const source = new LineSource({ live: isLive })
        const log = new MemoryLog()
        const { hub } = startHub({ clock, log, sources: [source], devices: ['bench'] })
        let ms = 1_000_000
        const late: string[] = []
        lines.forEach(({ stepMs, microAmps, fate, status }, i) => {
          ms += stepMs
          if (isLive) clock.advance(stepMs)
          const stamp = fate === 'odd' ? ms + 4_000_000 : ms
          const number = isNumbered ? `,"seq":${i}` : ''
          const text = `{"v":5,"a":${microAmps / 1e6},"ms":${stamp}${number},"status":"${status}"}`
          if (fate === 'late') late.push(text)
          else if (fate !== 'lost') source.line(text)
          if (isNumbered && i % 7 === 0) for (const each of late.splice(0)) source.line(each)
        })
        hub.finish()

        const file = join(folder, `${run++}.db`)
        const { writer, end } = openWriter(file)
        log.commit()
        for (const batch of log.batches) writer.write([batch])
        end()
        const reader = LogReader.open(file)
        const range = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER, device: null }
        const [total] = reader.totals(range)
        reader.close()
        // Two samples of one instant are put 1 µs apart by the log.
        const { totals } = (hub.devices[0] as HubDevice).state
        expect(totals.samples).toBe(total?.measured ?? 0)
        expect(totals.chargeMah).toBeCloseTo(total?.chargeMah ?? 0, 5)
        expect(totals.energyMwh).toBeCloseTo(total?.energyMwh ?? 0, 5)
        expect(totals.chargeForwardMah).toBeCloseTo(total?.chargeForwardMah ?? 0, 5)
        expect(totals.energyForwardMwh).toBeCloseTo(total?.energyForwardMwh ?? 0, 5)
        expect(totals.coveredS).toBeCloseTo((total?.coveredUs ?? 0) / 1e6, 4)
      },
    ),
    { numRuns: 60, endOnFailure: true },
  )
})
