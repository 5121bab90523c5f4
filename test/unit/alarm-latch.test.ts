import { describe, expect, it } from 'vitest'
import { alarmRig, BEGIN_US } from '../support/alarm-rig.ts'

describe('latch and acknowledge', () => {
  it('a latched alarm stays until somebody takes notice', () => {
    const { alarms, events, at } = alarmRig(['a > 1 latch as x'])
    const alarm = alarms.alarms[0]
    at(0, { current: 2 })
    at(1, { current: 0 })
    expect(alarm?.status).toMatchObject({
      state: 'latched',
      peak: 2,
      sinceUs: BEGIN_US,
      untilUs: BEGIN_US + 1e6,
    })
    at(5, { current: 3 })
    expect(alarm?.status).toMatchObject({ state: 'on', peak: 3 })
    at(6, { current: 0 })
    at(7, { current: 1.5 })
    at(8, { current: 0 })
    expect(events.at(-1)).toMatchObject({ kind: 'off', peak: 1.5, lasted: 1 })
    // All that nobody has taken notice of, not the newest alone.
    expect(alarm?.status).toMatchObject({
      state: 'latched',
      peak: 3,
      raises: 3,
      firstUs: BEGIN_US,
      sinceUs: BEGIN_US + 7e6,
    })
    const ack = alarm?.acknowledge(BEGIN_US + 9e6)
    expect(ack).toMatchObject({
      kind: 'alarm_ack',
      peak: 3,
      durationUs: 8e6,
      timeUs: BEGIN_US + 9e6,
    })
    expect(alarm?.status).toMatchObject({ state: 'off', sinceUs: null, peak: null })
    expect(alarm?.acknowledge(BEGIN_US + 9e6)).toBeNull()
    expect(events.map(({ kind }) => kind)).toEqual(['on', 'off', 'on', 'off', 'on', 'off'])
    at(10, { current: 1.2 })
    expect(alarm?.status).toMatchObject({ state: 'on', peak: 1.2, raises: 1 })
  })

  it('one that is acknowledged while it is on goes with its condition', () => {
    const { alarms, at } = alarmRig(['a > 1 latch as x'])
    const alarm = alarms.alarms[0]
    at(0, { current: 2 })
    expect(alarm?.acknowledge(BEGIN_US + 5e5)).toMatchObject({ durationUs: 5e5, value: 2 })
    expect(alarm?.status.state).toBe('acknowledged')
    at(1, { current: 0 })
    expect(alarm?.status.state).toBe('off')
  })

  it('shows a for that is running', () => {
    const { alarms, at } = alarmRig(['a > 1 for 3s'])
    at(0, { current: 2 })
    expect(alarms.alarms[0]?.status).toMatchObject({ state: 'pending', value: 2, unit: 'A' })
    at(1, { current: 0 })
    expect(alarms.alarms[0]?.status.state).toBe('off')
  })
})
