/**
 * Hours of running in simulated time: stream, statistics, trace and events on a
 * faulty wire, with the memory in use printed as it goes.
 *
 * node bench/run.mjs soak [hours] [interval ms]
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createDevice } from '../mock/device.ts'
import { FaultInjector } from '../mock/fault-injector.ts'
import { parseFaults } from '../mock/faults.ts'
import { ManualClock, SimulatedWire } from '../test/support/simulated-wire.ts'
import { startHub } from '../test/support/stream-rig.ts'

const START_S = 1_790_000_000
const hours = Number(process.argv[2] ?? 72)
const intervalMs = Number(process.argv[3] ?? 100)

const faults = parseFaults(
  'drop=0.01,corrupt=0.005,duplicate=0.005,truncate=0.002,garbage=0.001,reset=0.00001',
)
const clock = new ManualClock(START_S * 1000)
const { core } = createDevice({ scenario: 'chaos', seed: 1, startS: START_S, intervalMs })
const wire = new SimulatedWire({
  clock,
  core,
  toHost: new FaultInjector(faults, 1),
  toDevice: new FaultInjector(faults, 1, 7),
  latencyMs: 3,
})
const { hub, view } = startHub({ clock, sources: [wire] })

// Without a collection, the heap says when the last one was.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const heaps: number[] = []
const PARTS = 12
for (let part = 0; part < PARTS; part++) {
  wire.run((hours * 3_600_000) / PARTS, () => hub.tick())
  await view.snapshot(0)
  collect()
  const { heapUsed, rss } = process.memoryUsage()
  heaps.push(heapUsed / 1e6)
  const { ledger } = hub
  console.log(
    `${(((part + 1) * hours) / PARTS).toFixed(0)} h: heap ${(heapUsed / 1e6).toFixed(1)} MB, RSS ${(rss / 1e6).toFixed(0)} MB, ` +
      `${ledger.samples + ledger.out_of_range} samples, ${ledger.recovered} healed, ${ledger.lost} lost, ${ledger.reboots} restarts`,
  )
}
console.log(
  `heap, last minus second twelfth: ${((heaps[PARTS - 1] as number) - (heaps[1] as number)).toFixed(2)} MB`,
)
