/**
 * Polling of PLCs, judged: ten groups of 100 tags each second.
 *
 * 1. An hour of all kinds of trouble, and ten minutes of each, in emulated time, over real sockets against the mock: whether turns drift, whether connections are left,
 *    whether each turn that was due is accounted for, and whether a value is ever wrong.
 * 2. In real time: `ina219 mock --mc3e` and `ina219 serve --poll-source --sink postgres://...` as processes, a real PostgreSQL that is killed and
 *    stays away for a while, and every value of the log compared with the tables. Needs a build and PostgreSQL.
 *
 * node bench/run.mjs polling [seconds] [seconds without the database] [emulated minutes]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { noRequestFaults, type RequestFaults } from '../mock/mc3e/request-faults.ts'
import { McServer } from '../mock/mc3e/server.ts'
import { parseTag } from '../src/protocol/mc3e/tag.ts'
import { PlcSource } from '../src/sources/mc/plc-source.ts'
import { parsePlcUrl } from '../src/sources/mc/plc-url.ts'
import type { PlcPlan, PollGroupPlan } from '../src/sources/mc/poll-plan.ts'
import type { SourceSink } from '../src/sources/source.ts'
import { freePort } from '../test/support/free-port.ts'
import { ManualTime } from '../test/support/manual-time.ts'
import { patternAt, patternMemory } from '../test/support/mc3e.ts'
import { until } from '../test/support/polling.ts'
import { lacksPostgres, PostgresServer } from '../test/support/servers/postgres.ts'
import { ENVIRONMENT, folder } from './support/child.ts'
import { spreadOf } from './support/pairs.ts'
import { CLI } from './support/paths.ts'
import { cpuOf } from './support/process.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [seconds = 180, awaySeconds = 60, minutes = 60] = benchArguments().map(Number)
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
    due: GROUPS * minutes * 60,
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
    ...one(share),
    ours: said,
    isDetail: true,
  })
}

if (lacksPostgres === null) await realTime()
else console.error(lacksPostgres)
report('polling', claims)

async function realTime(): Promise<void> {
  const server = await PostgresServer.start({ settings: { fsync: 'on', shared_buffers: '128MB' } })
  const port = await freePort()
  const node = (...args: string[]) =>
    spawn(process.execPath, [CLI, ...args], {
      env: ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  const plc = node('mock', '--mc3e', String(port))
  const file = join(folder, 'plc.toml')
  const db = join(folder, 'log.db')
  writeFileSync(file, configuration(port))
  const listen = await freePort()
  const serve = node(
    ...['serve', '--poll-source', file, '--db', db, '--sink', server.url()],
    ...['--listen', `127.0.0.1:${listen}`, '--token-file', join(folder, 'token')],
  )
  let said = ''
  serve.stderr?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  await until('it serves', () => said.includes('needs the token in'))
  const get = async (path: string): Promise<Record<string, unknown>> =>
    (await fetch(`http://127.0.0.1:${listen}${path}`)).json() as Promise<Record<string, unknown>>
  const startedMs = performance.now()
  const cpu = cpuOf(serve.pid as number)
  const awayFromS = Math.max(5, (seconds - awaySeconds) / 2)
  await pause(1000 * awayFromS)
  await server.kill()
  console.error(`after ${awayFromS.toFixed(0)} s the database is killed`)
  await pause(1000 * awaySeconds)
  await server.up()
  console.error(`after ${awaySeconds} s more it is there again`)
  await pause(Math.max(0, 1000 * seconds - (performance.now() - startedMs)))
  const ranS = (performance.now() - startedMs) / 1000
  const usedCpu = (100 * (cpuOf(serve.pid as number) - cpu)) / ranS
  const metrics = await get('/api/buffer/metrics')
  const status = (await get('/api/polling/status')) as {
    groups: { turns: number; failed_turns: number; skipped_turns: number; late_ms_max: number }[]
  }
  const token = readFileSync(join(folder, 'token'), 'utf8').trim()
  await fetch(`http://127.0.0.1:${listen}/api/polling/stop-all`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  const caughtUpMs = performance.now()
  await until(
    'all is in the database',
    async () => {
      const { writers } = (await get('/api/buffer/writer/metrics')) as {
        writers: { queued: number; state: string }[]
      }
      return writers.every(({ queued, state }) => queued === 0 && state === 'current')
    },
    120_000,
  )
  console.error(`all sent ${((performance.now() - caughtUpMs) / 1000).toFixed(1)} s after the end`)
  serve.kill('SIGTERM')
  await once(serve, 'exit')
  plc.kill('SIGTERM')
  const log = new Database(db, { readonly: true })
  const logged = log
    .prepare(
      'SELECT channel, count(*), sum(round(value)), max(sample_us) FROM (SELECT channel, value, sequence AS sample_us FROM channel_log) GROUP BY channel ORDER BY channel',
    )
    .raw()
    .all() as [string, number, number, number][]
  log.close()
  const sent = await server.query(
    'SELECT channel, count(*), sum(round(value))::bigint FROM channel_sample GROUP BY channel ORDER BY channel COLLATE "C"',
  )
  const values = logged.reduce((sum, [, count]) => sum + count, 0)
  const ours = logged.map(([channel, count, sum]) => `${channel} ${count} ${sum}`)
  const theirs = sent.map(([channel, count, sum]) => `${channel} ${count} ${sum}`)
  const missing = ours.filter((each) => !theirs.includes(each))
  if (missing.length > 0 || ours.length !== theirs.length) {
    throw new Error(`log and database differ: ${missing.slice(0, 5).join('; ')}`)
  }
  await server.stop()
  const turns = status.groups.reduce((sum, each) => sum + each.turns, 0)
  const bad = status.groups.reduce((sum, each) => sum + each.failed_turns + each.skipped_turns, 0)
  const late = Math.max(...status.groups.map((each) => each.late_ms_max))
  const how = `${seconds} s, PostgreSQL killed and away for ${awaySeconds} s of them`
  console.error(JSON.stringify(metrics))
  const said2 = `${values} values of the log, all of them in the database, once each`
  claims.push(
    {
      what: `${GROUPS} groups of ${TAGS} tags a second into the log and PostgreSQL: values a second (${how})`,
      peer: '-',
      unit: 'rows/s',
      better: 'more',
      least: 990,
      ...one(values / ranS),
      ours: said2,
    },
    {
      what: `the same: turns read, of those due`,
      peer: '-',
      unit: '%',
      better: 'more',
      least: 99.9,
      ...one((100 * turns) / (turns + bad)),
    },
    {
      what: `the same: the latest begin of a turn`,
      peer: '-',
      unit: 'ms',
      better: 'less',
      ...one(late),
      isDetail: true,
    },
    {
      what: `the same: processor time of \`serve\`, of one core`,
      peer: '-',
      unit: '%',
      better: 'less',
      ...one(usedCpu),
      isDetail: true,
    },
  )
}

/** Ten groups of the words from D1000 on, which move each at its own pace. */
function configuration(port: number): string {
  const groups = Array.from({ length: GROUPS }, (_, g) => {
    const tags = Array.from({ length: TAGS }, (_, i) => {
      const name = `g${g}_${String(i).padStart(2, '0')}`
      return `{ channel = "${name}", address = "D${1000 + g * TAGS + i}" }`
    })
    return `[[plc.press.group]]\nname = "g${g}"\ninterval = "1s"\ntags = [${tags.join(', ')}]\n`
  })
  return `[plc.press]\nurl = "mc3e://127.0.0.1:${port}"\n${groups.join('')}`
}

function one(value: number): { median: number; min: number; max: number } {
  return spreadOf([value])
}
