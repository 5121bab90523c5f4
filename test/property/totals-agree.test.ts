import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HubDevice } from '../../src/monitor/hub.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import { LineSource } from '../support/line-source.ts'
import { openWriter, START_US } from '../support/log-fixture.ts'
import { MemoryLog } from '../support/memory-log.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

/** What becomes of a line: `odd` and `early` stamps are wrong by far, or by 3 s; `bare` ones are missing. */
type Fate = 'sent' | 'lost' | 'late' | 'late_odd' | 'late_early' | 'late_bare' | 'odd'

interface Line {
  /** ms of device time since the line before */
  readonly stepMs: number
  readonly microAmps: number
  readonly fate: Fate
  readonly status: string
  /** Its device has counted what flowed until then; `again`: it has begun at 0. */
  readonly counters: 'none' | 'counted' | 'again'
  /** Current between it and the line before, other than at both; what was counted is made of it. */
  readonly betweenMicroAmps: number
}

const line: fc.Arbitrary<Line> = fc.record({
  stepMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 2000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 5000, max: 700_000 }) },
  ),
  microAmps: fc.integer({ min: -3_000_000, max: 3_000_000 }),
  fate: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Fate>('sent') },
    fc.constantFrom<Fate[]>('lost', 'late', 'late_odd', 'late_early', 'late_bare', 'odd'),
  ),
  status: fc.oneof(
    { weight: 8, arbitrary: fc.constant('ok') },
    fc.constantFrom('clip', 'error', 'part'),
  ),
  counters: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Line['counters']>('counted') },
    fc.constantFrom<Line['counters'][]>('none', 'again'),
  ),
  betweenMicroAmps: fc.integer({ min: -3_000_000, max: 3_000_000 }),
})

interface Course {
  readonly lines: readonly Line[]
  readonly isNumbered: boolean
  readonly isLive: boolean
  /** What is late comes with each line so many. */
  readonly lateEvery: number
  /** The newest of them first. */
  readonly isLateBack: boolean
  /** The device counts charge and energy. */
  readonly isCounting: boolean
}

function stampOf(fate: Fate, ms: number): string {
  if (fate === 'late_bare') return ''
  if (fate === 'late_early') return `,"ms":${ms - 3000}`
  return `,"ms":${fate === 'odd' || fate === 'late_odd' ? ms + 4_000_000 : ms}`
}

function detailOf({ microAmps, betweenMicroAmps }: Line, microCoulombs: number): string {
  const amps = [microAmps / 1e6, betweenMicroAmps / 1e6]
  const [least, most] = [Math.min(...amps), Math.max(...amps)]
  const counted = `"mc":${microCoulombs / 1000},"mj":${(5 * microCoulombs) / 1000}`
  return `,"n":9,"vmin":4.9,"vmax":5.1,"amin":${least},"amax":${most},${counted}`
}

function expectAgreement(course: Course, file: string): void {
  const { lines, isNumbered, isLive, lateEvery, isLateBack, isCounting } = course
  expectSameTotals(file, isLive, (source, clock) => {
    let ms = 1_000_000
    const late: string[] = []
    let microCoulombs = 0
    lines.forEach((each, i) => {
      const { stepMs, microAmps, fate, status } = each
      ms += stepMs
      if (isLive) clock.advance(stepMs)
      const number = isNumbered ? `,"seq":${i}` : ''
      microCoulombs += Math.round((each.betweenMicroAmps * stepMs) / 1000)
      if (each.counters === 'again') microCoulombs = 0
      const detail = isCounting && each.counters !== 'none' ? detailOf(each, microCoulombs) : ''
      const text = `{"v":5,"a":${microAmps / 1e6}${stampOf(fate, ms)}${number},"status":"${status}"${detail}}`
      if (fate.startsWith('late')) late.push(text)
      else if (fate !== 'lost') source.line(text)
      if (!isNumbered || i % lateEvery !== 0) return
      const due = late.splice(0)
      for (const each of isLateBack ? due.reverse() : due) source.line(each)
    })
  })
}

/** @param file name of a log, free again afterwards */
function expectSameTotals(
  file: string,
  isLive: boolean,
  play: (source: LineSource, clock: ManualClock) => void,
): void {
  const clock = new ManualClock(START_US / 1000)
  const source = new LineSource({ live: isLive })
  const log = new MemoryLog()
  const { hub } = startHub({ clock, log, sources: [source], devices: ['bench'] })
  play(source, clock)
  hub.finish()

  const { writer, end } = openWriter(file)
  log.commit()
  for (const batch of log.batches) writer.write([batch])
  end()
  const reader = LogReader.open(file)
  const range = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER, device: null }
  const [total] = reader.totals(range)
  reader.close()
  for (const each of readdirSync(dirname(file))) rmSync(join(dirname(file), each))
  const { totals } = (hub.devices[0] as HubDevice).state
  expect(totals.samples).toBe(total?.measured ?? 0)
  expect(totals.coveredS).toBe((total?.coveredUs ?? 0) / 1e6)
  expect(totals.countedS).toBe((total?.countedUs ?? 0) / 1e6)
  expect(totals.bridgedS).toBe((total?.bridgedUs ?? 0) / 1e6)
  expect(totals.chargeMah).toBeCloseTo(total?.chargeMah ?? 0, 9)
  expect(totals.energyMwh).toBeCloseTo(total?.energyMwh ?? 0, 9)
  expect(totals.chargeForwardMah).toBeCloseTo(total?.chargeForwardMah ?? 0, 9)
  expect(totals.energyForwardMwh).toBeCloseTo(total?.energyForwardMwh ?? 0, 9)
}

test('the totals of the screen are those of the log, whatever comes', () => {
  const file = join(temporaryFolder(), 'a.db')
  fc.assert(
    fc.property(
      fc.record({
        lines: fc.array(line, { minLength: 2, maxLength: 80, size: 'max' }),
        isNumbered: fc.boolean(),
        isLive: fc.boolean(),
        lateEvery: fc.oneof(fc.constant(7), fc.integer({ min: 1, max: 30 })),
        isLateBack: fc.boolean(),
        isCounting: fc.boolean(),
      }),
      (course) => expectAgreement(course, file),
    ),
    { numRuns: 60, endOnFailure: true },
  )
})

test('they agree where a late sample was lost between two that stand a µs apart', () => {
  const line = (stepMs: number, fate: Fate = 'sent'): Line => ({
    stepMs,
    microAmps: 1_000_000,
    fate,
    status: 'ok',
    counters: 'none',
    betweenMicroAmps: 0,
  })
  // The host waits 5 s for #5: the clock leads by the time of #8, whose own stamp is wrong, and
  // #10 to #12 go on from there, a µs each, until their stamps have caught up.
  const lines = [
    ...[line(1), line(1), line(1, 'lost'), line(5000), line(1), line(5000), line(1, 'late')],
    ...[line(32_001), line(9998, 'odd'), line(1, 'late'), line(1), line(1), line(1)],
    ...[line(17, 'late'), line(1)],
  ]
  const course = {
    lines,
    isNumbered: true,
    isLive: true,
    lateEvery: 7,
    isLateBack: false,
    isCounting: false,
  }
  expectAgreement(course, join(temporaryFolder(), 'a.db'))
})

test('they agree where the first samples of a device come after the fourth', () => {
  expectSameTotals(join(temporaryFolder(), 'a.db'), true, (source, clock) => {
    source.line('{"hello":"ina219","boot":1,"seq":0,"depth":0}')
    for (const seq of [3, 4, 2, 0, 1, 5, 6]) {
      clock.advance(1000)
      source.line(`{"v":5,"a":1,"ms":${1000 * seq + 1000},"seq":${seq}}`)
    }
  })
})
