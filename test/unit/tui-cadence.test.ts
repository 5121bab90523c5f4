import { describe, expect, it } from 'vitest'
import { Cadence, type Moment } from '../../src/tui/cadence.ts'
import { REGIONS } from '../../src/tui/view/layout.ts'

/** A sample each 100 ms. */
function momentAt(ms: number, changes: Partial<Moment> = {}): Moment {
  return { nowUs: ms * 1000, mark: `sample ${ms}`, layout: '', alert: '', ...changes }
}

describe('cadence', () => {
  it('draws each part as often as an eye follows it', () => {
    const cadence = new Cadence()
    cadence.take(momentAt(0))
    const counts = new Map<string, number>()
    for (let ms = 50; ms <= 10_000; ms += 50) {
      for (const region of cadence.take(momentAt(ms))) {
        counts.set(region, (counts.get(region) ?? 0) + 1)
      }
    }
    expect(Object.fromEntries(counts)).toMatchObject({
      gauges: 50,
      table: 50,
      chart: 20,
      alarms: 20,
      totals: 10,
      header: 10,
    })
  })

  it('draws the header when a second begins', () => {
    const cadence = new Cadence()
    cadence.take(momentAt(500))
    expect(cadence.take(momentAt(900)).has('header')).toBe(false)
    expect(cadence.take(momentAt(1000)).has('header')).toBe(true)
  })

  it('draws nothing while nothing changes, and what was put off once its time comes', () => {
    const cadence = new Cadence()
    cadence.take(momentAt(0))
    const mark = 'the last sample'
    expect([...cadence.take(momentAt(250, { mark }))]).not.toContain('chart')
    expect(cadence.take(momentAt(300, { mark })).size).toBe(0)
    expect([...cadence.take(momentAt(600, { mark }))]).toContain('chart')
    expect([...cadence.take(momentAt(1100, { mark }))]).toEqual(
      expect.arrayContaining(['header', 'totals']),
    )
    expect(cadence.take(momentAt(9999, { mark })).size).toBe(0)
  })

  it('draws everything at once after a key and on an alert', () => {
    const cadence = new Cadence()
    cadence.take(momentAt(0))
    cadence.hurry()
    expect([...cadence.take(momentAt(1))]).toEqual(REGIONS)
    expect(cadence.take(momentAt(2)).size).toBe(0)
    expect([...cadence.take(momentAt(3, { alert: 'silent' }))]).toEqual(REGIONS)
    expect([...cadence.take(momentAt(4, { alert: 'silent', layout: 'wide' }))]).toEqual(REGIONS)
  })

  it('draws everything twice a second at most for an alarm that comes and goes', () => {
    const cadence = new Cadence()
    cadence.take(momentAt(0))
    let whole = 0
    for (let ms = 100; ms <= 10_000; ms += 100) {
      const alert = ms % 200 === 0 ? '' : 'on'
      if (cadence.take(momentAt(ms, { alert, mark: 'the same' })).size === REGIONS.length) whole++
    }
    expect(whole).toBeGreaterThanOrEqual(15)
    expect(whole).toBeLessThanOrEqual(20)
    // The last word is the right one.
    cadence.take(momentAt(10_300, { alert: 'on' }))
    expect([...cadence.take(momentAt(10_900, { alert: 'off' }))]).toEqual(REGIONS)
  })

  it('draws a part that has something new to show', () => {
    const cadence = new Cadence()
    cadence.take(momentAt(0))
    cadence.hurryPart('chart')
    expect([...cadence.take(momentAt(1))]).toEqual(['chart'])
  })
})
