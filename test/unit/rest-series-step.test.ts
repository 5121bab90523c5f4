import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alignedTo, stepFor } from '../../src/serve/rest/reading/series-step.ts'

const Span = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 52 }), fc.integer({ min: 1, max: 2 ** 52 }))
  .map(([fromUs, lengthUs]) => ({ fromUs, toUs: fromUs + lengthUs }))
const Points = fc.integer({ min: 1, max: 11_000 })

describe('the step of a series', () => {
  it('is 1, 2 or 5 with zeros of a unit, in whole minutes from a minute on', () => {
    fc.assert(
      fc.property(Span, Points, (span, points) => {
        const ms = stepFor(span, points) / 1000
        const units = [86_400_000, 3_600_000, 60_000, 1000, 1]
        const unit = units.find((each) => ms >= each) as number
        expect(String(ms / unit)).toMatch(/^[125]0*$/)
        if (ms > 20_000) expect(ms % 60_000).toBe(0)
      }),
    )
  })

  it('is the shortest with which the span has no more rows than points', () => {
    fc.assert(
      fc.property(Span, Points, (span, points) => {
        const rows = (stepUs: number): number => {
          const { fromUs, toUs } = alignedTo(span, stepUs)
          return (toUs - fromUs) / stepUs
        }
        const stepUs = stepFor(span, points)
        // A span over an end of each step has two rows whatever the step.
        const isShortEnough = rows(stepUs) <= points || points === 1
        expect(isShortEnough).toBe(true)
        for (const shorterUs of [stepUs / 2, stepUs / 2.5]) {
          if (Number.isInteger(shorterUs) && stepFor(span, points, shorterUs) === shorterUs) {
            expect(rows(shorterUs)).toBeGreaterThan(points)
          }
        }
      }),
    )
  })

  it('is aligned, and covers the span', () => {
    fc.assert(
      fc.property(Span, Points, (span, points) => {
        const stepUs = stepFor(span, points)
        const { fromUs, toUs } = alignedTo(span, stepUs)
        expect([fromUs % stepUs, toUs % stepUs]).toEqual([0, 0])
        expect(fromUs).toBeLessThanOrEqual(span.fromUs)
        expect(toUs).toBeGreaterThanOrEqual(span.toUs)
        expect(fromUs + stepUs).toBeGreaterThan(span.fromUs)
        expect(toUs - stepUs).toBeLessThan(span.toUs)
      }),
    )
  })
})
