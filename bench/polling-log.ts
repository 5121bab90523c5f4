/**
 * Polling of a PLC into log and database, judged: ten groups of 100 tags each second, in real time. `ina219 mock --mc3e` and
 * `ina219 serve --poll-source --sink postgres://...` as processes, a real PostgreSQL that is killed and stays away for a while, and the number and
 * sum of each channel's values in the log compared with the tables. Needs a build and PostgreSQL.
 *
 * node bench/run.mjs polling-log [seconds] [seconds without the database]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { freePort } from '../test/support/free-port.ts'
import { until } from '../test/support/polling.ts'
import { lacksPostgres, PostgresServer } from '../test/support/servers/postgres.ts'
import { ENVIRONMENT, folder } from './support/child.ts'
import { spreadOf } from './support/pairs.ts'
import { CLI } from './support/paths.ts'
import { cpuOf } from './support/process.ts'
import { benchArguments, report } from './support/results.ts'

if (lacksPostgres !== null) throw new Error(lacksPostgres)

const [seconds = 180, awaySeconds = 60] = benchArguments().map(Number)
const GROUPS = 10
const TAGS = 100
/** All that is logged has to be in the database by then, ms. */
const CAUGHT_UP_MS = 120_000

const db = join(folder, 'log.db')
const token = join(folder, 'token')
const server = await PostgresServer.start({ settings: { fsync: 'on', shared_buffers: '128MB' } })
const plcPort = await freePort()
const plc = ina219('mock', '--mc3e', String(plcPort))
const origin = `http://127.0.0.1:${await freePort()}`
const serve = await started(server.url())

const startedMs = performance.now()
const cpuMs = cpuOf(serve.pid as number)
await outage()
await pause(Math.max(0, 1000 * seconds - (performance.now() - startedMs)))
const ranS = (performance.now() - startedMs) / 1000
const usedCpu = (100 * (cpuOf(serve.pid as number) - cpuMs)) / ranS
const groups = await groupsNow()
await caughtUp()
serve.kill('SIGTERM')
await once(serve, 'exit')
plc.kill('SIGTERM')
const values = await compared()
await server.stop()

const read = groups.reduce((sum, each) => sum + each.turns, 0)
const unread = groups.reduce((sum, each) => sum + each.failed_turns + each.skipped_turns, 0)
const how = `${seconds} s, PostgreSQL killed and away for ${awaySeconds} s of them`
report('polling-log', [
  {
    what: `${GROUPS} groups of ${TAGS} tags a second into the log and PostgreSQL: values a second (${how})`,
    peer: '-',
    unit: 'rows/s',
    better: 'more',
    least: 990,
    ...spreadOf([values / ranS]),
    ours: `${values} values of the log, all of them in the database, once each`,
  },
  {
    what: 'the same: turns read, of those due',
    peer: '-',
    unit: '%',
    better: 'more',
    least: 99.9,
    ...spreadOf([(100 * read) / (read + unread)]),
  },
  {
    what: 'the same: the latest begin of a turn',
    peer: '-',
    unit: 'ms',
    better: 'less',
    ...spreadOf([Math.max(...groups.map((each) => each.late_ms_max))]),
    isDetail: true,
  },
  {
    what: 'the same: processor time of `serve`, of one core',
    peer: '-',
    unit: '%',
    better: 'less',
    ...spreadOf([usedCpu]),
    isDetail: true,
  },
])

function ina219(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

async function started(sink: string): Promise<ChildProcess> {
  const file = join(folder, 'plc.toml')
  writeFileSync(file, configuration(plcPort))
  const child = ina219(
    ...['serve', '--poll-source', file, '--db', db, '--sink', sink],
    ...['--listen', new URL(origin).host, '--token-file', token],
  )
  let said = ''
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  await until('it serves', () => said.includes('needs the token in'))
  return child
}

/** In the middle of the time. */
async function outage(): Promise<void> {
  const fromS = Math.max(5, (seconds - awaySeconds) / 2)
  await pause(1000 * fromS)
  await server.kill()
  console.error(`after ${fromS.toFixed(0)} s the database is killed`)
  await pause(1000 * awaySeconds)
  await server.up()
  console.error(`after ${awaySeconds} s more it is there again`)
}

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(origin + path)).json()) as T
}

interface GroupStatus {
  readonly turns: number
  readonly failed_turns: number
  readonly skipped_turns: number
  readonly late_ms_max: number
}

async function groupsNow(): Promise<readonly GroupStatus[]> {
  console.error(JSON.stringify(await get('/api/buffer/metrics')))
  return (await get<{ groups: GroupStatus[] }>('/api/polling/status')).groups
}

/** Ends the turns, and waits until all that they have brought is in the database. */
async function caughtUp(): Promise<void> {
  await fetch(`${origin}/api/polling/stop-all`, {
    method: 'POST',
    headers: { authorization: `Bearer ${readFileSync(token, 'utf8').trim()}` },
  })
  const endedMs = performance.now()
  const isSent = async (): Promise<boolean> => {
    const { writers } = await get<{ writers: { queued: number; state: string }[] }>(
      '/api/buffer/writer/metrics',
    )
    return writers.every(({ queued, state }) => queued === 0 && state === 'current')
  }
  await until('all is in the database', isSent, CAUGHT_UP_MS)
  console.error(`all sent ${((performance.now() - endedMs) / 1000).toFixed(1)} s after the end`)
}

/** @returns values in the log @throws they are not those of the tables */
async function compared(): Promise<number> {
  const log = new Database(db, { readonly: true })
  const logged = log
    .prepare(
      'SELECT channel, count(*), sum(round(value)) FROM channel_log GROUP BY channel ORDER BY channel',
    )
    .raw()
    .all() as [channel: string, count: number, sum: number][]
  log.close()
  const sent = await server.query(
    'SELECT channel, count(*), sum(round(value))::bigint FROM channel_sample GROUP BY channel ORDER BY channel COLLATE "C"',
  )
  const [ours, theirs] = [logged, sent].map((rows) => rows.map((row) => row.join(' '))) as [
    string[],
    string[],
  ]
  const missing = ours.filter((each) => !theirs.includes(each))
  if (missing.length > 0 || ours.length !== theirs.length) {
    throw new Error(`log and database differ: ${missing.slice(0, 5).join('; ')}`)
  }
  return logged.reduce((sum, [, count]) => sum + count, 0)
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
