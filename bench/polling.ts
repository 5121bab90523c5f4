/**
 * Polling of PLCs in trouble, judged: ten groups of 100 tags each second. An hour of all kinds of trouble, and ten minutes of each, in emulated
 * time, over real sockets against the mock: whether turns drift, whether connections are left, whether each turn that was due is accounted
 * for, and whether a value is ever wrong.
 *
 * node bench/run.mjs polling [emulated minutes]
 */
import { noRequestFaults, type RequestFaults } from '../mock/mc3e/request-faults.ts'
import { McServer } from '../mock/mc3e/server.ts'
import { parseTag } from '../src/protocol/mc3e/tag.ts'
import { PlcSource } from '../src/sources/mc/plc-source.ts'
import { parsePlcUrl } from '../src/sources/mc/plc-url.ts'
import type { PlcPlan, PollGroupPlan } from '../src/sources/mc/poll-plan.ts'
import type { SourceSink } from '../src/sources/source.ts'
import { ManualTime } from '../test/support/manual-time.ts'
import { patternAt, patternMemory } from '../test/support/mc3e.ts'
import { until } from '../test/support/polling.ts'
import { spreadOf } from './support/pairs.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [minutes = 60] = benchArguments().map(Number)
const GROUPS = 10
const TAGS = 100
/** Between two looks at the sockets, emulated ms. */
const STEP_MS = 20
/** Between two looks at the connections, emulated ms. */
const LOOK_MS = 200

/** What happened in an hour. */
interface Hour {
  readonly due: number
  readonly turns: number
  readonly failed: number
  readonly skipped: number
  readonly wrong: number
  readonly values: number
  /** Of the grid, ms. */
  readonly mostLateMs: number
  readonly mostOpen: number
  readonly leftOpen: number
}

const memory = patternMemory()

function hourGroups(): { readonly groups: PollGroupPlan[]; readonly values: Map<string, number> } {
  const values = new Map<string, number>()
  const groups = Array.from({ length: GROUPS }, (_, g): PollGroupPlan => {
    const tags = Array.from({ length: TAGS }, (_, i) => {
      const channel = `g${g}_${i}`
      const number = (g * 137 + i * 7) % 1000
      const address = `${'DWR'[i % 3]}${number.toString(i % 3 === 1 ? 16 : 10)}`
      const tag = parseTag({ address, type: 'uint16' })
      values.set(channel, patternAt(tag.address))
      return { channel, unit: '', address, tag }
    })
    return { name: `g${g}`, mode: 'fixed', intervalMs: 1000, tags }
  })
  return { groups, values }
}

async function hourOf(some: Partial<RequestFaults>, minutes: number): Promise<Hour> {
  const time = new ManualTime()
  const { clock, schedule } = time
  const faults = { ...noRequestFaults(), ...some }
  const server = new McServer({ memory, code: 'ascii', faults, seed: 1, schedule })
  const target = parsePlcUrl(`mc3e://127.0.0.1:${await server.listen(0)}`)
  const { groups, values } = hourGroups()
  const plan: PlcPlan = {
    label: 'press',
    target,
    code: null,
    line: null,
    process: null,
    connections: 5,
    groups,
  }
  const source = new PlcSource(plan, { clock, schedule })
  let [wrong, right] = [0, 0]
  const sink: SourceSink = {
    frame: (frame) => {
      const extras = frame.kind === 'sample' ? (frame.extras ?? {}) : {}
      for (const id in extras) {
        if (extras[id] === values.get(id)) right++
        else wrong++
      }
    },
    gap: () => {},
    event: () => {},
    bytes: () => {},
    state: () => {},
    connected: () => {},
    ended: () => {},
    format: () => {},
    unit: () => {},
    failed: (error) => {
      throw error
    },
  }
  source.start(sink)
  let mostOpen = 0
  const endMs = minutes * 60_000 - 2 * STEP_MS
  let lookMs = 0
  await time.runUntil(() => {
    const nowMs = clock.monoMs()
    if (nowMs >= lookMs) {
      lookMs = nowMs + LOOK_MS
      mostOpen = Math.max(mostOpen, source.polling.status.plc.open)
    }
    return nowMs >= endMs
  }, STEP_MS)
  for (const { name } of groups) source.polling.stop(name)
  // Turns that are under way still end.
  await time.runUntil(() => source.polling.status.groups.every(({ isBusy }) => !isBusy), STEP_MS)
  const { status } = source.polling
  await source.stop()
  await until('all connections are closed', () => server.open === 0 && time.pending === 0)
  const leftOpen = server.open
  await server.close()
  const sum = (of: (group: (typeof status.groups)[number]) => number): number =>
    status.groups.reduce((total, group) => total + of(group), 0)
  return {
    due: Math.round(GROUPS * minutes * 60),
    turns: sum((each) => each.turns),
    failed: sum((each) => each.failedTurns),
    skipped: sum((each) => each.skippedTurns),
    wrong,
    values: right,
    mostLateMs: Math.max(...status.groups.map((each) => each.mostLateMs)),
    mostOpen,
    leftOpen,
  }
}

const CASES: readonly (readonly [name: string, faults: Partial<RequestFaults>])[] = [
  ['none', {}],
  ['slow', { slow: 0.02 }],
  ['drop', { drop: 0.01 }],
  ['reset', { reset: 0.02 }],
  ['refuse', { refuse: 0.02 }],
  ['garble', { garble: 0.02 }],
  ['all', { slow: 0.01, drop: 0.003, reset: 0.01, refuse: 0.01, garble: 0.01 }],
]

const claims: Claim[] = []
for (const [name, faults] of CASES) {
  const startedMs = performance.now()
  const length = name === 'all' ? minutes : minutes / 6
  const hour = await hourOf(faults, length)
  const took = ((performance.now() - startedMs) / 1000).toFixed(0)
  console.error(`${name}, ${length} min in ${took} s: ${JSON.stringify(hour)}`)
  const isAll = hour.turns + hour.failed + hour.skipped === hour.due
  if (!isAll) throw new Error(`${name}: turns that are due and not accounted for`)
  if (hour.mostLateMs > STEP_MS) throw new Error(`${name}: a turn was ${hour.mostLateMs} ms late`)
  if (hour.wrong > 0) throw new Error(`${name}: ${hour.wrong} wrong values`)
  if (hour.mostOpen > 5 || hour.leftOpen > 0) throw new Error(`${name}: connections are left`)
  const share = (100 * hour.turns) / hour.due
  const said = `${hour.turns} of ${hour.due} turns read, ${hour.failed} failed, ${hour.skipped} skipped, ${hour.values} values, none wrong, at most ${hour.mostOpen} connections`
  const what = `${GROUPS} groups of ${TAGS} tags for ${length} min, trouble: ${name}; turns with values`
  claims.push({
    what,
    peer: '-',
    unit: '%',
    better: 'more',
    ...spreadOf([share]),
    ours: said,
    isDetail: true,
  })
}

report('polling', claims)
