import type { Context } from 'hono'
import type { HubDevice } from '../../monitor/hub.ts'
import { orderSimulators } from '../../monitor/simulators.ts'
import { SIMULATOR_ORDERS, type SimulatorOrder } from '../../monitor/view.ts'
import { parseTime } from '../../util/time-text.ts'
import { problem } from '../problem.ts'
import { type RestParts, readingOf } from '../rest/rest-parts.ts'
import { runHealth } from '../run-health.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { measurementOf } from './measurement.ts'

/** Rows of a history; more are folded. */
const MOST_ROWS = 11_000

/** The paths of the earlier back end; see docs/serve.md for what their answers are like. */
export function addEarlier(app: WebApp, parts: RestParts, clients: () => number): void {
  const reads = requires(parts.access, 'earlier_read')
  app.get('/status', reads, async (c) => c.json(await statusOf(parts, clients()), 200, NO_STORE))
  for (const order of SIMULATOR_ORDERS) {
    app.post(`/simulator/${order}`, requires(parts.access, 'earlier_write'), (c) =>
      simulate(c, parts, order),
    )
  }
  // Where it is asked for, these never come here.
  app.all('/socket.io/', reads, (c) => {
    const hint = 'start serve with --socket-io'
    return answerProblem(c, problem(404, 'no-socket-io', 'Socket.IO is not spoken here', hint))
  })
  app.get('/api/history', reads, async (c) => {
    const reading = readingOf(parts)
    if ('problem' in reading) return answerProblem(c, reading.problem)
    const span = (['from', 'to'] as const).map((name) => {
      const text = c.req.query(name)
      return text === undefined || text === '' ? null : parseTime(text)
    })
    const [fromUs = null, toUs = null] = span
    const device = c.req.query('device') ?? parts.hub.devices[0]?.stream.device ?? ''
    const bytes = await reading.found.history({ device, fromUs, toUs, limit: MOST_ROWS })
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
      ...NO_STORE,
      'Content-Type': 'application/json',
    })
  })
}

const NO_STORE = { 'Cache-Control': 'no-store' }

function simulatorsOf({ hub }: RestParts): readonly HubDevice[] {
  return hub.devices.filter(({ stream }) => stream.source.simulator !== undefined)
}

function isRunning(devices: readonly HubDevice[]): boolean {
  return devices.some(({ stream }) => stream.source.simulator?.isRunning === true)
}

function simulate(c: Context, parts: RestParts, order: SimulatorOrder): Response {
  const simulators = simulatorsOf(parts)
  if (simulators.length === 0) {
    const hint = 'start serve with --mock, beside --port if there is a board'
    return answerProblem(c, problem(409, 'no-simulator', 'no simulator is part of this run', hint))
  }
  const wasRunning = isRunning(simulators)
  orderSimulators(parts.hub, simulators, order)
  const running = isRunning(simulators)
  const word = running ? 'running' : 'stopped'
  const message = wasRunning === running ? `simulator is already ${word}` : `simulator is ${word}`
  return c.json({ status: word, running, simulator: word, message }, 200, NO_STORE)
}

async function statusOf(parts: RestParts, clients: number): Promise<object> {
  const { hub, clock, version } = parts
  const health = await runHealth(parts)
  const simulators = simulatorsOf(parts)
  const [first] = hub.devices
  const running = isRunning(simulators)
  return {
    status: health.status,
    running: health.live > 0,
    connected: first?.state.source.state === 'live',
    simulator: simulators.length === 0 ? 'none' : running ? 'running' : 'stopped',
    simulator_running: running,
    device: first?.stream.device ?? null,
    devices: hub.devices.map(({ stream, state }) => ({
      device: stream.device,
      state: state.source.state,
      reason: state.source.reason,
      virtual: stream.isVirtual,
      outputs: stream.outputs,
      unconfirmed: Object.keys(stream.unconfirmed),
      samples: stream.ledger.samples,
      lost: stream.ledger.lost,
      rate: state.rateAt(stream.nowUs()),
    })),
    clients,
    log: health.log,
    latest: first === undefined ? null : measurementOf(first),
    uptime: Math.round((clock.wallMs() * 1000 - hub.startedUs) / 1e6),
    version,
    timestamp: new Date(clock.wallMs()).toISOString(),
  }
}
