import { expect, it } from 'vitest'
import { Ina219Model, REGISTER } from '../../mock/board/ina219-model.ts'
import { sensorFeedOf } from '../../mock/board/sensor-feed.ts'
import type { SampleFeed } from '../../mock/sample-feed.ts'

/** Amperes from their offsets in µs on. */
function recording(samples: readonly (readonly [number, number])[]): SampleFeed {
  const at = (n: number) => samples[n] as readonly [number, number]
  return {
    name: 'recording',
    length: samples.length,
    ampsMax: 3.2,
    offsetUs: (n) => at(n)[0],
    unixUs: () => null,
    read: (n) => ({
      v: '5.000',
      a: String(at(n)[1]),
      w: null,
      extras: null,
      status: '"ok"',
      mode: '"NORMAL"',
    }),
  }
}

it('a recorded value holds to the next one, the last for good, and is integrated to the last bit', () => {
  const feed = sensorFeedOf(
    recording([
      [0, 0],
      [140, 1],
      [340, 0.25],
    ]),
  )
  expect(feed(200e-6, 0).untilS).toBeCloseTo(340e-6, 12)
  expect(feed(1, 0)).toEqual({ voltage: 5, current: 0.25, untilS: Number.POSITIVE_INFINITY })
  const time = { us: 0 }
  const model = new Ina219Model({ feed, nowUs: () => time.us })
  // Its first conversion begins 40 µs after power-on.
  time.us = 572
  const exact = (10_000 * (200 + 0.25 * 232)) / 532
  expect(model.peek(REGISTER.shuntVoltage)).toBe(Math.round(exact))
})
