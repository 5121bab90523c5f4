import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Board } from '../../mock/board/board.ts'
import { serveBoard } from '../../mock/board/serve.ts'
import { openPty } from '../../mock/pty.ts'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import { withCrc } from '../../src/protocol/crc.ts'
import { systemClock } from '../../src/util/clock.ts'
import { heard, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'
import { type ServeRun, startServe } from '../support/serve.ts'

type Answer = Record<string, unknown>

async function status(run: ServeRun): Promise<Answer> {
  return (await run.fetch('/api/relay/status')).json() as Promise<Answer>
}

async function read(run: ServeRun, path: string): Promise<Answer> {
  return (await run.fetch(path)).json() as Promise<Answer>
}

async function update(run: ServeRun, body: object): Promise<{ status: number; body: Answer }> {
  const answer = await run.change('/api/relay/update', body)
  return { status: answer.status, body: (await answer.json()) as Answer }
}

/** The pins of A to D on port D. */
const FIRST_TO_LAST = [4, 5, 6, 7]
const OFF = { A: false, B: false, C: false, D: false }

describe('relays that are outputs of a board at a port', () => {
  it('are unconfirmed while it does not answer, whoever asked, and as it reports them when it does', async () => {
    const port = join(temporaryFolder(), 'board')
    const board = start(['mock', '--energy-store', '--rate', '20', '--pty', port])
    const printed = heard(board.stdout)
    await until('the board is there', () => printed().endsWith('\n'))
    const run = await startServe(['--energy-store', '--port', port])
    await until('it has said hello', async () => (await status(run))['A'] === false)
    const device = (await status(run))['device']
    // The mode of its samples says that it is made up, whatever it is read from.
    await until('its first sample', async () => (await status(run))['virtual'] === true)
    for (const path of ['/api/v1/devices', '/api/v1/latest', '/status']) {
      const { devices } = (await read(run, path)) as { devices: Answer[] }
      expect(devices).toMatchObject([
        { device: 'energy-store', virtual: false },
        { device, virtual: true },
        // The one in process, where it is listed.
        ...devices.slice(2),
      ])
    }
    expect(await update(run, { A: true })).toMatchObject({
      status: 200,
      body: { ...OFF, A: true, unconfirmed: [], virtual: true, device },
    })
    board.kill('SIGSTOP')
    const late = update(run, { B: true })
    await until('it is under way', async () => {
      return JSON.stringify((await status(run))['unconfirmed']) === '["B"]'
    })
    expect(await status(run)).toMatchObject({ ...OFF, A: true })
    const { status: code, body } = await late
    expect([code, body['type']]).toEqual([504, 'urn:ina219:problem:device-silent'])
    expect(await status(run)).toMatchObject({ ...OFF, A: true, unconfirmed: ['B'] })
    // What was sent is still in the line: the board carries it out when it wakes, and says so.
    board.kill('SIGCONT')
    await until('it has switched', async () => (await status(run))['B'] === true)
    expect(await status(run)).toMatchObject({ ...OFF, A: true, B: true, unconfirmed: [] })
    const events = [
      'output A off, B off, C off, D off',
      'output A on',
      'output B on: unconfirmed',
      'output B on',
    ]
    await until('all is on record', async () => {
      const answer = await run.fetch('/api/v1/events?kind=output')
      const found = (await answer.json()) as { events: { detail: string }[] }
      return JSON.stringify(found.events.map(({ detail }) => detail)) === JSON.stringify(events)
    })
  })

  it.skipIf(!hasPty)('are the pins of an emulated board: on by REST, D4 is high', async () => {
    const pty = await openPty()
    const abort = new AbortController()
    const made: Board[] = []
    const running = serveBoard(
      { feed: new ScenarioFeed('normal', 1), intervalMs: null, count: null, durationMs: null },
      {
        host: pty,
        clock: systemClock,
        signal: abort.signal,
        onBoard: (board) => made.push(board),
      },
    )
    onTestFinished(async () => {
      abort.abort()
      await running
      await pty.close()
    })
    const [board] = made as [Board]
    const pins = () => FIRST_TO_LAST.map((pin) => board.isHigh('D', pin))
    const run = await startServe(['--port', pty.path])
    await until('it has said hello', async () => (await status(run))['A'] === false)
    expect(pins()).toEqual([false, false, false, false])
    expect(await update(run, { A: true })).toMatchObject({
      status: 200,
      body: { ...OFF, A: true, unconfirmed: [], virtual: false },
    })
    // Confirmed means that the pin is high already.
    expect(pins()).toEqual([true, false, false, false])
    expect((await update(run, { A: false, D: true })).status).toBe(200)
    expect(pins()).toEqual([false, false, false, true])
    // After a reset, as by its button, all are open, and shown so.
    board.reset('external')
    await until('it has said so', async () => (await status(run))['D'] === false)
    expect(pins()).toEqual([false, false, false, false])
  })

  it.skipIf(!hasPty)('are refused by a firmware that has none, and not unconfirmed', async () => {
    const pty = await openPty()
    onTestFinished(() => pty.close())
    const say = (line: object) => pty.write(`${withCrc(JSON.stringify(line))}\n`)
    let heardSoFar = ''
    pty.onData((chunk) => {
      const lines = `${heardSoFar}${chunk}`.split('\n')
      heardSoFar = lines.pop() as string
      for (const line of lines) {
        const { cmd, seq } = JSON.parse(line || '{}') as { cmd?: string; seq?: number }
        if (cmd === undefined) continue
        if (cmd === 'hello')
          say({ hello: 'ina219', fw: '1.0', proto: 1, boot: 7, seq: 0, depth: 8 })
        say(cmd === 'hello' ? { ack: seq, result: 'ok' } : { nack: seq, error: 'unknown' })
      }
    })
    const run = await startServe(['--energy-store', '--port', pty.path])
    await until('it is live', async () => {
      const { live } = (await (await run.fetch('/api/v1/health')).json()) as { live: number }
      return live > 0
    })
    const refused = await update(run, { A: true })
    expect([refused.status, refused.body['type']]).toEqual([
      409,
      'urn:ina219:problem:device-refused',
    ])
    expect(await status(run)).toMatchObject({ A: null, unconfirmed: [] })
  })
})
