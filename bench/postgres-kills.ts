/**
 * Loggers under one label, each with a board on a bad line (losses, healed and late samples, restarts, extra channels),
 * send into one PostgreSQL, while at random the server is killed, stands still, its backends are ended, its table is
 * locked, the network is cut or deaf, and the loggers are killed. In the end each log must be in the tables row by row:
 * samples, channels, events, losses, runs.
 *
 * node bench/run.mjs postgres-kills [troubles] [loggers] [rate Hz] [seed]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import build from '../test/support/build.ts'
import { throughTroubles } from '../test/support/postgres-troubles.ts'
import { lacksPostgres, PostgresServer } from '../test/support/servers/postgres.ts'

const [troubles = 60, loggers = 3, rateHz = 100, seed = 1] = process.argv.slice(2).map(Number)

if (lacksPostgres !== null) {
  console.log(`skipped: ${lacksPostgres}`)
  process.exit()
}
build()
const folder = mkdtempSync(join(tmpdir(), 'ina219-postgres-kills-'))
const server = await PostgresServer.start()
const counts = new Map<string, number>()
try {
  const compared = await throughTroubles(server, {
    ...{ folder, loggers, rateHz, seed, troubles },
    pauseMs: 4000,
    samples: 1000,
    told: (trouble) => counts.set(trouble, (counts.get(trouble) ?? 0) + 1),
  })
  console.log([...counts].map(([trouble, times]) => `${times} × ${trouble}`).join(', '))
  for (const [i, each] of compared.entries()) {
    const rows = Object.entries(each.counts).map(([name, count]) => `${count} ${name}`)
    console.log(`logger ${i}: ${rows.join(', ')}: ${each.difference ?? 'all alike'}`)
  }
  if (compared.some(({ difference }) => difference !== null)) process.exitCode = 1
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
