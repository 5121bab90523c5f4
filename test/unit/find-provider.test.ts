import { describe, expect, it } from 'vitest'
import { FindProvider } from '../../src/monitor/find-provider.ts'
import type { HubDevice } from '../../src/monitor/hub.ts'
import type { MomentWish } from '../../src/monitor/view.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

const WALL_MS = 1_790_000_000_000
const WALL_US = WALL_MS * 1000

/** A device without a log: ten samples a second apart, the fourth of them a spike. */
function device(): HubDevice {
  const clock = new ManualClock(WALL_MS)
  const source = new LineSource({ live: true })
  const { hub } = startHub({ clock, sources: [source] })
  for (let s = 0; s < 10; s++) {
    source.line(`{"v":5,"a":${s === 3 ? 2.5 : 0.1},"seq":${s}}`)
    clock.advance(1000)
  }
  const [only] = hub.devices as [HubDevice]
  only.stream.report('marker', 'first', WALL_US + 2e6)
  only.stream.report('note', 'nothing to look for', WALL_US + 3e6)
  only.stream.report('restart', 'second', WALL_US + 4e6)
  return only
}

const find = (wish: MomentWish) => new FindProvider(null).find(device(), wish)

describe('without a log, what memory holds', () => {
  it('has the largest value, to a slot of 20 ms', async () => {
    const all = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER }
    expect(await find({ what: 'max', channel: 'a', ...all })).toEqual({
      timeUs: WALL_US + 3e6,
      withinUs: 20_000,
      kind: 'sample',
      text: '',
      values: { v: 5, a: 2.5, w: 12.5 },
    })
    const later = { fromUs: WALL_US + 3.5e6, toUs: WALL_US + 6e6 }
    const moment = await find({ what: 'max', channel: 'a', ...later })
    expect([moment?.timeUs, moment?.values?.['a']]).toEqual([WALL_US + 4e6, 0.1])
    expect(await find({ what: 'max', channel: 'lux', ...all })).toBeNull()
  })

  it('has the nearest sample, unless it is too far away', async () => {
    const near = (atUs: number, withinUs: number) => find({ what: 'sample', atUs, withinUs })
    expect((await near(WALL_US + 4.4e6, 1e6))?.timeUs).toBe(WALL_US + 4e6)
    expect(await near(WALL_US + 4.4e6, 0.3e6)).toBeNull()
  })

  it('has the newest events', async () => {
    const next = (direction: 'before' | 'after', atUs: number) =>
      find({ what: 'any', direction, atUs: WALL_US + atUs })
    expect((await next('after', 0))?.text).toBe('first')
    expect((await next('after', 2e6))?.text).toBe('second')
    expect(await next('after', 4e6)).toBeNull()
    expect((await next('before', 9e6))?.text).toBe('second')
  })
})
