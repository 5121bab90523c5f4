import { expect, it } from 'vitest'
import type { Extras } from '../../src/domain/channels.ts'
import { NewestValues } from '../../src/monitor/newest-values.ts'
import { sampleOf } from '../support/samples.ts'

const at = (s: number, extras: Extras) => sampleOf({ timeUs: s * 1e6, electric: false, extras })

it('keeps the value of each channel until its next one should have been there', () => {
  const values = new NewestValues()
  for (let s = 0; s <= 20; s++) {
    values.add(at(s, { fast: s }))
    if (s % 10 === 0) values.add(at(s, { slow: s }))
  }
  expect(values.at(20e6)).toEqual({ fast: 20, slow: 20 })
  // 3 usual intervals and 0.5 s.
  expect(values.at(23.4e6)).toEqual({ fast: 20, slow: 20 })
  expect(values.at(23.6e6)).toEqual({ slow: 20 })
  expect(values.at(50.4e6)).toEqual({ slow: 20 })
  expect(values.at(50.6e6)).toEqual({})
})
