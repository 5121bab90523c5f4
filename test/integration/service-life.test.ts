import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LifeSigns } from '../../src/service/life-signs.ts'
import { findServiceManager, type ServiceManager } from '../../src/service/service-manager.ts'
import { openLog } from '../../src/storage/client/log-client.ts'
import { temporaryFolder } from '../support/folder.ts'
import { WORKER_URL } from '../support/log-fixture.ts'
import { hasPython, NotifySocket } from '../support/notify-socket.ts'
import { until } from '../support/polling.ts'

function recorder(): ServiceManager & { readonly told: string[] } {
  const told: string[] = []
  return {
    told,
    watchdogMs: null,
    way: 'socket',
    tell: (state) => told.push(state),
    flushed: async () => {},
  }
}

/** The writer's thread as it ships; it hangs once it is sent two words, until the first is set; the second says so. */
function hangingWorker(folder: string): URL {
  const file = join(folder, 'worker.mjs')
  writeFileSync(
    file,
    `import { BroadcastChannel } from 'node:worker_threads'
    const channel = new BroadcastChannel(${JSON.stringify(folder)})
    channel.onmessage = ({ data }) => {
      Atomics.store(data, 1, 1)
      Atomics.wait(data, 0, 0)
    }
    channel.unref()
    await import(${JSON.stringify(WORKER_URL.href)})`,
  )
  return new URL(`file://${file}`)
}

test('a writer that hangs is no life, and one that goes on is', async () => {
  const folder = temporaryFolder()
  const hold = new Int32Array(new SharedArrayBuffer(8))
  const log = await openLog(
    { file: join(folder, 'log.db'), retainMs: 3_600_000 },
    hangingWorker(folder),
  )
  const manager = recorder()
  const signs = new LifeSigns({ manager, heartbeat: null, log, status: () => 'fine' })
  await log.answer()
  signs.beat()
  expect(manager.told).toEqual(['READY=1', 'WATCHDOG=1'])
  await log.answer()

  const channel = new BroadcastChannel(folder)
  channel.postMessage(hold)
  await until('it hangs', () => Atomics.load(hold, 1) === 1)
  signs.beat()
  const before = manager.told.length
  signs.beat()
  signs.beat()
  expect(manager.told).toHaveLength(before)

  Atomics.store(hold, 0, 1)
  Atomics.notify(hold, 0)
  await log.answer()
  signs.beat()
  expect(manager.told).toHaveLength(before + 1)
  channel.close()
  await signs.close()
  expect(manager.told.at(-1)).toBe('STOPPING=1')
  await log.close()
})

test('where there is no log, the main loop alone gives the signs', async () => {
  const manager = recorder()
  const signs = new LifeSigns({ manager, heartbeat: null, log: null, status: () => 'fine' })
  signs.beat()
  signs.beat()
  await signs.close()
  signs.stopping()
  expect(manager.told).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1'])
})

test('signs come four times in the time of the watchdog, and each 10 s at most', () => {
  const manager = recorder()
  expect(LifeSigns.everyMs({ ...manager, watchdogMs: 2000 })).toBe(500)
  expect(LifeSigns.everyMs({ ...manager, watchdogMs: 120_000 })).toBe(10_000)
  expect(LifeSigns.everyMs(null)).toBe(10_000)
})

test('without a manager there is none to tell', async () => {
  expect(await findServiceManager({})).toBe(null)
  expect(await findServiceManager({ NOTIFY_SOCKET: '' })).toBe(null)
})

test.skipIf(!hasPython)(
  'the variables are for this process alone, and a state is one line',
  async () => {
    const socket = await NotifySocket.open(temporaryFolder())
    onTestFinished(() => socket.close())
    const env = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '3000000', PATH: '' }
    const manager = await findServiceManager(env)
    expect(env).toEqual({ PATH: '' })
    expect(manager?.watchdogMs).toBe(3000)
    expect(manager?.way).toBe('socket')
    manager?.tell('STATUS=a\nREADY=1', 'WATCHDOG=1')
    await manager?.flushed()
    await until('the message', () => socket.messages.length > 0)
    expect(socket.messages).toEqual(['STATUS=a READY=1\nWATCHDOG=1'])
  },
)

const hasCommand = spawnSync('systemd-notify', ['--version']).status === 0

test.skipIf(!hasPython || !hasCommand)(
  'what the package can not reach, the command does',
  async () => {
    const socket = await NotifySocket.at(`@ina219-test-${process.pid}`)
    onTestFinished(() => socket.close())
    const manager = await findServiceManager({ ...process.env, NOTIFY_SOCKET: socket.path })
    expect(manager?.way).toBe('command')
    manager?.tell('WATCHDOG=1', 'STATUS=two words')
    await manager?.flushed()
    await until('the message', () => socket.having('WATCHDOG=1').length > 0)
    expect(socket.having('STATUS=two words')).toHaveLength(1)
  },
)

test('where there is not even the command, nothing is told and nothing fails', async () => {
  const manager = await findServiceManager({ NOTIFY_SOCKET: '@nobody', PATH: '' })
  manager?.tell('WATCHDOG=1')
  await manager?.flushed()
  expect(manager?.way).toBe('command')
})
