import { describe, expect, it } from 'vitest'
import { NEUTRAL } from '../../src/domain/calibration.ts'
import { fitCorrection } from '../../src/domain/calibration-fit.ts'

describe('fitCorrection', () => {
  const off = 0.0012
  const gain = 1.0042
  const read = (reference: number) => ({ read: reference / gain + off, reference })

  it('the zero gives the offset, and leaves the gain', () => {
    expect(fitCorrection([{ read: 0.00123456, reference: 0 }], { offset: 9, gain: 2 })).toEqual({
      correction: { offset: 0.001235, gain: 2 },
      // What the rounding leaves.
      residuals: [-0.000001],
    })
  })

  it('one point gives the gain, with the offset as it was', () => {
    const fit = fitCorrection([read(1)], { offset: off, gain: 1 })
    expect(fit?.correction).toEqual({ offset: off, gain })
  })

  it.each([[[0, 1]], [[0.5, 2]], [[0, 0.5, 2]], [[-1, 1]]])('%j A give both', (references) => {
    const fit = fitCorrection(references.map(read), NEUTRAL)
    expect(fit?.correction).toEqual({ offset: off, gain })
    for (const each of fit?.residuals ?? []) expect(Math.abs(each)).toBeLessThan(2e-6)
  })

  it('says what is left where the points are on no line', () => {
    const bent = [read(0), { read: 1, reference: 1.01 }, { read: 2, reference: 2 }]
    const fit = fitCorrection(bent, NEUTRAL)
    expect(Math.max(...(fit?.residuals ?? []).map(Math.abs))).toBeGreaterThan(0.004)
  })

  it('refuses what is no line', () => {
    expect(
      fitCorrection(
        [
          { read: 1, reference: 0 },
          { read: 1, reference: 1 },
        ],
        NEUTRAL,
      ),
    ).toBeNull()
    expect(
      fitCorrection(
        [
          { read: 1, reference: 0 },
          { read: 0, reference: 1 },
        ],
        NEUTRAL,
      ),
    ).toBeNull()
    expect(fitCorrection([{ read: 0, reference: 1 }], NEUTRAL)).toBeNull()
    expect(fitCorrection([{ read: -1, reference: 1 }], NEUTRAL)).toBeNull()
  })
})
