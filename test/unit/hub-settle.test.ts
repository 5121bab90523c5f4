import { expect, it } from 'vitest'
import { createDevice } from '../../mock/device.ts'
import { FaultInjector } from '../../mock/fault-injector.ts'
import { parseFaults } from '../../mock/faults.ts'
import { ManualClock, SimulatedWire } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

const START_S = 1_790_000_000

/** A hub that has just missed samples of a device which `hears` its requests, or doesn't. */
function missing(hears: boolean) {
  const clock = new ManualClock(START_S * 1000)
  const { core } = createDevice({
    scenario: 'normal',
    seed: 1,
    startS: START_S,
    intervalMs: 100,
    limit: 1000,
    plain: false,
  })
  const wire = new SimulatedWire({
    clock,
    core,
    toHost: null,
    toDevice: hears ? null : new FaultInjector(parseFaults('drop=1'), 1),
    latencyMs: 100,
  })
  const { hub } = startHub({ clock, sources: [wire] })
  const go = (ms: number): void => wire.run(ms, () => hub.tick())
  go(2000)
  wire.plugged = false
  go(500)
  wire.replug()
  while (hub.ledger.gaps === 0) go(50)
  let settled = false
  void hub.settle().then(() => {
    settled = true
  })
  /** Lets the clock go on, and what hangs on promises happen. */
  const wait = async (ms: number): Promise<boolean> => {
    go(ms)
    await Promise.resolve()
    await Promise.resolve()
    return settled
  }
  return { hub, wait }
}

it('the end of a run waits until what is missing has been sent again', async () => {
  const { hub, wait } = missing(true)
  expect(hub.ledger.recovered).toBe(0)
  let waitedMs = 0
  for (; waitedMs < 1000 && !(await wait(50)); waitedMs += 50);
  expect(hub.ledger.recovered).toBeGreaterThan(0)
  expect(waitedMs).toBeLessThan(1000)
})

it('for a second of the injected clock at most, however fast or slow that goes', async () => {
  const { wait } = missing(false)
  expect(await wait(0)).toBe(false)
  expect(await wait(950)).toBe(false)
  expect(await wait(100)).toBe(true)
})
