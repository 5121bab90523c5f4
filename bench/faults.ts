/**
 * The healing link under faults: samples through the mock device, a wire that
 * drops, corrupts, duplicates and truncates lines in both directions and a device
 * that resets now and then, in simulated time. Every sample must come out once,
 * with its right value, in order - or be on record as lost, and then only if the
 * device no longer had it.
 *
 * node bench/run.mjs faults [samples a seed] [seeds] [interval ms]
 */
import { createDevice, type MockDevice } from '../mock/device.ts'
import { FaultInjector } from '../mock/fault-injector.ts'
import { parseFaults } from '../mock/faults.ts'
import { ManualClock, SimulatedWire } from '../test/support/simulated-wire.ts'
import { startStream } from '../test/support/stream-rig.ts'

const START_S = 1_790_000_000
const FAULTS = 'drop=0.01,corrupt=0.005,duplicate=0.005,truncate=0.002,reset=0.00002'

const samplesPerSeed = Number(process.argv[2] ?? 50_000)
const seeds = Number(process.argv[3] ?? 20)
const intervalMs = Number(process.argv[4] ?? 20)

interface Result {
  readonly seed: number
  readonly received: number
  readonly recovered: number
  readonly lost: number
  readonly wrong: number
  readonly twice: number
  readonly unaccounted: number
  readonly reboots: number
  readonly nacks: number
  readonly duplicates: number
}

function device(seed: number): MockDevice {
  return createDevice({
    scenario: 'radio',
    seed,
    startS: START_S,
    intervalMs,
    limit: samplesPerSeed,
  })
}

/** The device's own samples, straight from its feed: v and a by number. */
function truth(seed: number): string[] {
  const { core } = device(seed)
  return Array.from({ length: samplesPerSeed }, () => {
    const { v, a } = JSON.parse(core.next()[0]?.text ?? '{}') as { v: number; a: number }
    return `${v} ${a}`
  })
}

function run(seed: number): Result {
  const wanted = truth(seed)
  const faults = parseFaults(FAULTS)
  const clock = new ManualClock(START_S * 1000)
  const { core } = device(seed)
  const wire = new SimulatedWire({
    clock,
    core,
    toHost: new FaultInjector(faults, seed),
    toDevice: new FaultInjector(faults, seed, 7),
    latencyMs: 3,
  })
  const seen = new Uint8Array(samplesPerSeed)
  let wrong = 0
  let twice = 0
  let received = 0
  let before = { seq: -1, timeUs: -1 }
  const { stream } = startStream(
    { source: wire, clock },
    {
      sample: ({ seq, voltage, current, timeUs }) => {
        const n = seq ?? -1
        received++
        if (seen[n] === 1) twice++
        seen[n] = 1
        const inOrder = n > before.seq && timeUs > before.timeUs
        const atItsTime = Math.abs(timeUs - (START_S * 1e6 + n * intervalMs * 1000)) < 1
        if (wanted[n] !== `${voltage} ${current}` || !inOrder || !atItsTime) wrong++
        before = { seq: n, timeUs }
      },
    },
  )
  wire.run(samplesPerSeed * intervalMs + 30_000, () => stream.tick())
  stream.finish()
  const { ledger } = stream
  const classes =
    ledger.samples +
    ledger.out_of_range +
    ledger.duplicates +
    ledger.malformed +
    ledger.crc_errors +
    ledger.overlong +
    ledger.control
  if (classes !== ledger.lines) throw new Error(`seed ${seed}: the ledger does not add up`)
  return {
    seed,
    received,
    recovered: ledger.recovered,
    lost: ledger.lost,
    wrong,
    twice,
    unaccounted: samplesPerSeed - received - ledger.lost,
    reboots: ledger.reboots,
    nacks: ledger.nacks_sent,
    duplicates: ledger.duplicates,
  }
}

console.log(`faults both ways: ${FAULTS}`)
console.log(`${seeds} seeds of ${samplesPerSeed} samples every ${intervalMs} ms`)
const results: Result[] = []
for (let seed = 1; seed <= seeds; seed++) {
  const result = run(seed)
  results.push(result)
  console.log(JSON.stringify(result))
}
const sum = (key: keyof Result): number => results.reduce((total, each) => total + each[key], 0)
console.log(
  `total: ${sum('received')} received (${sum('recovered')} healed), ${sum('lost')} lost and on record over ${sum('reboots')} restarts, ` +
    `${sum('wrong')} wrong, ${sum('twice')} twice, ${sum('unaccounted')} unaccounted for`,
)
if (sum('wrong') + sum('twice') + sum('unaccounted') > 0) process.exitCode = 1
