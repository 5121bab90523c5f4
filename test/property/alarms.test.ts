import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { alarmRig, BEGIN_US } from '../support/alarm-rig.ts'
import { sampleOf } from '../support/samples.ts'

/** One step of a recording: the time to the next sample, and what that is. */
const step = fc.record({
  spacingMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 80, max: 120 }) },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 3000 }) },
  ),
  /** In steps of 0.1 A. */
  level: fc.integer({ min: 0, max: 20 }),
  repeat: fc.integer({ min: 1, max: 12 }),
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('ok' as const) },
    { weight: 2, arbitrary: fc.constant('gap' as const) },
    { weight: 2, arbitrary: fc.constant('nosensor' as const) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
  ),
})

const recording = fc.array(step, { minLength: 1, maxLength: 25 }).map((steps) => {
  const samples: Sample[] = []
  let timeUs = BEGIN_US
  let epochId = 1
  for (const { spacingMs, level, repeat, kind } of steps) {
    for (let i = 0; i < repeat; i++) {
      timeUs += (i === 0 ? spacingMs : 100) * 1000
      const isRestart = kind === 'restart' && i === 0 && samples.length > 0
      if (isRestart) epochId++
      samples.push(
        sampleOf({
          timeUs,
          epochId,
          current: level / 10,
          status: kind === 'nosensor' ? 'nosensor' : 'ok',
          gapBefore: isRestart || (kind === 'gap' && i === 0 && samples.length > 0),
        }),
      )
    }
  }
  return samples
})

const isGood = ({ status }: Sample): boolean => status === 'ok'

/** The longest time from sample `i - 1` to `i` that is no pause: anew from all that is before. */
function pauseUs(samples: readonly Sample[], i: number): number {
  const spacings: number[] = []
  for (let k = 1; k < i; k++) {
    const [one, other] = [samples[k - 1] as Sample, samples[k] as Sample]
    if (one.epochId === other.epochId) spacings.push(other.timeUs - one.timeUs)
  }
  const newest = spacings.slice(-32).sort((a, b) => b - a)
  const usual = newest[1] ?? newest[0]
  return usual === undefined ? 10e6 : 3 * usual + 500_000
}

/** Whether `a > 1A hysteresis 0.3A` holds at each sample; null: not measured. */
function isHigh(samples: readonly Sample[], i: number): boolean | null {
  if (!isGood(samples[i] as Sample)) return null
  for (let k = i; k >= 0; k--) {
    const sample = samples[k] as Sample
    if (!isGood(sample)) continue
    if (sample.current > 1) return true
    if (sample.current <= 1 - 0.3) return false
  }
  return false
}

/** Whether something is not known between two samples that are true. */
function isInterrupted(samples: readonly Sample[], from: number, to: number): boolean {
  for (let k = from + 1; k <= to; k++) {
    const [before, sample] = [samples[k - 1] as Sample, samples[k] as Sample]
    if (before.epochId !== sample.epochId) return true
    if (sample.gapBefore && sample.timeUs - before.timeUs > pauseUs(samples, k)) return true
  }
  const hasUnknown = to - from > 1
  const spanUs = (samples[to] as Sample).timeUs - (samples[from] as Sample).timeUs
  return hasUnknown && spanUs > pauseUs(samples, to)
}

/** Whether `for 1s` of that is met at sample `i`, from everything before it. */
function isHeld(samples: readonly Sample[], i: number): boolean | null {
  const truth = isHigh(samples, i)
  if (truth !== true) return truth
  const run: number[] = []
  for (let k = i; k >= 0; k--) {
    const at = isHigh(samples, k)
    if (at === false) break
    if (at === true) run.unshift(k)
  }
  // Any stretch of it without an interruption that is long enough.
  for (let from = 0; from < run.length; from++) {
    for (let to = from; to < run.length; to++) {
      const [first, last] = [run[from] as number, run[to] as number]
      const before = run[to - 1]
      if (to > from && before !== undefined && isInterrupted(samples, before, last)) break
      const spanUs = (samples[last] as Sample).timeUs - (samples[first] as Sample).timeUs
      if (spanUs >= 1_000_000) return true
    }
  }
  return false
}

function isMeanHigh(samples: readonly Sample[], i: number): boolean | null {
  const second = (sample: Sample): number => Math.floor(sample.timeUs / 1e6)
  const now = second(samples[i] as Sample)
  const inside = samples.slice(0, i + 1).filter((each) => isGood(each) && second(each) > now - 2)
  if (inside.length === 0) return null
  const tenths = inside.reduce((sum, { current }) => sum + Math.round(current * 10), 0)
  return tenths / inside.length > 10
}

function isWild(samples: readonly Sample[], i: number): boolean {
  const nowUs = (samples[i] as Sample).timeUs
  const bad = samples.slice(0, i + 1).filter((each) => !isGood(each) && each.timeUs > nowUs - 2e6)
  return bad.length >= 3
}

type Truth = (samples: readonly Sample[], i: number) => boolean | null

/** `on` and `off` with their times, s. */
function expected(samples: readonly Sample[], truth: Truth): string[] {
  const events: string[] = []
  let isOn = false
  samples.forEach(({ timeUs }, i) => {
    const now = truth(samples, i)
    if (now === null || now === isOn) return
    isOn = now
    events.push(`${(timeUs - BEGIN_US) / 1e6} ${now ? 'on' : 'off'}`)
  })
  return events
}

function silences(samples: readonly Sample[]): string[] {
  return samples.flatMap((sample, i) => {
    const before = samples[i - 1]
    if (before === undefined) return []
    const longest = pauseUs(samples, i)
    const inEpoch = sample.timeUs - before.timeUs
    if (inEpoch <= longest) return []
    const at = (us: number): number => (us - BEGIN_US) / 1e6
    return [`${at(before.timeUs + longest)} on`, `${at(sample.timeUs)} off`]
  })
}

const RULES: readonly (readonly [string, Truth])[] = [
  ['a > 1A hysteresis 0.3A as high', isHigh],
  ['a > 1A hysteresis 0.3A for 1s as held', isHeld],
  ['avg(a,2s) > 1A as mean', isMeanHigh],
  ['out_of_range(2s) >= 3 as wild', isWild],
]

it('says the same as a look at everything that was, at each sample', () => {
  fc.assert(
    fc.property(recording, (samples) => {
      const { alarms, events } = alarmRig([...RULES.map(([rule]) => rule), 'silent as silent'])
      for (const sample of samples) alarms.sample(sample)
      const said = (name: string): string[] =>
        events.filter((each) => each.name === name).map(({ at, kind }) => `${at} ${kind}`)
      for (const [rule, truth] of RULES) {
        const name = rule.slice(rule.lastIndexOf(' ') + 1)
        expect([name, ...said(name)]).toEqual([name, ...expected(samples, truth)])
      }
      expect(said('silent')).toEqual(silences(samples))
      for (const { kind, name, at, peak } of events) {
        if (kind !== 'off' || name !== 'high') continue
        const on = events.findLast(
          (each) => each.name === name && each.kind === 'on' && each.at < at,
        )
        const inside = samples.filter(({ timeUs }) => {
          const second = (timeUs - BEGIN_US) / 1e6
          return second >= (on?.at ?? 0) && second <= at
        })
        expect(peak).toBe(Math.max(...inside.filter(isGood).map(({ current }) => current)))
      }
    }),
    { numRuns: 200 },
  )
})
